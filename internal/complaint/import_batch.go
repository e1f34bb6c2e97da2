package complaint

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint/cfpb"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/store"
)

// batchResult is what a batch did, held back until its commit.
type batchResult struct {
	stored, known, conflicts int
	conflictRows             []ImportConflict
	firms                    map[string]party
	unmapped                 map[string]int
	keyID                    int64
}

// party is the firm behind a company's name; id 0 where the name can be none.
type party struct {
	id   int64
	kind firm.Kind
	name string
	made bool
}

// take sorts a batch into new and known rows and stores the new ones, unless it
// is a dry run.
func (run *importRun) take(ctx context.Context, tx *store.Tx) (*batchResult, error) {
	done := &batchResult{firms: map[string]party{}, unmapped: map[string]int{}}
	known, err := knownExternal(ctx, tx, run.batch)
	if err != nil {
		return nil, err
	}
	var fresh []*cfpb.Complaint
	for i := range run.batch {
		c := &run.batch[i]
		if c.IsDebtCollection() {
			if _, ok := run.pack.MapCFPB(c.Issue, c.SubIssue); !ok {
				done.unmapped[c.Issue+" / "+c.SubIssue]++
			}
		}
		k, ok := known[c.ID]
		if !ok {
			fresh = append(fresh, c)
			continue
		}
		done.known++
		if err := run.compare(ctx, tx, done, k, c); err != nil {
			return nil, err
		}
	}
	done.stored = len(fresh)
	for _, c := range fresh {
		if err := run.resolve(ctx, tx, done, c.Company); err != nil {
			return nil, err
		}
	}
	if run.opt.DryRun || len(fresh) == 0 {
		return done, nil
	}
	return done, run.insert(ctx, tx, done, fresh)
}

// knownRow is a complaint that an earlier import stored.
type knownRow struct {
	id     int64
	digest []byte
}

// compare notes where a row differs from the stored one. What the digest calls
// equal can still be a ZIP code written without its zero.
func (run *importRun) compare(ctx context.Context, tx *store.Tx, done *batchResult, k knownRow, c *cfpb.Complaint) error {
	digest := c.Digest()
	if string(digest[:]) == string(k.digest) && c.ZIPWritten == c.ZIP {
		return nil
	}
	stored, err := find(ctx, tx, "id = ?", k.id)
	if err != nil {
		return err
	}
	before, err := stored.public()
	if err != nil {
		return err
	}
	diffs := before.Diff(c)
	zip := false
	for _, d := range diffs {
		zip = zip || d.Field == cfpb.ZIP
	}
	if !zip && c.ZIPWritten != before.ZIP && c.ZIPWritten != c.ZIP && !before.Absent.Has(cfpb.ZIP) {
		diffs = append(diffs, cfpb.FieldDiff{Field: cfpb.ZIP, Old: before.ZIP, New: c.ZIPWritten})
	}
	if len(diffs) > 0 {
		done.conflicts++
	}
	for _, d := range diffs {
		done.conflictRows = append(done.conflictRows, ImportConflict{
			ExternalID: c.ID, Reference: stored.Reference, Line: c.Line, Field: d.Field.String(), Stored: d.Old, Offered: d.New, complaintID: stored.ID,
		})
	}
	return nil
}

// resolve finds or registers the company of a row. A dry run only looks.
func (run *importRun) resolve(ctx context.Context, tx *store.Tx, done *batchResult, company string) error {
	if _, ok := run.firms[company]; ok {
		return nil
	}
	if _, ok := done.firms[company]; ok {
		return nil
	}
	var f *firm.Firm
	var made bool
	var err error
	if run.opt.DryRun {
		f, err = run.s.firms.Resolve(ctx, tx, "", company)
		made = f == nil
	} else {
		f, made, err = run.s.firms.Ensure(ctx, tx, firm.Lender, company)
	}
	switch {
	case fault.Is(err, fault.Invalid):
		done.firms[company] = party{} // no name of a firm: it stays as written
	case err != nil:
		return err
	case f == nil:
		done.firms[company] = party{name: company, made: made}
	default:
		done.firms[company] = party{id: f.ID, kind: f.Kind, name: f.Name, made: made}
	}
	return nil
}

// insert stores new rows, one statement a table.
func (run *importRun) insert(ctx context.Context, tx *store.Tx, done *batchResult, fresh []*cfpb.Complaint) error {
	keyID := run.keyID
	if keyID == 0 {
		key := &dataKeyRow{Wrapped: run.wrapped, CreatedAt: store.At(tx.Now)}
		if err := store.Insert(ctx, tx, key); err != nil {
			return err
		}
		keyID, done.keyID = key.ID, key.ID
	}
	rows := make([]*complaintRow, len(fresh))
	codes := make([][]string, len(fresh))
	for i, c := range fresh {
		p, ok := done.firms[c.Company]
		if !ok {
			p = run.firms[c.Company]
		}
		var err error
		if rows[i], codes[i], err = run.row(tx, c, p); err != nil {
			return err
		}
		rows[i].DataKeyID = keyID
	}
	if err := numberAll(ctx, tx, rows); err != nil {
		return err
	}
	if err := store.InsertAll(ctx, tx, rows); err != nil {
		return err
	}
	if err := run.insertChildren(ctx, tx, rows, codes); err != nil {
		return err
	}
	_, err := run.s.log.Append(ctx, tx, run.by, audit.ComplaintImport, "import/"+run.opt.Name, "first", rows[0].Reference,
		"last", rows[len(rows)-1].Reference, "rows", len(rows))
	return err
}

func (run *importRun) insertChildren(ctx context.Context, tx *store.Tx, rows []*complaintRow, codes [][]string) error {
	var cr []*codeRow
	var er []*eventRow
	var screened []int64
	for i, r := range rows {
		for _, code := range codes[i] {
			cr = append(cr, &codeRow{ComplaintID: r.ID, Code: code})
		}
		er = append(er, &eventRow{ComplaintID: r.ID, At: store.At(tx.Now), Kind: EventImported, ActorRole: string(run.by.Role), ActorID: store.ID(run.by.UserID)})
		if Status(r.Status) == Received {
			screened = append(screened, r.ID)
		}
	}
	if err := store.InsertAll(ctx, tx, cr); err != nil {
		return err
	}
	if err := store.InsertAll(ctx, tx, er); err != nil {
		return err
	}
	_, err := deadline.BeginAll(ctx, tx, run.cal, deadline.OfComplaint, screened, run.key, run.limit, run.s.today(tx), run.by.UserID)
	return err
}

// row is a public complaint as it is stored, without its reference.
func (run *importRun) row(tx *store.Tx, c *cfpb.Complaint, p party) (*complaintRow, []string, error) {
	external, err := externalOf(c)
	if err != nil {
		return nil, nil, err
	}
	digest := c.Digest()
	r := &complaintRow{
		Pack: importPack, Lang: "en", Track: string(TrackComplaint), Source: sourceOf(c), Status: string(Received), DueOn: run.due,
		ReceivedAt: store.At(c.Received.Start(run.s.zone)), ReceivedOn: c.Received, Anonymous: true, LenderName: c.Company, Narrative: c.Narrative,
		Product: c.Product, Severity: 1, ExternalID: sql.NullString{String: c.ID, Valid: true}, ExternalDigest: digest[:], External: external,
		Rulebook: run.pack.Version(), AgencyUnknown: true, Version: 1,
	}
	if knownRegion(importPack, c.State) {
		r.Region = c.State
	}
	if p.kind == firm.Agency {
		r.AgencyID, r.AgencyName, r.LenderName, r.AgencyUnknown = store.ID(p.id), c.Company, "", false
	} else {
		r.LenderID = store.ID(p.id)
	}
	if !c.IsDebtCollection() {
		r.Status, r.Ground, r.DueOn = string(NotAccepted), groundOutside, calendar.Date{}
		r.DecidedAt, r.EndedAt = store.At(tx.Now), store.At(tx.Now)
		return r, nil, nil
	}
	codes, _ := run.pack.MapCFPB(c.Issue, c.SubIssue)
	for _, code := range codes {
		if v, ok := run.pack.Violation(code); ok {
			r.Severity = max(r.Severity, int64(v.Severity))
		}
	}
	return r, codes, nil
}

// sourceOf is how the complaint reached the regulator; a word that the reader
// does not know counts as imported.
func sourceOf(c *cfpb.Complaint) string {
	if via := cfpb.ParseVia(c.Via); via != cfpb.ViaUnknown {
		return string(via)
	}
	return "import"
}

// Keys of Complaint.External for what an import keeps as the file has it.
const (
	extProduct = "product"
	extAbsent  = "absent"
)

var externalFields = map[string]cfpb.Column{
	extProduct: cfpb.Product, "sub_product": cfpb.SubProduct, "issue": cfpb.Issue, "sub_issue": cfpb.SubIssue,
	"public_response": cfpb.PublicResponse, "company": cfpb.Company, "state": cfpb.State, "zip": cfpb.ZIP, "tags": cfpb.Tags, "consent": cfpb.Consent,
	"submitted_via": cfpb.Submitted, "sent": cfpb.Sent, "response": cfpb.Response, "timely": cfpb.Timely, "disputed": cfpb.Disputed,
}

func externalOf(c *cfpb.Complaint) (string, error) {
	m := map[string]string{}
	for name, col := range externalFields {
		if v := c.Value(col); v != "" {
			m[name] = v
		}
	}
	if c.Absent != 0 {
		m[extAbsent] = strconv.FormatUint(uint64(c.Absent), 10)
	}
	b, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("encode row %s: %w", c.ID, err)
	}
	return string(b), nil
}

// public is the row of the public file that the complaint was made from.
func (c *Complaint) public() (*cfpb.Complaint, error) {
	sent, err := calendar.ParseDate(c.External["sent"])
	if err != nil && c.External["sent"] != "" {
		return nil, fmt.Errorf("read %s: sent: %w", c.Reference, err)
	}
	absent, err := strconv.ParseUint("0"+c.External[extAbsent], 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read %s: absent: %w", c.Reference, err)
	}
	x := c.External
	return &cfpb.Complaint{
		ID: c.ExternalID, Received: c.ReceivedOn, Sent: sent, Product: x[extProduct], SubProduct: x["sub_product"], Issue: x["issue"],
		SubIssue: x["sub_issue"], Narrative: c.Narrative, PublicResponse: x["public_response"], Company: x["company"], State: x["state"],
		ZIP: x["zip"], ZIPWritten: x["zip"], Tags: x["tags"], Consent: x["consent"], Via: x["submitted_via"], Response: x["response"],
		Timely: cfpb.Answer(x["timely"]), Disputed: cfpb.Answer(x["disputed"]), Absent: cfpb.Fields(absent),
	}, nil
}
