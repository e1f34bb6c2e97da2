package demo

// briefText is what a brief says of a violation, in Chinese and English.
type briefText struct{ title, happened, rule, found [2]string }

// briefOpenings say who collected: an agency (true), or the lender itself.
var briefOpenings = map[bool][2]string{
	true:  {"某催收机构受贷款机构委托，催收一笔逾期的消费贷款。", "A collection agency was engaged by a lender to recover an overdue consumer loan."},
	false: {"某贷款机构由自有人员催收一笔逾期的消费贷款。", "A lender used its own staff to recover an overdue consumer loan."},
}

// briefEnds say how a case ended.
var briefEnds = struct{ decided, ordered, told [2]string }{
	decided: [2]string{"本机关已依法对该机构作出处理决定并送达，投诉人已获书面告知。", "The office issued a decision against the firm and served it; the complainant was told in writing."},
	ordered: [2]string{"本机关责令该机构改正，并要求其提交整改证明，投诉人已获书面告知。", "The office ordered the firm to put this right and to prove that it has; the complainant was told in writing."},
	told:    [2]string{"认定结果已书面告知投诉人，该行为记入对该机构的日常监管，作为后续检查的依据。", "The complainant was told in writing, and the finding is kept for the continuing supervision of the firm."},
}

// briefTexts are the briefs by violation code. They name nobody and no firm, and have no exact day, place or number.
var briefTexts = map[string]briefText{
	"T01": {
		title: [2]string{"深夜、清晨频繁来电案", "Calls late at night and early in the morning"},
		happened: [2]string{"催收人员多次在深夜和清晨拨打电话、发送短信，借款人及其同住家人的休息受到影响。借款人表示可以在白天协商还款，深夜来电仍未停止。",
			"Its collectors repeatedly rang and sent messages late at night and early in the morning, and the household could not rest. The borrower offered to talk about repayment by day; the calls at night went on."},
		rule: [2]string{"未经借款人同意，当日22时至次日8时不得催收。欠款应当偿还，但不能因此打扰他人的正常休息。",
			"Without the borrower's consent nobody may collect between 22:00 and 8:00. A debt has to be repaid, but that gives no right to disturb people's sleep."},
		found: [2]string{"经调查，禁止时段内催收的情况属实。", "The investigation bore out that the firm collected in prohibited hours."},
	},
	"T07": {
		title: [2]string{"以电话、短信轰炸方式催收案", "Bombarding a borrower with calls and messages"},
		happened: [2]string{"催收人员使用不断变换的号码，在短时间内密集拨打电话、发送短信，借款人的手机一度无法正常使用，工作和生活受到明显影响。",
			"From ever-changing numbers its collectors placed so many calls and sent so many messages in a short time that the borrower's telephone could hardly be used, at home or at work."},
		rule: [2]string{"任何组织和个人不得以电话、短信等方式侵扰他人的私人生活安宁。催收的频次应当合理，变换号码不能成为规避频次限制的办法。",
			"Nobody may intrude on another's private life by calls or messages. Contacts must stay within reason, and changing the number is no way round the limit."},
		found: [2]string{"经调查，以密集来电和短信催收的情况属实。", "The investigation bore out the burst of calls and messages."},
	},
	"P01": {
		title: [2]string{"向与债务无关的人催收案", "Asking people who owe nothing to pay"},
		happened: [2]string{"催收人员在能够联系到借款人的情况下，仍然多次联系其亲友，要求他们代为还款。这些人既不是共同借款人，也不是担保人。",
			"Although the borrower could be reached, its collectors repeatedly turned to relatives and friends and asked them to pay. None of them had signed for the loan or guaranteed it."},
		rule: [2]string{"催收只能面向债务人和担保人，不得对与债务无关的第三人催收。亲友没有代为还款的义务。",
			"Only the debtor and a guarantor may be asked to pay, and no unrelated third party. Relatives and friends have no duty to pay for somebody else."},
		found: [2]string{"经调查，向无关第三人催收的情况属实。", "The investigation bore out that unrelated people were asked to pay."},
	},
	"P04": {
		title: [2]string{"向他人透露借款人欠款信息案", "Telling others about a borrower's debt"},
		happened: [2]string{"催收人员以请人转告为由联系借款人身边的人，并说出其欠款和逾期的情况。借款人此前没有同意对外提供这些信息，因此在熟人中十分难堪。",
			"On the pretext of leaving a message its collectors contacted people around the borrower and told them of the debt and that it was overdue. The borrower had agreed to nothing of the kind and was deeply embarrassed."},
		rule: [2]string{"不得向联系人透露债务人的欠款信息。消费者的个人信息依法受到保护，催收不能成为公开他人债务的理由。",
			"The debt must not be revealed to contact persons. Personal information of consumers is protected by law, and collecting is no reason to make somebody's debt known."},
		found: [2]string{"经调查，向第三人泄露债务信息的情况属实。", "The investigation bore out that the debt was disclosed to third parties."},
	},
	"P05": {
		title: [2]string{"致电借款人工作单位催收案", "Pressing a borrower through the workplace"},
		happened: [2]string{"催收人员反复致电借款人的工作单位，要求接听电话的人施加压力，影响了单位的正常办公，也使借款人在工作中承受不应有的压力。",
			"Its collectors rang the borrower's workplace again and again and asked whoever answered to put pressure on the borrower. It disturbed the work there and weighed on the borrower without need."},
		rule: [2]string{"未经同意，不得进入借款人的办公区域催收，也不得以骚扰其工作单位的方式施压。单位没有协助催收的义务。",
			"Nobody may come to the borrower's workplace to collect without consent, or harass it to build up pressure. An employer has no duty to help with collecting."},
		found: [2]string{"经调查，骚扰工作单位的情况属实。", "The investigation bore out that the workplace was harassed."},
	},
	"P06": {
		title: [2]string{"公开散布借款人信息案", "Making a borrower's debt public"},
		happened: [2]string{"催收人员将含有借款人姓名、照片和欠款情况的内容张贴或者发布在他人可以看到的地方，借款人的名誉受到影响，经其要求也没有及时撤除。",
			"Its collectors put up or posted the borrower's name, picture and debt where others could see them. It harmed the borrower's good name, and it was not taken down when asked for."},
		rule: [2]string{"民事主体享有名誉权和隐私权。催收不得公开曝光、张贴或者在网络上散布借款人的信息。",
			"Everybody has a right to a good name and to privacy. Collectors must not expose a borrower in public, by posters or online."},
		found: [2]string{"经调查，公开散布借款人信息的情况属实。", "The investigation bore out that the borrower's information was made public."},
	},
	"I03": {
		title: [2]string{"虚构法律后果催收案", "Inventing consequences in law"},
		happened: [2]string{"催收人员声称案件已经移送处理，不立即还款就要被拘留，并发来形似法律文书的图片。实际上并没有这样的案件和文书。",
			"Its collectors claimed that the matter had been handed over and that the borrower would be detained unless the money came at once, and sent a picture made to look like an official paper. There was no such case and no such paper."},
		rule: [2]string{"催收不得误导、虚构事实，包括虚构法律后果。一般的欠款纠纷属于民事纠纷，只能通过法律规定的途径解决。",
			"Collectors must not mislead or invent facts, consequences in law among them. An ordinary debt is a civil matter and is settled only in the ways that the law provides."},
		found: [2]string{"经调查，虚构法律后果的情况属实。", "The investigation bore out that the consequences were invented."},
	},
	"H02": {
		title: [2]string{"以威胁恐吓方式催收案", "Collecting by threats"},
		happened: [2]string{"借款人一时无力全额还款，希望分期偿还。催收人员在通话中以其本人和家人的人身安全相威胁，借款人长时间处于不安之中。",
			"The borrower could not pay in full at once and asked for instalments. Its collectors answered with threats to the safety of the borrower and the family, who lived in fear for some time."},
		rule: [2]string{"严禁以恐吓、威胁、暴力方式催收。威胁他人人身安全，情节严重的，由公安机关依法处理。遇到此类情形，可以保存证据并及时报警。",
			"Intimidation, threats and violence are strictly forbidden. Serious threats to personal safety are a matter for the police. Whoever meets with them may keep the evidence and call the police."},
		found: [2]string{"经调查，威胁人身安全的情况属实。", "The investigation bore out the threats."},
	},
	"H03": {
		title: [2]string{"辱骂、侮辱借款人案", "Abusive language towards a borrower"},
		happened: [2]string{"借款人说明困难后，催收人员没有协商还款安排，而是在通话和信息中使用侮辱性语言，对借款人进行人格贬损。",
			"When the borrower explained the hardship, its collectors did not discuss how to repay but used insulting and degrading language in calls and messages."},
		rule: [2]string{"催收应当文明，严禁辱骂、恐吓。消费者的人格尊严受法律保护，逾期不是辱骂他人的理由。",
			"Collectors must be civil; insult and intimidation are strictly forbidden. The law protects the dignity of consumers, and being late with a payment takes nothing from it."},
		found: [2]string{"经调查，辱骂、侮辱借款人的情况属实。", "The investigation bore out the abusive language."},
	},
	"V01": {
		title: [2]string{"上门催收不规范案", "An improper visit"},
		happened: [2]string{"催收人员未事先取得同意即上门催收，没有按照要求表明身份，在借款人请其离开后仍然停留，给家人造成困扰。",
			"Its collectors came to the home without consent, did not show who they were as they have to, and stayed after they had been asked to leave, to the distress of the family."},
		rule: [2]string{"外访催收人员不少于两名；未经同意，不得进入住宅等私人场所催收。借款人有权要求其离开。",
			"There must be at least two collectors on a visit, and they must not enter a home without consent. The borrower may ask them to leave."},
		found: [2]string{"经调查，上门催收不规范的情况属实。", "The investigation bore out that the visit was improper."},
	},
	"F01": {
		title: [2]string{"催收金额与实际欠款不符案", "Collecting what is not owed"},
		happened: [2]string{"催收人员要求偿还的款项与合同和还款记录不一致。借款人提出核对并提供了还款凭证，催收人员没有核实，继续按原来的说法催收。",
			"What its collectors demanded did not agree with the contract and the record of repayments. The borrower asked for a check and sent proof of payment; nobody checked, and the demands went on as before."},
		rule: [2]string{"催收不得误导、虚构事实，不得夸大债务数额。借款人对欠款有异议的，应当先核实清楚。",
			"Collectors must not mislead, invent facts or inflate what is owed. Where a borrower disputes the debt, it has to be checked first."},
		found: [2]string{"经调查，催收内容与实际欠款不符的情况属实。", "The investigation bore out that the demand did not agree with what was owed."},
	},
}
