package complaint

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type dataKeyRow struct {
	ID          int64
	Wrapped     []byte
	CreatedAt   store.Time `gorm:"autoCreateTime:false"`
	DestroyedAt store.Time
}

func (dataKeyRow) TableName() string { return "data_keys" }

type complaintRow struct {
	ID               int64
	Reference        string
	Pack             string
	Lang             string
	Track            string
	Source           string
	Status           string
	ReceivedAt       store.Time
	ReceivedOn       calendar.Date
	DataKeyID        int64
	AccessHash       []byte
	IdempotencyHash  []byte
	RequestDigest    []byte
	Anonymous        store.Bool
	HideIdentity     store.Bool
	Name             seal.Sealed
	IDNumber         seal.Sealed `gorm:"column:id_number"`
	Phone            seal.Sealed
	Email            seal.Sealed
	Address          seal.Sealed
	NameIdx          []byte
	IDNumberIdx      []byte `gorm:"column:id_number_idx"`
	PhoneIdx         []byte
	EmailIdx         []byte
	Region           string
	LenderID         store.ID
	LenderName       string
	AgencyID         store.ID
	AgencyName       string
	AgencyUnknown    store.Bool
	OccurredFrom     calendar.Date
	OccurredTo       calendar.Date
	Narrative        string
	Demand           string
	Product          string
	LoanFen          sql.NullInt64
	ContractOn       calendar.Date
	ConsentToForward store.Bool
	Severity         int64
	ExternalID       sql.NullString
	ExternalDigest   []byte
	External         string
	Rulebook         string
	Ground           string
	ReferredTo       string
	DecidedAt        store.Time
	DecidedBy        store.ID
	EndedAt          store.Time
	DueOn            calendar.Date
	Version          int64
}

func (complaintRow) TableName() string { return "complaints" }

type codeRow struct {
	ID          int64
	ComplaintID int64
	Code        string
}

func (codeRow) TableName() string { return "complaint_codes" }

type channelRow struct {
	ID          int64
	ComplaintID int64
	Channel     string
}

func (channelRow) TableName() string { return "complaint_channels" }

type accusedRow struct {
	ID          int64
	ComplaintID int64
	Kind        string
	Value       string
	ValueKey    string
}

func (accusedRow) TableName() string { return "accused" }

func (r *complaintRow) complaint() (*Complaint, error) {
	c := &Complaint{
		ID: r.ID, Reference: r.Reference, Pack: r.Pack, Lang: r.Lang, Track: Track(r.Track), Source: r.Source, Status: Status(r.Status),
		ReceivedAt: r.ReceivedAt.Time(), ReceivedOn: r.ReceivedOn, Anonymous: bool(r.Anonymous), HideIdentity: bool(r.HideIdentity),
		Name: r.Name, IDNumber: r.IDNumber, Phone: r.Phone, Email: r.Email, Address: r.Address, Region: r.Region,
		LenderID: int64(r.LenderID), AgencyID: int64(r.AgencyID), LenderName: r.LenderName, AgencyName: r.AgencyName,
		AgencyUnknown: bool(r.AgencyUnknown), OccurredFrom: r.OccurredFrom, OccurredTo: r.OccurredTo, Narrative: r.Narrative,
		Demand: r.Demand, Product: r.Product, LoanFen: r.LoanFen.Int64, ContractOn: r.ContractOn, ConsentToForward: bool(r.ConsentToForward),
		Severity: int(r.Severity), ExternalID: r.ExternalID.String, Rulebook: r.Rulebook, Ground: r.Ground, ReferredTo: r.ReferredTo,
		DecidedAt: r.DecidedAt.Time(), EndedAt: r.EndedAt.Time(), DueOn: r.DueOn, DataKeyID: r.DataKeyID, Version: r.Version,
	}
	if r.External != "" {
		if err := json.Unmarshal([]byte(r.External), &c.External); err != nil {
			return nil, fmt.Errorf("read %s: external: %w", r.Reference, err)
		}
	}
	return c, nil
}

// find loads one complaint by any condition, children joined.
func find(ctx context.Context, tx *store.Tx, where string, args ...any) (*Complaint, error) {
	r, err := gorm.G[complaintRow](tx.DB).Where(where, args...).Take(ctx)
	if err != nil {
		return nil, err
	}
	list, err := joined(ctx, tx, []complaintRow{r})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

func rowByID(ctx context.Context, tx *store.Tx, id int64) (*complaintRow, error) {
	r, err := gorm.G[complaintRow](tx.DB).Where("id = ?", id).Take(ctx)
	return &r, err
}

// joined turns rows into complaints with their codes, channels and accused: a
// query for each kind of child, whatever the number of rows.
func joined(ctx context.Context, tx *store.Tx, rows []complaintRow) ([]*Complaint, error) {
	out, byID, ids := make([]*Complaint, len(rows)), map[int64]*Complaint{}, make([]int64, len(rows))
	for i := range rows {
		c, err := rows[i].complaint()
		if err != nil {
			return nil, err
		}
		out[i], byID[c.ID], ids[i] = c, c, c.ID
	}
	if len(rows) == 0 {
		return out, nil
	}
	codes, err := gorm.G[codeRow](tx.DB).Where("complaint_id IN ?", ids).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load codes: %w", err)
	}
	for _, r := range codes {
		byID[r.ComplaintID].Codes = append(byID[r.ComplaintID].Codes, r.Code)
	}
	channels, err := gorm.G[channelRow](tx.DB).Where("complaint_id IN ?", ids).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load channels: %w", err)
	}
	for _, r := range channels {
		byID[r.ComplaintID].Channels = append(byID[r.ComplaintID].Channels, r.Channel)
	}
	accused, err := gorm.G[accusedRow](tx.DB).Where("complaint_id IN ?", ids).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load accused: %w", err)
	}
	for _, r := range accused {
		byID[r.ComplaintID].Accused = append(byID[r.ComplaintID].Accused, Accused{Kind: r.Kind, Value: r.Value})
	}
	return out, nil
}

// insertComplaint stores a complaint with its key and children: one statement a
// table, whatever it says. r.DataKeyID is set here from the wrapped key.
func insertComplaint(ctx context.Context, tx *store.Tx, r *complaintRow, wrapped []byte, codes, channels []string, accused []Accused) error {
	key := &dataKeyRow{Wrapped: wrapped, CreatedAt: store.At(tx.Now)}
	if err := store.Insert(ctx, tx, key); err != nil {
		return err
	}
	r.DataKeyID = key.ID
	if err := store.Insert(ctx, tx, r); err != nil {
		return err
	}
	var cr []*codeRow
	for _, c := range codes {
		cr = append(cr, &codeRow{ComplaintID: r.ID, Code: c})
	}
	var hr []*channelRow
	for _, c := range channels {
		hr = append(hr, &channelRow{ComplaintID: r.ID, Channel: c})
	}
	var ar []*accusedRow
	for _, a := range accused {
		ar = append(ar, &accusedRow{ComplaintID: r.ID, Kind: a.Kind, Value: a.Value, ValueKey: accusedKey(a)})
	}
	if err := store.InsertAll(ctx, tx, cr); err != nil {
		return err
	}
	if err := store.InsertAll(ctx, tx, hr); err != nil {
		return err
	}
	return store.InsertAll(ctx, tx, ar)
}

// ownerOf is the complaint as the policy sees it. Whose it is follows from its
// case, which casework owns and which may not be imported from here; so two
// columns of it are read, and nothing else of casework is known.
func ownerOf(ctx context.Context, tx *store.Tx, c *Complaint) (access.Owner, error) {
	o := access.Owner{ComplaintID: c.ID}
	if !c.Status.Screened() || c.Status == NotAccepted || c.Status == Referred {
		return o, nil // no case can exist
	}
	rows, err := tx.Rows(ctx, "SELECT unit_id, coalesce(officer_id, 0) FROM cases WHERE complaint_id = ?", c.ID)
	if err != nil {
		return o, err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&o.UnitID, &o.UserID); err != nil {
			return o, fmt.Errorf("read owner of %s: %w", c.Reference, err)
		}
	}
	return o, rows.Err()
}

// dataKey loads the wrapped key of a complaint. It fails with fault.NotFound once
// the key was destroyed.
func (s *Service) dataKey(ctx context.Context, tx *store.Tx, id int64) (*seal.DataKey, error) {
	r, err := gorm.G[dataKeyRow](tx.DB).Where("id = ?", id).Take(ctx)
	if err != nil {
		return nil, err
	}
	if len(r.Wrapped) == 0 {
		return nil, fault.Wrap(seal.ErrForgotten, fault.NotFound, "complaint.forgotten")
	}
	k, err := s.keys.Unwrap(r.Wrapped)
	if err != nil {
		return nil, fmt.Errorf("open data key %d: %w", id, err)
	}
	return k, nil
}

// set names the columns that a decision changes.
type set = map[string]any

// move changes the complaint's row and keeps c in step.
func move(ctx context.Context, tx *store.Tx, c *Complaint, version int64, values set) error {
	columns := []string{"status", "track", "due_on", "ground", "referred_to", "decided_at", "decided_by", "ended_at"}
	list := make([]assignment, 0, len(columns))
	for _, name := range columns {
		if v, ok := values[name]; ok {
			list = append(list, store.Set(name, v))
		}
	}
	if err := store.Update[complaintRow](ctx, tx, c.ID, version, list...); err != nil {
		return err
	}
	next, err := find(ctx, tx, "id = ?", c.ID)
	if err != nil {
		return err
	}
	*c = *next
	return nil
}
