package httpd

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/ident"
)

// This file adds what the pages of the flow show beside the filing itself.

// fillWhat makes one field of choice cards for each heading of the rulebook. All
// of them send the same name; the first has the plain id, so that the error
// summary leads to it.
func (s *Server) fillWhat(c echo.Context, d *filingPageData) error {
	p, err := s.packOf(d.Filing)
	if err != nil {
		return err
	}
	lang, chosen := string(langOf(c)), d.Filing.Violations
	if d.Form.Sent() {
		chosen = d.Form.List("violations")
	}
	for i, g := range p.PublicChoices() {
		f := Field{ID: d.Form.id("violations"), Name: "violations", Label: g.Name.In(lang), Hint: g.Note.In(lang), Multiple: true, Values: chosen}
		if i > 0 {
			f.ID += "-" + idOf(g.ID)
		}
		for _, choice := range g.Choices {
			f.Options = append(f.Options, Option{Value: choice.Code, Label: choice.Question.In(lang)})
		}
		d.Groups = append(d.Groups, f)
	}
	if wrong, ok := d.Form.error("violations"); ok && len(d.Groups) > 0 {
		d.Groups[0].Error = s.Words.T(langOf(c), wrong.Key, wrong.Args...)
	}
	return nil
}

func (s *Server) fillHow(c echo.Context, d *filingPageData) error {
	p, err := s.packOf(d.Filing)
	if err != nil {
		return err
	}
	for _, ch := range p.Channels() {
		if ch.Public {
			d.Options = append(d.Options, Option{Value: ch.ID, Label: ch.Name.In(string(langOf(c)))})
		}
	}
	return nil
}

// firmQuestion is "is it one of these?" about a name that was typed.
type firmQuestion struct {
	Asked   string // the name that the question is about; "" asks nothing
	Options []Option
}

// noneOfThese is the answer that keeps the name as it was typed.
const noneOfThese = "-"

func (s *Server) fillWho(c echo.Context, d *filingPageData) error {
	d.Side = sideOf(d.Filing)
	if !d.Form.Failed() {
		return nil
	}
	for _, p := range []struct {
		part string
		kind firm.Kind
		to   *firmQuestion
	}{{"lender", firm.Lender, &d.Lender}, {"agency", firm.Agency, &d.Agency}} {
		if _, asked := d.Form.error(p.part + ".pick"); !asked {
			continue
		}
		name := d.Form.Text(p.part + ".name")
		list, err := s.Firms.Suggest(c.Request().Context(), p.kind, name, maxSuggest)
		if err != nil {
			return err
		}
		*p.to = firmQuestion{Asked: name}
		for _, f := range list {
			p.to.Options = append(p.to.Options, Option{Value: f.Code, Label: f.Name, Hint: strings.Join(f.Aliases, s.Words.T(langOf(c), "complain.list_mark"))})
		}
		p.to.Options = append(p.to.Options, Option{Value: noneOfThese, Label: s.Words.T(langOf(c), "complain.none_of_these", name)})
	}
	return nil
}

const maxSuggest = 6

// askFirms holds the typed names against the register: a name that is
// registered gets its code, one that is like registered names is asked about
// once, any other stays as it is.
func (s *Server) askFirms(c echo.Context, form *Form, f *complaint.Filing) error {
	var wrong fault.Fields
	for _, p := range []struct {
		part  string
		kind  firm.Kind
		party *complaint.Party
	}{{"lender", firm.Lender, &f.Lender}, {"agency", firm.Agency, &f.Agency}} {
		if p.party.Name == "" || p.party.Code != "" {
			continue
		}
		list, err := s.Firms.Suggest(c.Request().Context(), p.kind, p.party.Name, maxSuggest)
		if err != nil {
			return err
		}
		if code, sure := registered(list, p.party.Name); sure {
			p.party.Code = code
			continue
		}
		if len(list) == 0 {
			continue
		}
		pick := form.Value(p.part + ".pick")
		if pick == "" || form.Value(p.part+".asked") != p.party.Name {
			wrong.Add(p.part+".pick", "complain.pick_firm."+p.part)
			continue
		}
		for _, x := range list {
			if x.Code == pick {
				*p.party = complaint.Party{Code: x.Code, Name: x.Name}
			}
		}
	}
	return wrong.Err()
}

// registered finds the firm that a name means exactly.
func registered(list []firm.Firm, name string) (code string, ok bool) {
	key := ident.NormaliseName(name)
	for _, f := range list {
		for _, n := range append([]string{f.Name}, f.Aliases...) {
			if ident.NormaliseName(n) == key {
				return f.Code, true
			}
		}
	}
	return "", false
}

// accusedRow is one line of the collector's numbers and accounts.
type accusedRow struct {
	N     int // from 1, for its heading
	Kind  Field
	Value Field
}

// maxRows is how many numbers a filing may name.
const maxRows = 20

func (s *Server) fillNumbers(c echo.Context, d *filingPageData) error {
	list := d.Filing.Accused
	if d.Form.Sent() {
		list = typedRows(d.Form)
	}
	if len(list) == 0 || d.Form.Value("do") == "add" && len(list) < maxRows {
		list = append(list, complaint.Accused{Kind: "phone"})
	}
	w := words{s.Words, langOf(c)}
	kinds, err := w.options("complaint.accused_kinds", complaint.AccusedKinds)
	if err != nil {
		return err
	}
	for i, a := range list {
		row := accusedRow{N: i + 1}
		name := accusedName(i)
		if row.Kind, err = w.field(d.Form, name+".kind", "complain.accused_kind", "options", kinds, "value", a.Kind, "width", "medium"); err != nil {
			return err
		}
		if row.Value, err = w.field(d.Form, name+".value", "complain.accused_value", "value", a.Value, "autocomplete", "off"); err != nil {
			return err
		}
		row.Kind.Value, row.Value.Value = a.Kind, a.Value // the added row was not sent
		d.Rows = append(d.Rows, row)
	}
	return nil
}

// addRow shows the page once more with an empty line below what was typed.
// Nothing is stored: the answers are in the form still.
func (s *Server) addRow(c echo.Context, i int, dr *complaint.Draft, form *Form) error {
	d, err := s.stepData(c, i, dr.Filing, form)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "complain/"+filingSteps[i].slug, d)
}

func (s *Server) fillYou(c echo.Context, d *filingPageData) error {
	if d.Filing.Pack == "cn" {
		w := words{s.Words, langOf(c)}
		for _, code := range provinces {
			d.Regions = append(d.Regions, Option{Value: code + "0000", Label: w.t("region." + code)})
		}
	}
	return nil
}

// provinces are the first digits of GB/T 2260, in its order.
var provinces = strings.Fields("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 81 82 71")
