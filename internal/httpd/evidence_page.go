package httpd

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// evidenceItem is one of the files that the actor sees of a complaint, among all of them. NotFound.
func (s *Server) evidenceItem(d desk, ref string, number int) (*evidence.Item, []evidence.Item, error) {
	items, err := s.Evidence.List(d.ctx, d.by, ref)
	if err != nil {
		return nil, nil, err
	}
	for i := range items {
		if items[i].Number == number {
			return &items[i], items, nil
		}
	}
	return nil, nil, fault.New(fault.NotFound, "fault.not_found")
}

// evidenceSheetData is one item: what it is, how to look at it, and who had it in their hands.
type evidenceSheetData struct {
	Page
	Ref       string // of the complaint
	CaseRef   string // "" while there is none
	Item      *evidence.Item
	Label     string
	Hash      string // SHA-256, hexadecimal
	Facts     []Answer
	Custody   []Event // newest first
	Path      string  // of the item
	NoCopy    bool    // no clean copy can be made
	MayTake   bool    // the original
	Relations []evidenceRelation

	As        string   // how it is shown: "image", "audio", "video", "frame", "none"; "" not at all
	MayChange bool     // redact, supersede
	Redacts   string   // how it can be redacted; "" not here
	Releases  string   // what this person can let through; "" nothing
	Better    []Option // items that could stand in its place
}

// evidenceRelation leads to an item that this one has to do with.
type evidenceRelation struct {
	Text, Href string
}

func (s *Server) evidenceSheet(c echo.Context) error {
	p, err := s.sheetData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "evidence/sheet", p)
}

func (s *Server) sheetAgain(c echo.Context, err error, form *Form, name string) error {
	return s.again(c, err, form, name, "evidence/sheet", func() (any, error) { return s.sheetData(c) }, func(v any, f *Form) any {
		p := v.(*evidenceSheetData)
		p.Form = f
		return p
	})
}

func (s *Server) sheetData(c echo.Context) (*evidenceSheetData, error) {
	d, ref := s.deskOf(c), c.Param("ref")
	number, err := evidenceNumber(c)
	if err != nil {
		return nil, err
	}
	p := &evidenceSheetData{Page: s.base(c)}
	var items []evidence.Item
	if p.Item, items, err = s.evidenceItem(d, ref, number); err != nil {
		return nil, err
	}
	co, err := s.Complaints.ByRef(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	entries, err := s.Evidence.Custody(d.ctx, d.by, ref, number)
	if err != nil {
		return nil, err
	}
	p.Ref, p.Label, p.Hash = co.Reference, p.Item.Label(), hexOf(p.Item.SHA256)
	var owner access.Owner
	if p.CaseRef, owner, err = s.caseOf(d, co.ID); err != nil {
		return nil, err
	}
	p.Path = "/evidence/" + urlPath(co.Reference) + "/" + strconv.Itoa(number)
	p.Crumbs = append(d.evidenceCrumbs(p.Ref, p.CaseRef, true), Crumb{Text: p.Label})
	p.Custody = d.custody(entries)
	p.MayTake = !p.Item.Barred()
	p.NoCopy = !evidence.MayCopy(*p.Item)
	p.fill(d, co.Pack)
	p.preview()
	p.deeds(d, items, owner)
	c.Response().Header().Set("Content-Security-Policy", frameable)
	return p, nil
}

// evidenceCrumbs lead from the lists to an item's register.
func (d desk) evidenceCrumbs(ref, caseRef string, within bool) []Crumb {
	out := []Crumb{{Text: d.t("screening.title"), Href: "/complaints"}, {Text: ref, Href: "/complaints/" + urlPath(ref)}}
	if caseRef != "" {
		out = []Crumb{{Text: d.t("queue.title"), Href: "/queue"}, {Text: caseRef, Href: "/cases/" + urlPath(caseRef)}}
	}
	if within {
		out = append(out, Crumb{Text: d.t("evidence_page.register"), Href: "/evidence/" + urlPath(ref)})
	}
	return out
}

// caseOf is the reference of a complaint's case that the actor may read, "" for none, and the complaint's owner.
func (s *Server) caseOf(d desk, id int64) (string, access.Owner, error) {
	owner := access.Owner{ComplaintID: id}
	if s.Policy.Widest(d.by.Role, access.ReadCase) == access.None {
		return "", owner, nil
	}
	k, err := s.Cases.OfComplaint(d.ctx, d.by, id)
	if err != nil || k == nil {
		return "", owner, err
	}
	return k.Reference, k.Owner(), nil
}

// fill says what an item is.
func (p *evidenceSheetData) fill(d desk, pack string) {
	it := p.Item
	kind := it.Kind
	if k, ok := d.pack(pack).EvidenceType(it.Kind); ok {
		kind = d.text(k.Name)
	}
	from := d.t("role." + it.FromRole)
	if it.From != "" {
		from = it.From
	}
	row := func(key, text string) {
		p.Facts = append(p.Facts, Answer{Label: d.t("evidence_page.fact." + key), Lines: []string{text}})
	}
	row("name", it.Name)
	row("kind", kind)
	row("type", d.t("evidence_page.fact.type_size", it.MediaType, locale.Bytes(d.lang, it.Size)))
	row("received", locale.DateTime(d.lang, it.ReceivedAt, d.s.cfg.Zone))
	row("from", from)
	row("scan", d.t("evidence.scan."+it.Scan))
	for _, r := range []struct {
		key    string
		number int
	}{{"redacted_of", it.RedactedOf}, {"redacted", it.Redacted}, {"supersedes", it.Supersedes}, {"superseded_by", it.SupersededBy}} {
		if r.number != 0 {
			p.Relations = append(p.Relations, evidenceRelation{d.t("evidence_page.relation."+r.key, evidenceLabel(r.number)), d.sheetHref(p.Ref, r.number)})
		}
	}
	if it.Shared {
		p.Relations = append(p.Relations, evidenceRelation{Text: d.t("evidence_page.relation.shared")})
	}
	if it.PassedOn {
		p.Relations = append(p.Relations, evidenceRelation{Text: d.t("evidence_page.relation.passed_on")})
	}
}

func (d desk) sheetHref(ref string, number int) string {
	return "/evidence/" + urlPath(ref) + "/" + strconv.Itoa(number) + "/sheet"
}

// custody puts a chain of custody into words, the newest first.
func (d desk) custody(entries []*audit.Entry) []Event {
	var out []Event
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		ev := Event{At: e.At, Text: string(e.Action), Who: e.ActorName}
		_, what, _ := strings.Cut(string(e.Action), ".")
		if form, ok := e.Detail["form"].(string); ok && e.Action == audit.EvidenceCopied {
			what += "_" + form
		}
		if verdict, ok := e.Detail["verdict"].(string); ok {
			what += "_" + verdict
		}
		if key := "evidence_page.custody." + what; d.s.Words.Has(d.lang, key) {
			ev.Text = d.t(key)
		}
		switch role := "role." + string(e.ActorRole); {
		case ev.Who == "" && d.s.Words.Has(d.lang, role):
			ev.Who = d.t(role)
		case ev.Who == "":
			ev.Who = d.t("audit_page.program")
		}
		var notes []string
		for _, name := range []string{"to", "into", "copy", "by", "reason"} {
			if text, ok := e.Detail[name].(string); ok && text != "" {
				notes = append(notes, d.t("evidence_page.custody.note."+name, text))
			}
		}
		ev.Note = strings.Join(notes, " · ")
		if n := len(out); n > 0 && sameLook(out[n-1], ev) {
			continue // a page that was opened again
		}
		out = append(out, ev)
	}
	return out
}

// sameLook reports whether two events of a chain are one person's looks within an hour: the record has each, the page need
// not.
func sameLook(later, earlier Event) bool {
	return later.Text == earlier.Text && later.Who == earlier.Who && later.Note == earlier.Note && later.At.Sub(earlier.At) < time.Hour
}
