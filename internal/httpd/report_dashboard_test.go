package httpd

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/demo"
	"dunwatch/internal/locale"
)

// standing opens each figure of the dashboard and of the alarms: to a reader of everything it shows as many as it says.
func (w *walker) standing() {
	w.Helper()
	opened := 0
	figures := func(path, at string) {
		w.Helper()
		for _, n := range w.get(path).want(200).find(at) {
			href, _ := attr(n, "href")
			text, _, _ := strings.Cut(textOf(n), " ")
			want, err := strconv.Atoi(strings.ReplaceAll(text, ",", ""))
			if err != nil {
				w.Errorf("%s: %q is no figure and leads to %s", path, textOf(n), href)
				continue
			}
			opened++
			if got := w.count(href); got != want {
				w.Errorf("%s: the figure %d opens %d things: %s", path, want, got, href)
			}
		}
	}
	figures("/dashboard", "main .tile-value")
	figures("/dashboard", "main td a")
	figures("/alarms", "main td a")
	if opened < 8+4*3+28+4 {
		w.Errorf("only %d figures of the dashboard and the alarms were opened", opened)
	}
	noticed := w.get("/dashboard").find("main .noticed li a")
	if len(noticed) == 0 {
		w.Fatal("no alarm stands on top of the dashboard of the demonstration")
	}
	first, _ := attr(noticed[0], "href")
	page := w.get(first).want(200)
	if len(page.find("main .chart svg path")) == 0 || len(page.find("main form")) != 0 {
		w.Errorf("%s: no picture of the weeks, or a form for somebody who may not record", first)
	}
}

// numbered opens each figure of a fixed report, and holds that each count and amount of it has a list; rows says how many figures
// there are at least.
func (w *walker) numbered(path string, least int) {
	w.Helper()
	opened := 0
	for _, n := range w.get(path).want(200).find("main td.num") {
		text := strings.ReplaceAll(textOf(n), ",", "")
		want, err := strconv.Atoi(text)
		amount := strings.Contains(text, "¥")
		for a := range n.Descendants() {
			href, ok := attr(a, "href")
			if !ok {
				continue
			}
			opened++
			switch u, bad := url.Parse(href); {
			case bad != nil:
				w.Errorf("%s: %s", path, href)
			case amount:
				if got := w.sum(u); text != strings.ReplaceAll(locale.Money(locale.ZH, got), ",", "") {
					w.Errorf("%s: the amount %s opens a list of %d fen: %s", path, text, got, href)
				}
			case err != nil:
				w.Errorf("%s: %q is no figure and leads to %s", path, text, href)
			default:
				if got := w.count(href); got != want {
					w.Errorf("%s: the figure %d opens %d things: %s", path, want, got, href)
				}
			}
		}
	}
	if opened < least {
		w.Errorf("%s: only %d figures open a list, want %d", path, opened, least)
	}
}

// dealsWithAnAlarm goes through what a supervisor does, with a mistake first.
func (s *site) dealsWithAnAlarm(office *demo.Office) {
	s.Helper()
	i := slices.IndexFunc(office.People, func(p demo.Person) bool { return p.Role == access.Supervisor })
	b := s.browser()
	if p := b.post("/sign-in", url.Values{"email": {office.People[i].Email}, "password": {office.Password}}); p.location() != "/dashboard" {
		s.Errorf("a supervisor begins at %q", p.location())
	}
	open := b.get("/alarms").want(200).find("main th[scope=row] a") // the open ones stand first
	if len(open) == 0 {
		s.Fatal("no alarm is open")
	}
	at, _ := attr(open[0], "href")
	version, _ := attr(b.get(at).want(200).find("main form input[name=version]")[0], "value")
	form := url.Values{"version": {version}, "found": {""}, "done": {"已约谈机构"}}
	wrong := b.post(at+"/acknowledge", form)
	if wrong.status != 422 || len(wrong.find("#f-acknowledge-found[aria-invalid=true]")) != 1 || wrong.text("#f-acknowledge-done") != "已约谈机构" {
		s.Errorf("nothing found: %d %q", wrong.status, wrong.text("#f-acknowledge-done"))
	}
	form.Set("found", "同一批短信模板")
	if p := b.post(at+"/acknowledge", form); p.status != 303 || p.location() != at {
		s.Errorf("the outcome is not taken: %d %s", p.status, p.location())
	}
	if p := b.get(at).want(200); len(p.find("main form")) != 0 || !strings.Contains(p.text("main"), "同一批短信模板") {
		s.Errorf("the outcome is not shown, or can be said again")
	}
	if p := b.post(at+"/acknowledge", form); p.status != 409 {
		s.Errorf("said twice: %d", p.status)
	}
}
