package httpd

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
	"dunwatch/internal/locale"
)

// portalPlanForm names the form that offers a plan.
const portalPlanForm = "plan"

// The rows for instalments: how many the form begins with, how many the button adds, and how many a plan may have.
const (
	portalPlanRows     = 3
	portalPlanMoreRows = 3
	portalPlanMaxRows  = 120
)

// portalOffer is the form that offers a plan. It works without script: rows left empty are none.
type portalOffer struct {
	Kinds []Option
	Rows  []portalOfferRow
	More  bool // further rows may be asked for
	Bad   string
}

type portalOfferRow struct {
	Number       int
	Date, Amount string // names of the inputs
}

// show gives the form as many rows as were sent.
func (o *portalOffer) show(f *Form) {
	n, err := strconv.Atoi(f.Value("rows"))
	if err != nil || n < portalPlanRows {
		n = portalPlanRows
	}
	n = min(n, portalPlanMaxRows)
	o.Rows, o.More = nil, n < portalPlanMaxRows
	for i := range n {
		o.Rows = append(o.Rows, portalOfferRow{i + 1, fmt.Sprintf("instalments[%d].due_on", i), fmt.Sprintf("instalments[%d].amount", i)})
	}
	if e, ok := f.error("instalments"); ok {
		o.Bad = e.Key
	}
}

// portalPlanRow is a plan that the firm offered, and how it is kept.
type portalPlanRow struct {
	*hardship.Plan
	Chip      Chip
	KindName  string
	TermLines []string
	Parts     []portalPart
	Kept      string
	Events    []Event
	Withdraw  *Confirm
	PayForm   string   // name of the form that reports a payment; "" where none is due
	Open      []Option // instalments that are not paid
}

type portalPart struct {
	hardship.Instalment
	Chip Chip
}

var portalPlanTones = map[hardship.Status]string{
	hardship.Offered: "wait", hardship.Accepted: "active", hardship.Declined: "closed", hardship.Withdrawn: "closed", hardship.Ended: "good",
}

var portalPartTones = map[string]string{"paid": "good", "paid_late": "good", "late": "danger", "open": "new"}

// portalPlans lists the plans, newest first, and offers the form where none is open.
func (s *Server) portalPlans(d desk, p *portalForwardData) error {
	if p.V.Kind != forwarding.ToAnswer || p.V.From != nil {
		return nil
	}
	list, err := s.Plans.PlansOf(d.ctx, d.by, p.V.Reference)
	if err != nil {
		return err
	}
	open := false
	for _, x := range slices.Backward(list) {
		p.Plans = append(p.Plans, d.portalPlanRow(p, x))
		open = open || x.Status == hardship.Offered || x.Status == hardship.Accepted
	}
	if open || p.V.Status == forwarding.Ended {
		return nil
	}
	p.Offer = &portalOffer{}
	for _, k := range hardship.Kinds {
		p.Offer.Kinds = append(p.Offer.Kinds, Option{Value: string(k), Label: d.t("hardship.kinds." + string(k))})
	}
	p.Offer.show(nil)
	return nil
}

func (d desk) portalPlanRow(p *portalForwardData, x *hardship.Plan) portalPlanRow {
	r := portalPlanRow{Plan: x, Chip: Chip{Tone: portalPlanTones[x.Status], Text: d.t("portal.plan.status." + string(x.Status))},
		KindName: d.t("hardship.kinds." + string(x.Kind)), TermLines: lines(x.Terms)}
	for _, i := range x.Instalments {
		state := i.State(d.day)
		r.Parts = append(r.Parts, portalPart{i, Chip{Tone: portalPartTones[state], Text: d.t("hardship.state." + state)}})
		if i.PaidFen < i.Fen {
			r.Open = append(r.Open, Option{Value: strconv.Itoa(i.Number),
				Label: d.t("portal.plan.part", i.Number, locale.Date(d.lang, i.DueOn), locale.Money(d.lang, i.Fen-i.PaidFen))})
		}
	}
	for _, e := range slices.Backward(x.Events) {
		who := d.t("portal.own")
		switch access.Role(e.ActorRole) {
		case access.Borrower, access.Public:
			who = d.t("portal.complainant")
		case access.Firm, access.FirmManager:
		default:
			who = d.t("portal.office")
		}
		row := Event{At: e.At, Text: d.eventText(e.Kind), Who: who}
		if e.Kind == hardship.EventPaid {
			row.Note = d.t("portal.plan.paid_line", e.Instalment, locale.Money(d.lang, e.Fen), locale.Date(d.lang, e.On))
		}
		r.Events = append(r.Events, row)
	}
	hidden := []Option{{Label: "plan", Value: x.Reference}, {Label: "version", Value: strconv.FormatInt(x.Version, 10)}}
	switch x.Status {
	case hardship.Offered:
		r.Withdraw = &Confirm{ID: "withdraw-" + x.Reference, Action: p.Path + "/plan/withdraw", Label: "portal.plan.withdraw", Text: d.t("portal.plan.withdraw_text"), Hidden: hidden}
	case hardship.Accepted:
		r.PayForm = "paid-" + x.Reference
		fallthrough
	case hardship.Ended:
		r.Kept = d.portalKept(x.Performance)
	}
	return r
}

// portalKept says how a plan is kept as of today.
func (d desk) portalKept(f hardship.Performance) string {
	if f.OnTime {
		return d.t("portal.plan.kept", locale.Money(d.lang, f.PaidFen), locale.Money(d.lang, f.DueFen))
	}
	return d.t("portal.plan.behind", locale.Money(d.lang, f.PaidFen), locale.Money(d.lang, f.DueFen), f.Late, locale.Money(d.lang, f.LateFen))
}

// portalOfferPlan offers a plan; the button for more rows only shows the form again.
func (s *Server) portalOfferPlan(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if form.Value("do") == "rows" {
		return s.portalMoreRows(c, form)
	}
	in, at, err := portalPlanOf(form)
	if err != nil {
		return s.portalAgain(c, err, form, portalPlanForm)
	}
	plan, err := s.Plans.Offer(c.Request().Context(), actorOf(c), c.Param("ref"), in)
	if err != nil {
		return s.portalAgain(c, portalAtRows(err, at), form, portalPlanForm)
	}
	s.flash(c, "good", "portal.plan.offered", plan.Reference)
	return c.Redirect(http.StatusSeeOther, portalHref(c.Param("ref"))+"#plans")
}

func (s *Server) portalMoreRows(c echo.Context, form *Form) error {
	p, err := s.portalForwardData(c)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(form.Value("rows"))
	n = min(max(n, portalPlanRows)+portalPlanMoreRows, portalPlanMaxRows)
	form.Values.Set("rows", strconv.Itoa(n))
	form.Name = portalPlanForm
	p.kept(form)
	return s.show(c, http.StatusOK, portalForwardTemplate, p)
}

// portalPlanOf reads the form. at says in which row of the form each instalment stands.
func portalPlanOf(f *Form) (in hardship.OfferInput, at []int, err error) {
	var wrong fault.Fields
	in = hardship.OfferInput{Kind: hardship.Kind(f.Text("kind")), Terms: f.Text("terms"), StopCollection: f.Value("stop_collection") == "on"}
	in.TotalFen = portalFen(&wrong, f, "total")
	n, _ := strconv.Atoi(f.Value("rows"))
	for i := range min(n, portalPlanMaxRows) {
		date, amount := fmt.Sprintf("instalments[%d].due_on", i), fmt.Sprintf("instalments[%d].amount", i)
		if f.Text(date) == "" && f.Text(amount) == "" {
			continue
		}
		part := hardship.Part{Fen: portalFen(&wrong, f, amount)}
		if text := f.Text(date); text != "" {
			if part.DueOn, err = calendar.ParseDate(narrow(text)); err != nil {
				wrong.Add(date, "fault.date")
			}
		}
		in.Instalments, at = append(in.Instalments, part), append(at, i)
	}
	return in, at, wrong.Err()
}

// portalFen reads an amount; nothing typed is zero, which the service refuses with its own sentence.
func portalFen(wrong *fault.Fields, f *Form, name string) int64 {
	text := f.Text(name)
	if text == "" {
		return 0
	}
	fen, ok := fenOf(text)
	if !ok {
		wrong.Add(name, "fault.money")
	}
	return fen
}

var portalRowField = regexp.MustCompile(`^instalments\[([0-9]+)\](\..*)$`)

// portalAtRows points the errors of instalments at the rows of the form, of which some may be empty.
func portalAtRows(err error, at []int) error {
	f := faultOf(err)
	if f.Kind != fault.Invalid {
		return err
	}
	wrong := slices.Clone(f.Fields)
	for i, field := range wrong {
		if m := portalRowField.FindStringSubmatch(field.Name); m != nil && atoi(m[1]) < len(at) {
			wrong[i].Name = fmt.Sprintf("instalments[%d]%s", at[atoi(m[1])], m[2])
		}
	}
	return &fault.Error{Kind: f.Kind, Key: f.Key, Args: f.Args, Fields: wrong}
}

// portalPlanNamed is the plan that a form names, if it belongs to the forward of the page. NotFound.
func (s *Server) portalPlanNamed(ctx context.Context, by access.Actor, ref string, f *Form) (string, error) {
	list, err := s.Plans.PlansOf(ctx, by, ref)
	if err != nil {
		return "", err
	}
	for _, x := range list {
		if x.Reference == f.Text("plan") {
			return x.Reference, nil
		}
	}
	return "", fault.New(fault.NotFound, "fault.not_found")
}

func (s *Server) portalWithdrawPlan(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	return s.portalDeed(c, "withdraw-"+form.Text("plan"), "portal.plan.withdrawn", "#plans", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		plan, err := s.portalPlanNamed(ctx, by, ref, f)
		if err != nil {
			return err
		}
		_, err = s.Plans.Withdraw(ctx, by, plan, f.Version())
		return err
	})
}

func (s *Server) portalPlanPaid(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	return s.portalDeed(c, "paid-"+form.Text("plan"), "portal.plan.paid_noted", "#plans", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		plan, err := s.portalPlanNamed(ctx, by, ref, f)
		if err != nil {
			return err
		}
		var wrong fault.Fields
		in := hardship.PaidInput{Instalment: atoi(f.Text("instalment")), Fen: portalFen(&wrong, f, "amount")}
		if in.On, err = f.Date("on"); err != nil {
			wrong.Add("on", "fault.date")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		_, err = s.Plans.Paid(ctx, by, plan, f.Version(), in)
		return err
	})
}
