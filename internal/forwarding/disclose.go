package forwarding

import (
	"context"
	"slices"

	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// What can be disclosed of a complaint to a firm.
const (
	FieldName      = "name"
	FieldPhone     = "phone"
	FieldIDNumber  = "id_number"
	FieldEmail     = "email"
	FieldNarrative = "narrative"
	FieldDemand    = "demand"
	FieldLoan      = "loan"
	FieldEvidence  = "evidence"
)

// Fields lists them in the order of the form.
var Fields = []string{FieldName, FieldPhone, FieldIDNumber, FieldEmail, FieldNarrative, FieldDemand, FieldLoan, FieldEvidence}

// impersonal are the fields that do not lead to the complainant by themselves.
var impersonal = []string{FieldDemand, FieldLoan}

// Disclosable lists what a firm may be given of a complaint. Of a report (举报), and by a request for information,
// nothing: who reports is hidden by law from the firm reported (银行保险违法行为举报处理办法). Of somebody who hides
// who they are, or did not consent to forwarding, nothing that leads to them (个人信息保护法 23).
func Disclosable(c *complaint.Complaint, kind Kind) []string {
	switch {
	case kind != ToAnswer || c.Track == complaint.TrackReport:
		return nil
	case c.HideIdentity || c.Anonymous || !c.ConsentToForward:
		return slices.Clone(impersonal)
	default:
		return slices.Clone(Fields)
	}
}

// disclosure checks what is to be disclosed against what may be, and puts it in the order of Fields.
func disclosure(want, may []string, wrong *fault.Fields) []string {
	var out []string
	for _, w := range want {
		switch {
		case !slices.Contains(Fields, w):
			wrong.Add("disclose", "fault.choose")
			return nil
		case !slices.Contains(may, w):
			wrong.Add("disclose", "forwarding.not_disclosable")
			return nil
		}
	}
	for _, f := range Fields {
		if slices.Contains(want, f) {
			out = append(out, f)
		}
	}
	return out
}

// disclose fills a view with what was disclosed, and with nothing else. Once the complaint's key is destroyed the
// particulars are gone for the firm too.
func (s *Service) disclose(ctx context.Context, tx *store.Tx, f *Forward, c *complaint.Complaint, v *FirmView) error {
	v.Disclosed = f.Disclosed
	shown := func(field string) bool { return slices.Contains(f.Disclosed, field) }
	if shown(FieldNarrative) {
		v.Narrative = c.Narrative
	}
	if shown(FieldDemand) {
		v.Demand = c.Demand
	}
	if shown(FieldLoan) {
		v.Loan = &complaint.Loan{Product: c.Product, AmountFen: c.LoanFen}
		if !c.ContractOn.IsZero() {
			v.Loan.ContractDate = c.ContractOn.String()
		}
	}
	if shown(FieldName) {
		v.ComplaintReference = c.Reference
	}
	if !shown(FieldName) && !shown(FieldPhone) && !shown(FieldIDNumber) && !shown(FieldEmail) {
		return nil
	}
	p, err := s.d.Complaints.Particulars(ctx, tx, c)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, x := range []struct {
		field string
		to    *string
		value string
	}{
		{FieldName, &v.Name, p.Name}, {FieldPhone, &v.Phone, p.Phone}, {FieldIDNumber, &v.IDNumber, p.IDNumber}, {FieldEmail, &v.Email, p.Email},
	} {
		if shown(x.field) {
			*x.to = x.value
		}
	}
	return nil
}
