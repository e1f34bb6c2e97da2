package httpd

import (
	"slices"

	"dunwatch/internal/enforcement"
)

// deedKind is how a field of a deed is asked for.
type deedKind string

// The kinds of fields; the words are those of the template.
const (
	asLine    deedKind = "line"    // one line of text
	asArea    deedKind = "area"    // several lines
	asLong    deedKind = "long"    // a report
	asDay     deedKind = "day"     // a date; today is filled in
	asLater   deedKind = "later"   // a date that is not today
	asTick    deedKind = "tick"    // a box to tick
	asEither  deedKind = "either"  // yes or no, both said aloud
	asOne     deedKind = "one"     // one of a list
	asNumber  deedKind = "number"  // one of a list whose values are numbers
	asSome    deedKind = "some"    // several of a list
	asNumbers deedKind = "numbers" // several of a list whose values are numbers
	asLines   deedKind = "lines"   // a list, one a line
	asMoney   deedKind = "money"   // typed in yuan, kept in fen
	asCount   deedKind = "count"   // a whole number that is typed
	asBases   deedKind = "bases"   // provisions to tick
	asRows    deedKind = "rows"    // a list of things with fields of their own
)

// deedField is one field of a deed: name is its name in JSON, of the list that it is chosen from.
type deedField struct {
	name     string
	as       deedKind
	of       string
	optional bool
	rows     []deedField // of asRows
}

func (f deedField) opt() deedField { f.optional = true; return f }

func inLine(name string) deedField       { return deedField{name: name, as: asLine} }
func inArea(name string) deedField       { return deedField{name: name, as: asArea} }
func inLong(name string) deedField       { return deedField{name: name, as: asLong} }
func inDay(name string) deedField        { return deedField{name: name, as: asDay} }
func inLater(name string) deedField      { return deedField{name: name, as: asLater} }
func inTick(name string) deedField       { return deedField{name: name, as: asTick, optional: true} }
func inEither(name string) deedField     { return deedField{name: name, as: asEither} }
func inOne(name, of string) deedField    { return deedField{name: name, as: asOne, of: of} }
func inNumber(name, of string) deedField { return deedField{name: name, as: asNumber, of: of} }
func inSome(name, of string) deedField   { return deedField{name: name, as: asSome, of: of} }
func inLines(name string) deedField      { return deedField{name: name, as: asLines} }
func inMoney(name string) deedField      { return deedField{name: name, as: asMoney} }
func inCount(name string) deedField      { return deedField{name: name, as: asCount} }

var (
	shareRows   = deedField{name: "shares", as: asRows, rows: []deedField{inNumber("party", "parties"), inOne("kind", "kinds"), inMoney("amount_fen").opt(), inCount("days").opt()}}
	personRows  = deedField{name: "persons", as: asRows, optional: true, rows: []deedField{inLine("name"), inLine("post").opt()}}
	factorRows  = deedField{name: "factors", as: asRows, optional: true, rows: []deedField{inOne("effect", "effects").opt(), inLines("evidence").opt()}}
	partRows    = deedField{name: "parts", as: asRows, rows: []deedField{inLater("due_on"), inMoney("amount_fen")}}
	sentenceRow = []deedField{
		shareRows, {name: "basis", as: asBases}, inLong("facts"), inLong("reasons"), factorRows,
		inArea("later_law").opt(), inArea("norm_reason").opt(), inArea("range_reason").opt(),
	}
	// delivery is how something was handed over, and how that is proved.
	delivery = []deedField{inOne("means", "means"), inArea("proof"), inLine("consent").opt(), inArea("failed").opt()}
	paid     = []deedField{inNumber("party", "parties"), inOne("account", "accounts"), inMoney("amount_fen"), inDay("on"), inLine("receipt")}
)

// deedForms asks for what each step of the statutory procedure says: one entry per step, in the order of its form. What is
// missing here of a deed is set by the procedure itself.
var deedForms = map[enforcement.Step][]deedField{
	enforcement.StepApply:        {inOne("firm", "firms"), inSome("codes", "codes"), inLater("acted_to"), inLong("facts"), inArea("grave").opt()},
	enforcement.StepFile:         {inNumber("second", "officers"), inArea("reasons")},
	enforcement.StepRefuse:       {inArea("reasons")},
	enforcement.StepOfficers:     {inNumber("second", "officers"), inArea("reasons")},
	enforcement.StepInvestigate:  {inDay("on"), inTick("cards_shown"), inArea("told")},
	enforcement.StepPreserve:     {inDay("on"), inArea("what"), inLine("approved")},
	enforcement.StepPreserved:    {inArea("decision")},
	enforcement.StepSuspend:      {inOne("ground", "suspend"), inArea("reasons")},
	enforcement.StepResume:       {inArea("reasons")},
	enforcement.StepExtend:       {inCount("days"), inLine("basis"), inArea("reasons")},
	enforcement.StepAskRecusal:   {inLine("against"), inArea("reasons")},
	enforcement.StepRecusal:      {inNumber("request", "objections"), inEither("upheld"), inNumber("person", "people").opt(), inArea("reasons")},
	enforcement.StepConclude:     slices.Concat([]deedField{inLong("report"), {name: "findings", as: asNumbers, of: "findings"}, inLine("address"), personRows}, sentenceRow),
	enforcement.StepTry:          {inEither("agree"), inLong("report"), inTick("complex"), inTick("major"), inSome("legal", "legal").opt()},
	enforcement.StepLegalReview:  {inEither("passed"), inLong("opinion")},
	enforcement.StepRevise:       slices.Concat([]deedField{inArea("why"), inArea("new_facts").opt()}, sentenceRow),
	enforcement.StepNotice:       slices.Concat([]deedField{inDay("served_on")}, delivery, []deedField{inTick("all_parties"), inTick("hearing_told")}),
	enforcement.StepDefend:       {inDay("on"), inLong("text"), inLines("evidence").opt()},
	enforcement.StepReply:        {inNumber("defence", "defences"), inOne("adopted", "adopted"), inArea("reasons")},
	enforcement.StepWaive:        {inOne("what", "waive"), inLine("proof"), inTick("all_parties")},
	enforcement.StepAskHearing:   {inDay("on"), inArea("text")},
	enforcement.StepSetHearing:   slices.Concat([]deedField{inLater("on"), inLine("place"), inNumber("chair", "chairs"), inLine("closed").opt(), inDay("noticed_on")}, delivery),
	enforcement.StepHold:         {inDay("on"), inTick("absent"), inLines("agents").opt(), inLong("record"), inTick("signed")},
	enforcement.StepHearReport:   {inLong("report")},
	enforcement.StepDeliberate:   {inDay("on"), inLines("members"), inLong("minutes"), inEither("agree")},
	enforcement.StepApprove:      {inArea("note").opt()},
	enforcement.StepReturn:       {inOne("to", "return_to"), inArea("reasons")},
	enforcement.StepIssue:        {inLine("account").opt(), inLine("address").opt(), inArea("late_reason").opt()},
	enforcement.StepNoPenalty:    {inOne("ground", "no_penalty"), inArea("reasons"), inLines("evidence"), inArea("taught").opt(), inArea("late_reason").opt()},
	enforcement.StepTransfer:     {inOne("authority", "authorities"), inArea("reasons"), inTick("file_sent")},
	enforcement.StepServe:        slices.Concat([]deedField{inDay("on")}, delivery, []deedField{inTick("all_parties")}),
	enforcement.StepPublish:      {inArea("facts"), inLater("expires_on").opt()},
	enforcement.StepCorrect:      {inArea("facts"), inArea("reasons")},
	enforcement.StepWithdraw:     {inArea("reasons")},
	enforcement.StepPay:          paid,
	enforcement.StepRefund:       paid,
	enforcement.StepAskParts:     {inNumber("party", "parties"), inArea("hardship"), inLine("proof")},
	enforcement.StepAllowParts:   {inNumber("party", "parties"), partRows, inArea("reasons")},
	enforcement.StepRefuseParts:  {inNumber("party", "parties"), inArea("reasons")},
	enforcement.StepChallenge:    {inOne("kind", "challenges"), inLine("body"), inDay("on"), inLine("ref").opt()},
	enforcement.StepChallengeEnd: {inDay("on"), inOne("outcome", "outcomes"), inArea("note").opt()},
	enforcement.StepDemand:       slices.Concat([]deedField{inDay("served_on")}, delivery),
	enforcement.StepCourt:        {inDay("on"), inLine("name")},
	enforcement.StepExecuted:     {inTick("exhausted"), inArea("note")},
	enforcement.StepChange:       {inTick("annul"), shareRows.opt(), inOne("order", "orders"), inArea("reasons")},
	enforcement.StepClose:        {inLong("report")},
	enforcement.StepArchive:      {inLine("place")},
}
