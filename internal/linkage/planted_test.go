package linkage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/linkage"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// office is the people and services of a test, with the one under test.
type office struct {
	*caseworktest.Office
	*linkage.Service
}

func open(tb testing.TB, db *store.DB, clock *storetest.Clock) *office {
	tb.Helper()
	o := caseworktest.Open(tb, db, clock)
	return &office{o, linkage.New(linkage.Deps{
		DB: db, Log: o.Log, Policy: o.Policy, Zone: caseworktest.Zone, Accounts: o.Accounts, Firms: o.Firms, Complaints: o.Complaints, Cases: o.Cases,
	})}
}

func openSQLite(tb testing.TB) *office {
	tb.Helper()
	clock := storetest.NewClock()
	return open(tb, storetest.OpenAt(tb, clock), clock)
}

// planted is a body of invented complaints of which it is known which belong together.
type planted struct {
	r         *rand.Rand
	texts     []string
	cluster   []int      // of each text; 0: of none
	numbers   [][]string // that each names, "kind:value"
	collector []int      // behind each; 0: unknown
}

// phrases occur in all complaints alike, as they do in real ones.
var phrases = strings.Fields(`我在贵公司借款后因疫情失业暂时无法按时还款 催收人员每天给我打几十个电话 严重影响我的工作和生活 他们给我的父母和亲戚打电话 说要把我的欠款告诉单位领导
	我多次说明愿意协商分期还款 对方态度恶劣还辱骂我 发短信威胁要上门 说要起诉我让我坐牢 对方拒绝说明自己的姓名和工号 半夜十一点以后还打电话 我的同事也收到了骚扰短信
	利息和违约金高得离谱 合同里没有写明服务费 要求停止一切骚扰行为 请监管部门依法查处 希望给我一个合理的还款方案 我有通话录音和短信截图为证 我的孩子因此受到惊吓 对方冒充法院工作人员`)

// words are a complaint's own: characters as frequent ones are, more often than others.
func (p *planted) words(n int) []rune {
	out := make([]rune, n)
	for i := range out {
		out[i] = rune(0x4e00 + int(2500*p.r.Float64()*p.r.Float64()))
		if i%17 == 16 {
			out[i] = '，'
		}
	}
	return out
}

// story is a third common phrases, two thirds of somebody's own.
func (p *planted) story() []rune {
	var b strings.Builder
	for range 3 + p.r.IntN(4) {
		b.WriteString(phrases[p.r.IntN(len(phrases))] + "，")
		b.WriteString(string(p.words(15+p.r.IntN(30))) + "。")
	}
	return []rune(b.String())
}

// changed replaces a tenth of the characters.
func (p *planted) changed(model []rune) []rune {
	out := slices.Clone(model)
	for i := range out {
		if p.r.Float64() < 0.1 {
			out[i] = rune(0x4e00 + p.r.IntN(2500))
		}
	}
	return out
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 9)) }

// plant makes n complaints: a tenth of them in clusters of 2 to 30, an eighth naming a number of a busy collector, some
// naming service numbers, the rest naming numbers of their own.
func plant(n int, seed uint64) *planted {
	p := &planted{r: newRand(seed)}
	p.numbers, p.collector = make([][]string, n), make([]int, n)
	p.texts, p.cluster = make([]string, n), make([]int, n)
	order := p.r.Perm(n)
	for at, c := 0, 1; at < n/10; c++ {
		model := p.story()
		for k := range min(2+p.r.IntN(29), n-at) {
			text := model
			if k > 0 {
				text = p.changed(model)
			}
			p.texts[order[at]], p.cluster[order[at]] = string(text), c
			at++
		}
	}
	for i := range p.texts {
		if p.texts[i] == "" {
			p.texts[i] = string(p.story())
		}
	}
	order = p.r.Perm(n)
	for at, c := 0, 1; at < n/8; c++ {
		number := fmt.Sprintf("phone:139%08d", c)
		switch c % 3 {
		case 1:
			number = fmt.Sprintf("wechat:cuishou_%d", c)
		case 2:
			number = fmt.Sprintf("qq:77%06d", c)
		}
		for range min(2+p.r.IntN(20), n-at) {
			p.numbers[order[at]], p.collector[order[at]] = append(p.numbers[order[at]], number), c
			at++
		}
	}
	services := []string{"phone:95188", "phone:4008123456", "phone:106912345678", "phone:10101234"}
	for i := range p.numbers {
		switch x := p.r.IntN(10); {
		case x < 3:
			p.numbers[i] = append(p.numbers[i], services[p.r.IntN(len(services))])
		case x < 6:
			p.numbers[i] = append(p.numbers[i], fmt.Sprintf("phone:137%08d", i))
		}
	}
	return p
}

// related reports whether two complaints were planted as belonging together.
func (p *planted) related(a, b int) bool {
	return p.cluster[a] != 0 && p.cluster[a] == p.cluster[b] || p.collector[a] != 0 && p.collector[a] == p.collector[b]
}

// store puts them straight into the tables, a few hundred in a statement: how they are filed is not what is measured here.
// It returns the ids, which follow each other.
func (p *planted) store(tb testing.TB, o *office) (first int64) {
	tb.Helper()
	ctx := tb.Context()
	const batch = 200
	for from := 0; from < len(p.texts); from += batch {
		caseworktest.Check(tb, o.DB.Write(ctx, func(tx *store.Tx) error {
			for i := from; i < min(from+batch, len(p.texts)); i++ {
				if _, err := tx.Exec(ctx, "INSERT INTO data_keys (created_at) VALUES (1)"); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `INSERT INTO complaints (reference, pack, lang, track, source, status, received_at, received_on, data_key_id, anonymous, hide_identity,
					region, lender_id, lender_name, agency_name, agency_unknown, narrative, demand, product, consent_to_forward, severity, external, rulebook, ground, referred_to, version)
					VALUES (?, 'cn', 'zh', 'complaint', 'web', 'received', 1790000000, '2026-10-01', 1, 0, 0, '', ?, '', '', 0, ?, '', '', 0, 1, '', 'cn-1', '', '', 1)`,
					fmt.Sprintf("P-%06d", i), o.Lender.ID, p.texts[i]); err != nil {
					return err
				}
				id, err := o.lastComplaint(tx)
				if err != nil {
					return err
				}
				if i == 0 {
					first = id
				}
				for _, x := range p.numbers[i] {
					kind, value, _ := strings.Cut(x, ":")
					if _, err := tx.Exec(ctx, "INSERT INTO accused (complaint_id, kind, value, value_key) VALUES (?, ?, ?, ?)", id, kind, value, value); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}
	return first
}

func (o *office) lastComplaint(tx *store.Tx) (id int64, err error) {
	rows, err := tx.Rows(tx.DB.Statement.Context, "SELECT max(id) FROM complaints")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	rows.Next()
	return id, rows.Scan(&id)
}

// score holds what was found against what was planted.
type score struct{ found, right, planted int }

func (s score) precision() float64 { return float64(s.right) / float64(max(1, s.found)) }
func (s score) recall() float64    { return float64(s.right) / float64(max(1, s.planted)) }

// clusters scores every pair that lies in one cluster.
func (p *planted) clusters(tb testing.TB, o *office, first int64) (s score) {
	tb.Helper()
	in := map[int64][]int{}
	caseworktest.Check(tb, o.DB.Read(tb.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(tb.Context(), "SELECT complaint_id, cluster_id FROM sketches WHERE cluster_id IS NOT NULL")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, cluster int64
			if err := rows.Scan(&id, &cluster); err != nil {
				return err
			}
			in[cluster] = append(in[cluster], int(id-first))
		}
		return rows.Err()
	}))
	for _, members := range in {
		for i, a := range members {
			for _, b := range members[i+1:] {
				s.found++
				if p.cluster[a] != 0 && p.cluster[a] == p.cluster[b] {
					s.right++
				}
			}
		}
	}
	size := map[int]int{}
	for _, c := range p.cluster {
		if c != 0 {
			size[c]++
		}
	}
	for _, n := range size {
		s.planted += n * (n - 1) / 2
	}
	return s
}

// links scores the suggestions for some complaints that were planted, the weak ones left out as they are on the page.
func (p *planted) links(tb testing.TB, o *office, most int) (s score) {
	tb.Helper()
	asked := 0
	for i := range p.texts {
		if p.cluster[i] == 0 && p.collector[i] == 0 {
			continue
		}
		if asked++; asked > most {
			break
		}
		v, err := o.Of(tb.Context(), o.Supervisor, fmt.Sprintf("P-%06d", i))
		caseworktest.Check(tb, err)
		for _, r := range v.Suggested {
			if r.Grade() == linkage.Weak {
				continue
			}
			var k int
			if _, err := fmt.Sscanf(r.Complaint.Reference, "P-%d", &k); err != nil {
				tb.Fatal(err)
			}
			s.found++
			if p.related(i, k) {
				s.right++
			}
		}
		for k := range p.texts {
			if k != i && p.related(i, k) {
				s.planted++
			}
		}
	}
	return s
}

// What belongs together is found, and little else, among complaints that share phrases and service numbers.
func TestPlantedAreFound(t *testing.T) {
	o := openSQLite(t)
	p := plant(1000, 1)
	first := p.store(t, o)
	n, err := o.Index(t.Context())
	caseworktest.Check(t, err)
	if n != 1000 {
		t.Fatalf("%d were compared", n)
	}
	clusters, links := p.clusters(t, o, first), p.links(t, o, 40)
	t.Logf("clusters: precision %.4f, recall %.4f (%d pairs); links: precision %.4f, recall %.4f (%d)",
		clusters.precision(), clusters.recall(), clusters.planted, links.precision(), links.recall(), links.planted)
	if clusters.precision() < 0.98 || clusters.recall() < 0.95 {
		t.Errorf("clusters: %+v", clusters)
	}
	if links.precision() < 0.98 || links.recall() < 0.95 {
		t.Errorf("links: %+v", links)
	}
}
