package forwarding

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// File is evidence as a firm sees it. Number counts the files that it may see, so that nothing tells how many others
// there are; it stays, since later files come after.
type File struct {
	Number     int
	Kind       string // of the rulebook's evidence
	Name       string
	Size       int64
	MediaType  string
	ReceivedAt time.Time
	From       string // "complainant", "own" or "agency"
}

// fromComplainant says whose evidence a file is.
const fromComplainant = "complainant"

// visible is a file with the item behind it.
type visible struct {
	File
	item evidence.Item
}

// visibleTo lists what the firm of a forward may see of the complaint's files, in the order in which they came: the
// complainant's as they were when evidence was disclosed, logs of contacts left out, what the firm sent with this forward,
// and what its agencies sent with theirs. Of what was redacted it sees the redacted copy alone, also of what was sent before. Nothing once the
// complaint's key is destroyed.
func (s *Service) visibleTo(ctx context.Context, tx *store.Tx, h *held) ([]visible, error) {
	all, err := s.d.Evidence.Of(ctx, tx, h.k.Complaint)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	until, err := s.disclosedUntil(ctx, tx, h)
	if err != nil {
		return nil, err
	}
	children, err := s.forwardsWhere(ctx, tx, "parent_id = ?", h.ID)
	if err != nil {
		return nil, err
	}
	ids := []int64{h.ID}
	for _, c := range children {
		ids = append(ids, c.ID)
	}
	sent, err := filesOf(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	logs, err := borrowersLogs(ctx, tx, h.ComplaintID)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b evidence.Item) int { return a.Number - b.Number })
	copies := map[int]evidence.Item{}
	for _, i := range all {
		if i.RedactedOf != 0 {
			copies[i.RedactedOf] = i // the newest comes last
		}
	}
	var out []visible
	for _, i := range all {
		from := ""
		switch of := sent[i.ID]; {
		case of == h.ID:
			from = "own"
		case of != 0:
			from = "agency"
		case i.FromRole == string(access.Borrower) && !i.ReceivedAt.After(until) && !logs[i.ID]:
			from = fromComplainant
		default:
			continue
		}
		for c, ok := copies[i.Number]; ok && from == fromComplainant; c, ok = copies[i.Number] {
			i = c
		}
		out = append(out, visible{item: i, File: File{
			Number: len(out) + 1, Kind: i.Kind, Name: i.Name, Size: i.Size, MediaType: i.MediaType, ReceivedAt: i.ReceivedAt, From: from,
		}})
	}
	return out, nil
}

// disclosedUntil is the moment up to which the complainant's files were disclosed with a forward; zero: none were. An
// agency gets no more than its lender had been given.
func (s *Service) disclosedUntil(ctx context.Context, tx *store.Tx, h *held) (time.Time, error) {
	if !slices.Contains(h.Disclosed, FieldEvidence) {
		return time.Time{}, nil
	}
	if h.ParentID == 0 {
		return h.SentAt, nil
	}
	parent, err := s.forwardsWhere(ctx, tx, "id = ?", h.ParentID)
	if err != nil || len(parent) == 0 {
		return time.Time{}, err
	}
	return parent[0].SentAt, nil
}

func (s *Service) filesFor(ctx context.Context, tx *store.Tx, h *held) ([]File, error) {
	list, err := s.visibleTo(ctx, tx, h)
	out := make([]File, len(list))
	for i, v := range list {
		out[i] = v.File
	}
	return out, err
}

// AddFile stores a file that the firm gives with its answer: documents, a recording, its dialler's log. It may be added
// while the firm is to act. Invalid (kind, file), TooLarge, Conflict (not the firm's turn), NotFound.
func (s *Service) AddFile(ctx context.Context, by access.Actor, ref, kind, name string, r io.Reader) (*File, error) {
	var complaintID int64
	mayAdd := func(ctx context.Context, tx *store.Tx) (*held, error) {
		h, err := s.ofFirm(ctx, tx, by, access.AnswerForward, ref)
		if err != nil {
			return nil, err
		}
		if !h.Status.Awaits() {
			return nil, fault.New(fault.Conflict, h.Status.refusal(answer))
		}
		return h, nil
	}
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		h, err := mayAdd(ctx, tx)
		if err == nil {
			complaintID = h.ComplaintID
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("add file to forward: %w", err)
	}
	var out *File
	_, err = s.d.Evidence.AddFrom(ctx, by, complaintID, kind, name, r, func(ctx context.Context, tx *store.Tx, i *evidence.Item) error {
		h, err := mayAdd(ctx, tx)
		if err != nil {
			return err
		}
		if err := insertFile(ctx, tx, h.ID, i.ID, h.Firm.ID); err != nil {
			return err
		}
		if err := s.line(ctx, tx, by, h, EventFile); err != nil {
			return err
		}
		list, err := s.visibleTo(ctx, tx, h)
		if err != nil {
			return err
		}
		out = &list[len(list)-1].File
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add file to forward: %w", err)
	}
	return out, nil
}

// OpenFile gives a firm the bytes of a file that it may see, and records who looked: the complainant's as a clean copy,
// whose size File then has. The caller closes it. Conflict for one of which no such copy can be made, NotFound.
func (s *Service) OpenFile(ctx context.Context, by access.Actor, ref string, number int) (*File, io.ReadCloser, error) {
	var complaintID int64
	find := func(ctx context.Context, tx *store.Tx) (visible, error) {
		h, err := s.ofFirm(ctx, tx, by, access.ReadForward, ref)
		if err != nil {
			return visible{}, err
		}
		list, err := s.visibleTo(ctx, tx, h)
		if err != nil {
			return visible{}, err
		}
		if number < 1 || number > len(list) {
			return visible{}, fault.New(fault.NotFound, "fault.not_found")
		}
		complaintID = h.ComplaintID
		return list[number-1], nil
	}
	var v visible
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		v, err = find(ctx, tx)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open file of forward: %w", err)
	}
	item, body, err := s.d.Evidence.OpenFor(ctx, by, complaintID, v.item.Number, func(ctx context.Context, tx *store.Tx, i *evidence.Item) error {
		now, err := find(ctx, tx)
		if err == nil && now.item.ID != i.ID {
			err = fault.New(fault.NotFound, "fault.not_found")
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open file of forward: %w", err)
	}
	v.Size = item.Size
	return &v.File, body, nil
}

// handOver records in the chain of custody which of the complainant's files a forward gives to a firm.
func (s *Service) handOver(ctx context.Context, tx *store.Tx, by access.Actor, h *held) error {
	list, err := s.visibleTo(ctx, tx, h)
	if err != nil {
		return err
	}
	var given []evidence.Item
	for _, v := range list {
		if v.From == fromComplainant {
			given = append(given, v.item)
		}
	}
	return s.d.Evidence.Disclosed(ctx, tx, by, h.k.Complaint.Reference, given, h.Firm.Name)
}

// AttachLog notes that a file which staff of the firm gave with a log of contacts came with their forward. The caller made
// sure with Reach that they may.
func (s *Service) AttachLog(ctx context.Context, tx *store.Tx, by access.Actor, f *Forward, evidenceID int64) error {
	if err := insertFile(ctx, tx, f.ID, evidenceID, f.Firm.ID); err != nil {
		return err
	}
	return addEvent(ctx, tx, by, f.ID, EventFile, "")
}

// TellLogAsked tells the firm of a forward that the office asks for its own log of contacts until a day. request makes the
// mails of one request one of a kind.
func (s *Service) TellLogAsked(ctx context.Context, tx *store.Tx, by access.Actor, f *Forward, due calendar.Date, request int64) error {
	h, err := s.holdID(ctx, tx, f)
	if err != nil {
		return err
	}
	to, err := s.liveFirm(ctx, tx, h.Firm)
	if err != nil {
		return err
	}
	list, err := s.notices(ctx, tx, h, to.ID, mailLogAsked)
	if err != nil {
		return err
	}
	for i, m := range list {
		m.Data["date"], m.Dedupe = due.String(), fmt.Sprintf("%s:%d:%d", mailLogAsked, request, i)
		if err := s.d.Notify.Queue(ctx, tx, m); err != nil {
			return err
		}
	}
	return addEvent(ctx, tx, by, f.ID, EventLogAsked, "")
}

// FilesOf says which evidence of a case came with which forward: the id of the evidence to the forward's reference, for
// the pages of staff. NotFound.
func (s *Service) FilesOf(ctx context.Context, by access.Actor, caseRef string) (map[int64]string, error) {
	out := map[int64]string{}
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		list, _, err := s.ofCase(ctx, tx, by, caseRef)
		if err != nil || len(list) == 0 {
			return err
		}
		refs, ids := map[int64]string{}, make([]int64, len(list))
		for i, f := range list {
			refs[f.ID], ids[i] = f.Reference, f.ID
		}
		sent, err := filesOf(ctx, tx, ids...)
		for evidenceID, forwardID := range sent {
			out[evidenceID] = refs[forwardID]
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("files of firms in %s: %w", caseRef, err)
	}
	return out, nil
}

// ofCase loads the forwards of a case for staff who may read them. NotFound.
func (s *Service) ofCase(ctx context.Context, tx *store.Tx, by access.Actor, caseRef string) ([]*Forward, *casework.Case, error) {
	if by.Role.OfFirm() {
		return nil, nil, fault.New(fault.NotFound, "fault.not_found")
	}
	k, err := s.d.Cases.Find(ctx, tx, caseRef)
	if err != nil {
		return nil, nil, err
	}
	if err := s.d.Policy.Check(by, access.ReadForward, k.Owner()); err != nil {
		return nil, nil, err
	}
	list, err := s.forwardsWhere(ctx, tx, "case_id = ?", k.ID)
	return list, k, err
}
