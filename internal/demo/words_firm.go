package demo

import "dunwatch/internal/complaint"

// What is written between the office, the firms and those who complain. None of
// it names a complainant: {d} is the day of the matter.

// reply is an answer of a firm with its outcome.
type reply struct{ outcome, zh, en string }

var (
	replies = []reply{
		{"monetary_relief", "经核查，{d}前后的联系确由我司委托的机构发起，频次超出约定。我司已减免逾期违约金，差额原路退回，并对受托机构扣减当月服务费。", "We checked the calls around {d}. They were more than our contract allows. We waived the late fees, refunded the difference, and cut the agency's fee for the month."},
		{"monetary_relief", "经核对账单，多计的催收费用于法无据，我司已全额退还至还款账户，并更正账务记录。对由此造成的不便致歉。", "The collection fee was charged without a basis. It was refunded in full and the account corrected. We apologise."},
		{"non_monetary_relief", "我司已责令受托机构停止联系您的亲友和单位，相关坐席停岗培训，号码已加入免打扰名单。今后的联系仅限您本人，并在规定时段内。", "We told the agency to stop contacting your relatives and workplace. The agents were taken off the phones, and we will write to you only, within the permitted hours."},
		{"non_monetary_relief", "经调听录音，{d}的通话用语不当，我司已由客服负责人致电道歉，撤回该笔委外，由总部人员跟进并提供分期方案。", "The recording of {d} shows improper language. A manager apologised, the account was taken back from the agency, and a payment plan is open to you."},
		{"non_monetary_relief", "我司核实后已删除通过通讯录读取的联系人信息，关闭该项授权，并书面要求合作机构同步删除。处理结果附后。", "We deleted the contacts read from the address book, closed that permission, and had our partner do the same in writing."},
		{"explanation", "经核查，我司{d}共拨打2次，均在规定时段内，内容为告知逾期金额和还款方式，录音已随本答复提交。如有新的线索，请继续反映。", "We called twice on {d}, within the permitted hours, to state the amount overdue and how to pay. The recordings are attached."},
		{"explanation", "短信系统日志显示，投诉所附短信并非我司及合作机构发送，发送号码不在我司备案名单内。我司已就冒用名义一事报案，回执附后。", "Our logs show that neither we nor our partners sent the message. The number is not ours. We reported the misuse of our name; the receipt is attached."},
		{"disputed", "我司对投诉所述上门一事有异议：{d}当天我司及受托机构均无外访派单，外访系统记录和定位数据附后，请予核对。", "We dispute the visit. Neither we nor the agency had a field visit on {d}; the dispatch log and location data are attached."},
		{"disputed", "经调听全部录音，未发现投诉所称的威胁言语。我司认为双方对通话内容理解不同，愿意配合进一步核对。", "We listened to every recording and found no threat. We read the call differently and will help to compare."},
	}
	agencyReplies = []reply{
		{"non_monetary_relief", "经内部核查，涉事坐席违反作业规范，我公司已暂停其外呼权限，录音和外呼记录已打包报送委托方。", "The agent broke our rules and was suspended from calling. Recordings and logs went to the lender."},
		{"explanation", "该案件外呼记录共计9次，时段均在早八点至晚八点之间，录音完整，未发现辱骂、威胁等用语。", "Nine calls, all between 8 a.m. and 8 p.m., recorded in full. No abuse or threat was found."},
		{"disputed", "投诉所列号码中有一个不属于我公司备案号码，其余号码的录音已提交，请委托方核对。", "One of the numbers is not ours. The recordings of the others were handed over."},
	}
	reviewReplies = []reply{
		{"monetary_relief", "经核查部门重新审查，原答复对费用部分认定有误，现改为全额退还，并向您书面致歉。", "On review our first answer was wrong about the fees. They are refunded in full, with a written apology."},
		{"explanation", "经核查部门重新调听录音、调取外呼日志，原答复认定的事实清楚，处理并无不当，予以维持。相关记录附后。", "We heard the recordings and read the logs again. The facts in our first answer stand, and so does the answer. The records are attached."},
		{"non_monetary_relief", "核查发现另有一个外呼号码未被纳入初次核查，现已停用，并对承办人员作出处理。", "The review found another number that the first answer missed. It was shut down and the handler was disciplined."},
	}
	passings = bilingual{{
		"请核对{d}前后的外呼记录并提交完整录音，逐项说明投诉所列事实。", "该户由你公司作业，请于限期内书面说明经过并附坐席陈述。",
	}, {"Please send the full recordings and say what happened, point by point."}}
	objections = bilingual{{
		"答复说只打了两次，可我的通话详单上一天就有十几个，申请对这一点重新核查。",
		"退费金额不对，少退了两期的服务费，请机构重新核算并给出明细。",
		"答复里没有回应他们打给我单位的事，我不能接受，申请核查。",
		"机构说不是他们的号码，但短信里写着他们的名称和我的合同编号，请再查一次。",
	}, {"The answer says nothing about the calls to my workplace. Please look at it again.", "My phone bill shows far more calls than the company admits."}}
	timeRefusals = bilingual{{
		"所述情况不属于复杂事项，录音和外呼记录均在贵司系统内，请按期答复。", "未说明需要延长的具体环节，不予同意，请在原期限内答复。",
	}, {"The records are in your own systems. Please answer by the due date."}}
)

// lacking is why an answer is sent back.
type lacking struct {
	points []string
	zh, en string
}

var lackings = []lacking{
	{[]string{"facts", "evidence"}, "答复称录音中没有不当用语，但未提交录音；请逐次列明通话时间并附录音。", "The answer relies on recordings that were not attached. List each call and attach them."},
	{[]string{"complete"}, "答复没有回应投诉人提出的联系亲友问题，请逐项答复。", "The contact with relatives was not answered. Please answer every point."},
	{[]string{"remedy", "period"}, "仅称“将加强管理”，没有具体措施和完成时间，请补充。", "It promises better management without measures or dates. Please add them."},
	{[]string{"tone", "law"}, "答复用语推责，且未引用所依据的合同条款，请修改后重新提交。", "The tone shifts blame and no contract term is cited. Please revise."},
}

// cause is a ground of the rulebook with the reason that somebody wrote.
type cause struct{ ground, zh, en string }

var (
	timeReasons = []cause{
		{"complex", "涉及两家合作机构的外呼记录，需逐一调取比对，申请延长。", "Two agencies' records have to be compared."},
		{"third_party", "通话记录须由通信运营商提供，已去函，尚未收到回复，申请延长。", "The carrier's records have been asked for and are not here yet."},
		{"complex", "投诉涉及多笔借款和前后两个受托方，需要重新核算费用，申请延长。", "Several loans and two agencies are involved; the fees have to be worked out anew."},
	}
	holdings = []cause{
		{"expert", "投诉录音真伪存在争议，已委托鉴定，等待鉴定意见。", ""},
		{"court", "同一债务正由法院审理，需以裁判结果为依据。", ""},
	}
)

// rated is what people say of how they were treated.
type rated struct {
	score  int
	zh, en string
}

var ratings = []rated{
	{5, "办得很快，电话当天就停了，谢谢。", "Quick and clear. The calls stopped the same week."}, {5, "", ""}, {5, "工作人员很耐心，每一步都有通知。", "I was told of every step."},
	{4, "结果满意，就是等得有点久。", "Good result, a little slow."}, {4, "", ""}, {4, "终于有人管了。", "At last somebody looked into it."},
	{3, "机构道歉了，但是钱退得不全。", "They apologised, but the refund was not complete."}, {3, "", ""},
	{2, "答复像是套话，希望能再细一点。", "The answer read like a form letter."}, {1, "等了两个月，结论是无法认定，很失望。", "Two months for an inconclusive result."},
}

var contactNotes = map[string]bilingual{
	complaint.Reached:     {{"已电话告知办理结果，投诉人表示知悉。"}, {"Told the result; understood."}},
	complaint.NotReached:  {{"无人接听，改日再拨。"}, {"No answer; will try again."}},
	complaint.LeftMessage: {{"已请其家中留言转告回电，未提及事项内容。"}, {"Left word to call back, without saying why."}},
	complaint.RefusedTalk: {{"对方表示不便接听，随即挂断。"}, {"Could not talk and hung up."}},
}

// summaries are what the office tells a firm; %s is what is alleged.
var summaries = bilingual{{
	"投诉人反映，{d}前后在催收过程中存在“%s”的情形，具体时间、号码见所附材料。请核查录音、外呼记录和派单记录，逐项答复。",
	"据投诉，贵机构或者受托机构在{d}前后的催收活动涉及“%s”。请说明事实经过、涉及人员和整改措施，并提交相应录音、记录。",
	"投诉涉及“%s”，发生在{d}前后。请查明是否属实，与投诉人协商解决，并将处理结果书面报送。",
}, {
	"It is alleged that around {d} collection on this account involved: %s. Please check recordings, call and dispatch records, and answer point by point.",
	"The complaint is about %s around {d}. Please say what happened, who acted, and what you did about it, with the records.",
}}
