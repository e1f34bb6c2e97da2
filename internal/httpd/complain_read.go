package httpd

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
)

// This file puts what was typed on a page of the flow into the filing.

func readWay(form *Form, f *complaint.Filing) fault.Fields {
	f.Track = complaint.Track(form.Value("track"))
	if f.Track == complaint.TrackComplaint {
		f.Anonymous = false
	}
	if f.Track == "" {
		return fault.Fields{{Name: "track", Key: "fault.choose"}}
	}
	return nil
}

func readWhat(form *Form, f *complaint.Filing) fault.Fields {
	f.Violations = form.List("violations")
	return nil
}

func readHow(form *Form, f *complaint.Filing) fault.Fields {
	f.Channels = form.List("channels")
	var wrong fault.Fields
	f.OccurredFrom = roughDate(form, "occurred_from", false, &wrong)
	f.OccurredTo = roughDate(form, "occurred_to", true, &wrong)
	return wrong
}

// roughDate reads a date of which the day, or the day and the month, may be
// missing: "about when" is what people remember. It is then the first day of
// the time named, or the last one where end is set.
func roughDate(form *Form, name string, end bool, wrong *fault.Fields) string {
	part := func(p string) int {
		n, _ := strconv.Atoi(strings.TrimSpace(narrow(form.Value(name + p))))
		return n
	}
	blank := func(p string) bool { return strings.TrimSpace(form.Value(name+p)) == "" }
	y, m := part(".year"), part(".month")
	if y >= 1900 && y <= 2999 && blank(".day") && (m >= 1 && m <= 12 || blank(".month")) {
		first := calendar.DateOf(y, time.Month(max(m, 1)), 1)
		switch {
		case !end:
			return first.String()
		case m == 0:
			return calendar.DateOf(y, time.December, 31).String()
		default:
			return first.AddMonths(1).AddDays(-1).String()
		}
	}
	return exactDate(form, name, wrong)
}

func exactDate(form *Form, name string, wrong *fault.Fields) string {
	d, err := form.Date(name)
	if err != nil {
		wrong.Add(name, "fault.date")
		return ""
	}
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func readStory(form *Form, f *complaint.Filing) fault.Fields {
	f.Narrative, f.Demand = form.Value("narrative"), form.Value("demand")
	return nil
}

// The answers to "who is it that collects?".
const (
	sideLender  = "lender"
	sideAgency  = "agency"
	sideUnknown = "unknown"
)

func readWho(form *Form, f *complaint.Filing) fault.Fields {
	f.Lender, f.Agency = typedParty(form, "lender", f.Lender), typedParty(form, "agency", f.Agency)
	side := form.Value("agency_side")
	// A name that was typed says more than the box beside it.
	f.AgencyUnknown = side == sideUnknown && f.Agency.Name == ""
	if side == sideAgency && f.Agency.Name == "" {
		return fault.Fields{{Name: "agency.name", Key: "complain.agency_missing"}}
	}
	return nil
}

// typedParty keeps the code of a registered firm only while its name stays.
func typedParty(form *Form, part string, was complaint.Party) complaint.Party {
	name := form.Text(part + ".name")
	if name == was.Name {
		return was
	}
	return complaint.Party{Name: name}
}

// sideOf is the answer that led to a filing; "" before the question was asked.
func sideOf(f complaint.Filing) string {
	switch {
	case f.Agency.Name != "":
		return sideAgency
	case f.AgencyUnknown:
		return sideUnknown
	case f.Lender.Name != "":
		return sideLender
	default:
		return ""
	}
}

// readNumbers drops empty rows and numbers the others anew, in the filing and in
// the form, so that an error stands at its row.
func readNumbers(form *Form, f *complaint.Filing) fault.Fields {
	rows := typedRows(form)
	f.Accused = nil
	for name := range form.Values {
		if strings.HasPrefix(name, "accused[") {
			form.Values.Del(name)
		}
	}
	for _, r := range rows {
		if strings.TrimSpace(r.Value) == "" {
			continue
		}
		name := accusedName(len(f.Accused))
		form.Values.Set(name+".kind", r.Kind)
		form.Values.Set(name+".value", r.Value)
		f.Accused = append(f.Accused, r)
	}
	return nil
}

func accusedName(i int) string { return "accused[" + strconv.Itoa(i) + "]" }

func typedRows(form *Form) []complaint.Accused {
	var rows []complaint.Accused
	for i := range maxRows {
		name := accusedName(i)
		if _, sent := form.Values[name+".value"]; !sent {
			break
		}
		rows = append(rows, complaint.Accused{Kind: form.Value(name + ".kind"), Value: form.Value(name + ".value")})
	}
	return rows
}

func readLoan(form *Form, f *complaint.Filing) fault.Fields {
	var wrong fault.Fields
	f.Loan.Product = form.Value("loan.product")
	fen, ok := parseMoney(form.Value("loan.amount_fen"))
	if !ok {
		wrong.Add("loan.amount_fen", "fault.money")
	}
	f.Loan.AmountFen = fen
	f.Loan.ContractDate = exactDate(form, "loan.contract_date", &wrong)
	return wrong
}

// maxMoney is the longest whole-yuan part that is read, in digits.
const maxMoney = 13

// parseMoney reads yuan as people type them ("¥5,000.50", "1.2万", full-width
// digits) into fen. An empty text is 0.
func parseMoney(s string) (fen int64, ok bool) {
	s = strings.NewReplacer(",", "", " ", "", "\u3000", "", "¥", "", "￥", "", "元", "").Replace(width.Narrow.String(strings.TrimSpace(s)))
	scale := 2
	if cut, found := strings.CutSuffix(s, "万"); found {
		s, scale = cut, 6
	}
	if s == "" {
		return 0, scale == 2
	}
	whole, part, _ := strings.Cut(s, ".")
	if whole == "" || len(whole) > maxMoney || len(part) > scale {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+part+strings.Repeat("0", scale-len(part)), 10, 62)
	if err != nil {
		return 0, false
	}
	return int64(n), true
}

// moneyText is an amount as its field shows it again.
func moneyText(fen int64) string {
	switch {
	case fen <= 0:
		return ""
	case fen%100 == 0:
		return strconv.FormatInt(fen/100, 10)
	default:
		return strconv.FormatFloat(float64(fen)/100, 'f', 2, 64)
	}
}

func readYou(form *Form, f *complaint.Filing) fault.Fields {
	c := &f.Complainant
	f.Anonymous = form.Value("anonymous") == "on"
	f.HideIdentity = form.Value("hide_identity") == "on"
	f.ConsentToForward = form.Value("consent_to_forward") == "on"
	if l := form.Value("language"); l != "" {
		f.Language = l
	}
	c.Name, c.Phone, c.Email = form.Value("complainant.name"), form.Value("complainant.phone"), form.Value("complainant.email")
	c.IDNumber, c.Address, c.Region = form.Value("complainant.id_number"), form.Value("complainant.address"), form.Value("complainant.region")
	return nil
}
