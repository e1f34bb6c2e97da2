package letter_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
	"dunwatch/policies"
)

var zone = time.FixedZone("Asia/Shanghai", 8*3600)

// desk is letters on a real database with one complaint and three officers.
type desk struct {
	*letter.Service
	t                     *testing.T
	db                    *store.DB
	log                   *audit.Log
	words                 *locale.Catalog
	notify                *notify.Service
	key                   *seal.DataKey
	complaint             int64
	writer, reader, admin access.Actor
}

func open(t *testing.T, db *store.DB) *desk {
	t.Helper()
	policy := lawtest.Policy(t)
	book := lawtest.Book(t)
	words := lawtest.Words(t)
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	check(t, err)
	d := &desk{t: t, db: db, log: audittest.New(t, db), words: words, notify: notify.New(db, keys, words, nil)}
	d.Service, err = letter.NewService(letter.Deps{DB: db, Log: d.log, Policy: policy, Words: words, Notify: d.notify, Book: book, Zone: zone, Templates: policies.FS})
	check(t, err)
	key, wrapped, err := keys.NewDataKey()
	check(t, err)
	d.key = key
	d.people(wrapped)
	return d
}

// people stores the rows that a letter points at.
func (d *desk) people(wrapped []byte) {
	d.t.Helper()
	insert := func(tx *store.Tx, query string, args ...any) int64 {
		rows, err := tx.Rows(d.t.Context(), query+" RETURNING id", args...)
		check(d.t, err)
		defer rows.Close()
		var id int64
		for rows.Next() {
			check(d.t, rows.Scan(&id))
		}
		return id
	}
	check(d.t, d.db.Write(d.t.Context(), func(tx *store.Tx) error {
		for i, a := range []*access.Actor{&d.writer, &d.reader, &d.admin} {
			role := []access.Role{access.Reviewer, access.Supervisor, access.Admin}[i]
			id := insert(tx, `INSERT INTO users (email, name, role, password, totp_used, lang, created_at, version) VALUES (?, ?, ?, '', 0, 'zh', 1, 1)`,
				fmt.Sprintf("p%d@office.example", i), "p", string(role))
			*a = access.Actor{Role: role, UserID: id, Name: "p"}
		}
		key := insert(tx, `INSERT INTO data_keys (wrapped, created_at) VALUES (?, 1)`, wrapped)
		d.complaint = insert(tx, `INSERT INTO complaints (reference, pack, lang, track, source, status, received_at, received_on, data_key_id, anonymous,
			hide_identity, region, lender_name, agency_name, agency_unknown, narrative, demand, product, consent_to_forward, severity, external, rulebook, ground, referred_to, version)
			VALUES ('C-2026-000001-1', 'cn', 'zh', 'complaint', 'web', 'accepted', 1, '2026-10-20', ?, 0, 0, '', '', '', 0, '', '', '', 1, 1, '', '', '', '', 1)`, key)
		return nil
	}))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deed runs a command in a transaction with an audit entry.
func (d *desk) deed(by access.Actor, f func(ctx context.Context, tx *store.Tx) error) error {
	return d.db.Write(d.t.Context(), func(tx *store.Tx) error {
		if err := f(d.t.Context(), tx); err != nil {
			return err
		}
		_, err := d.log.Append(d.t.Context(), tx, by, audit.LetterWritten, "C-2026-000001-1")
		return err
	})
}

func (d *desk) write(n letter.New) *letter.Letter {
	d.t.Helper()
	n.Pack, n.ComplaintID = "cn", d.complaint
	if n.To == "" {
		n.To = letter.ToComplainant
	}
	var l *letter.Letter
	check(d.t, d.deed(d.writer, func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = d.Write(ctx, tx, d.writer, d.key, n)
		return err
	}))
	return l
}

func (d *desk) text(l *letter.Letter, lang locale.Lang) (title, body string) {
	d.t.Helper()
	check(d.t, d.db.Read(d.t.Context(), func(tx *store.Tx) (err error) {
		title, body, err = d.Text(d.t.Context(), tx, d.key, l, lang)
		return err
	}))
	return title, body
}

// verify holds the rows of this package against the record; those that open stores beside it are nobody's deed.
func (d *desk) verify() {
	d.t.Helper()
	v, err := d.log.Verify(d.t.Context())
	check(d.t, err)
	for _, p := range v.Problems {
		if strings.Contains(fmt.Sprint(p), "letter") {
			d.t.Errorf("audit verify: %v", p)
		}
	}
}

var oct21 = calendar.MustDate("2026-10-21")

func TestWriteStoresALetter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := open(t, db)
		l := d.write(letter.New{Kind: "acceptance", Fields: map[string]any{"reference": "C-2026-000001-1", "text": "补充说明"}})
		if l.Status != letter.Issued || l.Number == "" || l.IssuedOn != calendar.MustDate("2026-10-20") {
			t.Errorf("got %+v", l)
		}
		if _, body := d.text(l, locale.ZH); body == "" {
			t.Error("no text")
		}
		d.verify()
	})
}

// full is a value for every field of a kind.
func full(kind string) map[string]any {
	text := rulebook.Text{ZH: "示例理由", EN: "an example"}
	all := map[string]any{
		"reference": "C-2026-000001-1", "text": "承办人的话", "name": "张小明", "firm": "快乐消费金融有限公司", "lender": "快乐消费金融有限公司",
		"agency": "诚信催收服务有限公司", "received_on": calendar.MustDate("2026-10-19"), "due_on": oct21, "original_on": calendar.MustDate("2026-10-15"),
		"on": calendar.MustDate("2026-10-20"), "track": text, "ground": text, "article": rulebook.Text{ZH: "《某办法》第三条", EN: "Some Measures, art. 3"},
		"authority": rulebook.Text{ZH: "公安机关", EN: "Police"}, "outcome": rulebook.Text{ZH: "机构认可", EN: "upheld"}, "amount": letter.Fen(140000),
		"days": 3, "instalments": 12, "period": rulebook.Text{ZH: "15日", EN: "15 days"},
	}
	out := map[string]any{}
	for _, f := range letter.Fields(kind) {
		if v, ok := all[f]; ok {
			out[f] = v
		}
	}
	return out
}
