package enforcement

import (
	"context"
	"fmt"
	"mime"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/evidence"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// exhibit is a file of the case's list of evidence: one that a finding or a factor cites, or that the party gave.
type exhibit struct {
	number     int
	label      string // E-1
	ext        string // .wav, by content
	what       rulebook.Text
	sha256     []byte // of the bytes received; none where the actor may not know them
	receivedOn calendar.Date
	left       rulebook.Text // why it is not in the archive; zero: it is
}

// exhibits lists the files of a case in the order of their numbers. A file of somebody who reported an offence is named and
// left out unless the actor may see it, and so are files whose key was destroyed.
func (s *Service) exhibits(ctx context.Context, tx *store.Tx, by access.Actor, sc *scene) ([]exhibit, error) {
	items, err := s.d.Evidence.Seen(ctx, tx, by, sc.p.Case.Complaint)
	if err != nil {
		return nil, err
	}
	given, err := s.partyFiles(ctx, tx, sc.p.ID)
	if err != nil {
		return nil, err
	}
	cited := sc.citedFiles()
	found := map[string]bool{}
	var out []exhibit
	for _, i := range items {
		ours := slices.Contains(given, i.ID)
		if !ours && !slices.Contains(cited, i.Label()) {
			continue
		}
		found[i.Label()] = true
		x := exhibit{number: i.Number, label: i.Label(), ext: extOf(i.MediaType), sha256: i.SHA256, receivedOn: calendar.OfTime(i.ReceivedAt.In(s.d.Zone))}
		if k, ok := sc.pack.EvidenceType(i.Kind); ok {
			x.what = k.Name
		}
		if ours {
			x.what = rulebook.Text{ZH: "当事人提交：" + x.what.ZH, EN: "given by the party: " + x.what.EN}
		}
		if i.Hidden {
			x.left = rulebook.Text{ZH: "举报人身份保密，导出人无权查看", EN: "who reported it is protected, and the reader may not see it"}
		}
		out = append(out, x)
	}
	for _, label := range cited {
		if !found[label] {
			out = append(out, exhibit{label: label, what: rulebook.Text{ZH: "证据", EN: "evidence"},
				left: rulebook.Text{ZH: "文件已不可读取", EN: "the file can no longer be read"}})
		}
	}
	return out, nil
}

// citedFiles are the labels of the files on which the case rests, each once.
func (sc *scene) citedFiles() []string {
	var out []string
	add := func(list []string) {
		for _, e := range list {
			if evidenceLabel.MatchString(e) && !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	for _, f := range sc.p.Findings {
		add(f.Evidence)
	}
	for _, f := range sc.c.Sentence.Factors {
		add(f.Evidence)
	}
	if sc.c.NoPenalty != nil {
		add(sc.c.NoPenalty.Evidence)
	}
	return out
}

// extensions are those of the types that evidence often has; the system's own table knows several for one type.
var extensions = map[string]string{
	"text/plain": ".txt", "text/csv": ".csv", "image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf", "audio/mpeg": ".mp3", "audio/wav": ".wav",
	"audio/mp4": ".m4a", "video/mp4": ".mp4", "application/zip": ".zip",
}

func extOf(mediaType string) string {
	kind, _, _ := mime.ParseMediaType(mediaType)
	if e, ok := extensions[kind]; ok {
		return e
	}
	if list, err := mime.ExtensionsByType(kind); err == nil && len(list) > 0 {
		return list[0]
	}
	return ".bin"
}

// partyFiles are the ids of the evidence that the party gave in a case, in their order.
func (s *Service) partyFiles(ctx context.Context, tx *store.Tx, penaltyID int64) ([]int64, error) {
	rows, err := findRows[respondentFileRow](ctx, tx, "id", 0, "penalty_id = ?", penaltyID)
	if err != nil {
		return nil, fmt.Errorf("load files of the party: %w", err)
	}
	var out []int64
	for _, r := range rows {
		out = append(out, r.EvidenceID)
	}
	return out, nil
}

// attach gives a word of the party the files that it gave since its last one.
func (s *Service) attach(ctx context.Context, tx *store.Tx, sc *scene, d Deed) error {
	var to *[]string
	switch d := d.(type) {
	case *Defend:
		to = &d.Files
	case *AskHearing:
		to = &d.Files
	case *AskInstalments:
		to = &d.Files
	default:
		return nil
	}
	*to = nil
	if !sc.by.Role.OfFirm() {
		return nil
	}
	loose, err := s.loose(ctx, tx, sc)
	if err != nil {
		return err
	}
	for _, i := range loose {
		*to = append(*to, i.Label())
	}
	return nil
}

// loose are the files that the party gave and that go with its next word.
func (s *Service) loose(ctx context.Context, tx *store.Tx, sc *scene) ([]evidence.Item, error) {
	all, err := s.given(ctx, tx, sc)
	if err != nil {
		return nil, err
	}
	said := map[string]bool{}
	for _, t := range sc.c.Taken {
		var files []string
		switch d := t.Deed.(type) {
		case *Defend:
			files = d.Files
		case *AskHearing:
			files = d.Files
		case *AskInstalments:
			files = d.Files
		}
		for _, l := range files {
			said[l] = true
		}
	}
	return slices.DeleteFunc(all, func(i evidence.Item) bool { return said[i.Label()] }), nil
}
