package demo

// What the office writes. Findings, closings and proposals name no complainant.
// The first list is Chinese, the second English.

type bilingual [2][]string

func (b bilingual) in(english bool) []string {
	if english {
		return b[1]
	}
	return b[0]
}

var (
	asks = bilingual{{
		"请您补充以下材料：1. 借款合同或者借款页面截图；2. 能够显示来电号码和时间的通话记录。",
		"您反映的被投诉机构名称不完整，请补充机构全称或者App名称、还款页面截图。",
		"请说明催收人员联系您的具体日期和次数，并尽量提供短信或者通话截图。",
		"请补充您与借款人的关系说明，以及接到催收电话的号码和时间。",
		"您提供的录音无法打开，请重新上传，或者说明录音中的主要内容和时间。",
		"请补充协商还款的沟通记录，以及约定的还款计划。",
		"请提供结清证明或者还款流水，以便核实欠款是否存在。",
	}, {
		"Please send a screenshot of the loan in the app, and your call log with the dates.",
		"Please give the full name of the company that contacts you, or a picture of one of its messages.",
		"The recording could not be opened. Please send it again or tell us what was said and when.",
	}}
	answers = bilingual{{
		"材料已补充，合同截图和通话记录都在附件里，麻烦您看一下。", "机构全称我查到了，写在短信落款里，截图已上传。", "具体时间我整理了一张表，请查收。",
		"录音重新传了一遍，是手机自带格式，应该可以打开了。", "我能找到的只有这些了，其余的当时没有截图。", "已经补充还款流水，请尽快受理，谢谢。", "关系说明我手写拍照了，号码就是那几个。",
	}, {
		"I have uploaded the screenshots. The dates are in the file names.", "The company name is in the text message, see the picture.", "Here is the recording again as an MP3.",
	}}
	supplied = bilingual{{
		"昨天晚上他们又打了，还是那个号码。", "补充一下，今天上午家里又接到一个电话。", "请问大概什么时候会有结果？", "我又找到两张截图，已经上传。", "谢谢你们，这两天电话少了很多。",
		"对方今天主动联系我道歉了，不过没有说怎么处理。", "我换了工作地址，联系电话不变。", "他们说已经撤回委托了，请帮忙核实是不是真的。", "我同意面谈，周三下午可以。",
	}, {
		"They called again last night from the same number.", "Do you know when there will be a decision?", "Thank you, it has been quieter since Monday.", "I found two more messages and uploaded them.",
	}}
	told = bilingual{{
		"您好，您的投诉已由本科室办理。办理期间如再次接到催收电话，请记录时间和号码，并在本页补充。",
		"您好，我们已要求被投诉机构提供通话录音和外呼记录，收到后会尽快核对。",
		"请问您是否愿意由我们转达分期还款的意愿？请在本页答复。",
		"机构已提交书面说明，我们正在与您提供的录音逐条比对。",
		"请您确认短信截图中的号码是否完整，最后四位看不清楚。",
		"感谢您的补充，新增材料已入卷。",
		"为了核实上门情况，我们需要当天的门禁或者监控记录，请您尽可能向物业索取。",
		"您反映的情况我们已记录。如对方威胁您的人身安全，请立即拨打110报警。",
	}, {
		"Your complaint is with our unit. If you are called again, please note the time and number and add it here.",
		"We have asked the company for its recordings and call records and will compare them with yours.",
		"Thank you. The new files are now part of the case.",
		"Would you like us to pass on that you want to pay in instalments? Please answer here.",
	}}
	notes = bilingual{{
		"已电话联系投诉人核实基本情况，投诉人情绪较激动，约定保留后续来电记录。",
		"调取通话详单，{d}当日同一号码呼出次数与投诉人所述基本一致，时段需与机构系统数据比对。",
		"机构提交的录音缺少两段，已要求说明原因。",
		"该号码在另外几件投诉中也出现过，建议并案梳理外呼来源。",
		"催收机构称该坐席已离职，要求提供入职、培训和离职材料。",
		"与法制岗沟通：禁催时段属于推荐性标准，行政处罚依据另行论证。",
		"投诉人提供的截图未见篡改痕迹，建议采信。",
		"机构负责人已约谈，承认外包管理存在疏漏，承诺一周内提交整改报告。",
		"核对委托协议，案发时双方仍在合作期内，出借机构应承担管理责任。",
		"投诉人表示愿意协商，已转达，待机构反馈方案。",
		"现场检查发现催收系统权限设置过宽，坐席可见完整联系人信息。",
		"等待公安机关关于报警记录的复函。",
	}, {
		"Spoke to the complainant. The call log matches the account for {d}.", "The firm's records lack two of the recordings; asked why.", "The same number appears in other complaints: consider joining them.", "The agency says that the collector has left. Asked for training records.",
	}}
	upheld = bilingual{{
		"经调取通话详单并与投诉人提供的截图比对，被投诉方在{d}前后的行为与投诉内容一致，机构未能提供相反证据，认定属实。",
		"机构提交的录音证实坐席存在投诉人所述言行，坐席本人亦予承认。该行为违反催收行为规范，认定属实。",
		"投诉人提供的短信、录音形成完整证据链，号码经核实归属被投诉机构，认定属实。",
		"现场检查调取的系统日志显示，{d}确有相应外呼记录，时间、号码和次数均与投诉相符，予以认定。",
		"证人证言与监控录像相互印证，机构陈述前后矛盾，不予采信，认定属实。",
	}, {
		"The call records of the firm match the complainant's log for {d}. The firm offered nothing to the contrary.", "The recording bears out the complaint, and the collector admitted it.",
	}}
	partly = bilingual{{
		"拨打次数属实，但投诉人所称辱骂内容未见于留存录音，其余部分缺乏证据，认定部分属实。",
		"机构确曾联系第三人，但未见透露欠款金额的证据，认定部分属实。",
		"其中{d}的联系行为属实，其余日期因录音缺失无法核实，就已查明部分予以认定。",
		"费用计收与合同一致，但未向投诉人充分说明，认定部分属实。",
	}, {
		"The number of calls is confirmed; the language complained of is not on the recordings that exist.", "Contact on {d} is confirmed, the other days could not be checked.",
	}}
	denied = bilingual{{
		"经核对机构留存的全部通话录音，未发现投诉人所述情形，来电号码经查不属于被投诉机构。",
		"机构提供了完整的沟通记录，坐席用语规范，联系时间和次数均在规定范围内，认定不属实。",
		"投诉人所述款项确已逾期，金额与合同、流水一致，催收行为未见违规。",
		"有关文书经向法院核实，确系诉讼程序中依法送达，不构成虚假法律威胁。",
	}, {
		"All recordings were heard. What is complained of is not on them, and the number is not the firm's.", "The amount agrees with contract and payments; nothing improper was found.",
	}}
	open = bilingual{{
		"双方各执一词，录音已超过机构留存期限，现有证据不足以认定，存疑。",
		"来电号码为境外改号，无法查明实际呼出方，现有证据无法认定。",
		"投诉人未能提供通话时间，机构外呼记录量大，无法对应核实。",
	}, {
		"The recordings are past the time for which the firm keeps them, and the accounts differ.", "The number was forged; who rang cannot be established.",
	}}
	foreign = bilingual{{"经核实，投诉事项属于合同利率争议，正在法院审理中，不属于本机关职责范围。", "所涉平台不属于本机关监管对象，已告知投诉人向有权机关反映。"},
		{"The dispute is about the contract rate and is before a court; it is not for this office."}}
	mended = bilingual{{"前次认定遗漏了机构补交的外呼日志。经重新核对，{d}的拨打记录成立，原认定予以更正。", "经复核录音时间，原认定引用的日期有误，现予更正，其余事实不变。"},
		{"The dialler log that arrived later confirms the calls on {d}. The earlier finding is corrected."}}
	finishings = bilingual{{"调查终结，结果已告知投诉人，材料归档。", "机构已停止违规催收并道歉，投诉人表示满意，办结归档。", "双方达成分期还款协议，投诉人无异议，予以办结。", "处罚决定已作出，投诉处理完毕，归档。", "现有证据不足以认定违规，已书面告知投诉人并说明救济途径。"},
		{"Investigated; the complainant has been told. Filed.", "The firm stopped and apologised; the complainant is content.", "The evidence does not bear out a violation; the complainant was told of the remedies."}}
	withdrawals = bilingual{{"已与平台协商一致，申请撤回。", "对方已道歉，不再追究。", "事情已经解决，谢谢。", "本人决定走法律途径，撤回投诉。"}, {"We have settled. Thank you.", "The calls have stopped."}}
)

// What a reviewer proposes a penalty or a measure with: {day} and {what} are filled in.
var (
	proposalFacts = []string{
		"经查，当事人在催收过程中于{day}前后实施了“{what}”的行为。上述事实有通话详单、录音、当事人陈述和投诉人提供的材料为证。",
		"当事人自{day}起，通过其外呼系统对债务人及其亲友实施“{what}”，持续时间较长。现场检查笔录、系统日志和询问笔录可以相互印证。",
		"当事人委托的催收人员于{day}实施“{what}”，当事人对外包人员疏于管理，未按规定进行质检和回访。",
	}
	milderReasons = []string{
		"违法情节轻微，当事人已经停止有关行为并向投诉人致歉，采取监管措施足以促使其改正。",
		"系初次发现，未造成明显后果，当事人配合调查，建议以监管措施督促整改并跟踪落实。",
	}
	proposalReasons = []string{
		"当事人的行为侵害了消费者的人格尊严和个人信息权益。综合考虑违法情节、持续时间和整改情况，建议从轻处理。",
		"当事人半年内因同类行为多次被投诉，经约谈后仍未改正，主观过错明显，建议依法从重处理。",
		"当事人能够配合调查，主动停止违规催收并向投诉人道歉，但违法事实清楚，应予惩处，建议作出以下处理。",
		"违法行为造成投诉人工作、生活受到较大影响，社会危害性较大，裁量幅度建议取中间档。",
	}
	returns    = []string{"罚款数额的裁量理由不充分，请补充同类案件的处罚情况。", "事实部分对持续时间的表述与笔录不一致，请核对后重报。", "请补充说明未适用从轻情节的原因。"}
	drops      = []string{"当事人提交了新的证据，事实需要进一步查明，撤回本次建议。", "经合议，改为约谈并责令整改，撤回处罚建议。"}
	approvals  = []string{"同意。", "事实清楚，证据充分，同意拟处罚意见。", "同意，请抓紧办理并做好公示准备。", ""}
	recusals   = []string{"与被投诉机构的负责人系大学同学，申请回避。", "配偶在被投诉机构任职，依规定回避。", "曾参与该机构的专项检查，本人申请回避。"}
	refusals   = map[string]string{"not_our_duty": "您反映的是与商家之间的一般消费纠纷，不属于本机关职责，请向市场监督管理部门反映。", "other_path": "您反映的事项人民法院已经立案，请通过诉讼程序主张权利。", "no_relation": "您与该笔借款和催收行为没有直接利害关系，本机关不作为投诉受理；如掌握违法线索，可以通过举报反映。", "too_old": "所述事项发生在三年以前，依照规定不予受理。", "material_missing": "逾期未补正材料，现有材料无法核实，不予受理。补齐材料后可以再次提出。", "repeated": "您已就同一事项提出过投诉并已收到答复，没有新的事实和理由。", "closed_repeated": "该举报事项此前已经办结，未提供新的线索。", "already_handled": "该线索本机关已经掌握并正在依法处理。", "no_firm": "您提供的信息无法确定被投诉机构，请核实后再次提交。"}
	references = []struct{ to, ground, note string }{
		{"local_finance", "other_authority", "被投诉机构为小额贷款公司，由地方金融管理部门负责监管，现依法移送。"},
		{"police", "crime", "所反映的行为涉嫌犯罪，已移送公安机关处理。如遇紧急情况请拨打110。"},
		{"cac", "other_authority", "所反映的个人信息泄露问题由网信部门管辖，现予移送。"},
		{"miit", "other_authority", "骚扰电话治理由通信管理部门负责，现予移送。"},
		{"samr", "other_authority", "所反映的属于一般消费纠纷，移送市场监督管理部门处理。"},
	}
)

// refusalNote tells a complainant why a complaint is not accepted.
func refusalNote(ground string, english bool) string {
	if english {
		return "Your complaint could not be accepted for the reason shown above. You can file again with new facts."
	}
	return refusals[ground]
}
