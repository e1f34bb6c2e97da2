package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"dunwatch/internal/access"
	"dunwatch/internal/httpd"
)

// routesCmd lists the route table: what an auditor reads first.
type routesCmd struct {
	Format string `enum:"table,json" default:"table" help:"table or json."`
}

// routeLine is a route with those whom the policy lets in.
type routeLine struct {
	httpd.Route
	Reach []string `json:"reach,omitempty"` // role:reach
}

// Run builds the site over an empty throw-away office and prints its routes.
func (c *routesCmd) Run(ctx context.Context, s Streams) error {
	dir, err := os.MkdirTemp("", "dunwatch-routes")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o, err := openOffice(ctx, dataFlags{Data: dir, Zone: "Asia/Shanghai"}, newLogger(s, levelQuiet), openOptions{hasty: true})
	if err != nil {
		return err
	}
	defer o.DB.Close()
	site, err := httpd.New(o.site(), httpd.Config{PublicURL: "http://127.0.0.1", Zone: o.Zone, Pack: "cn"})
	if err != nil {
		return err
	}
	var lines []routeLine
	for _, r := range site.Table() {
		lines = append(lines, routeLine{r, reachOf(o.Policy, r)})
	}
	slices.SortStableFunc(lines, func(a, b routeLine) int { return strings.Compare(a.Path, b.Path) })
	if c.Format == "json" {
		e := json.NewEncoder(s.Out)
		e.SetIndent("", "  ")
		return e.Encode(lines)
	}
	w := tabwriter.NewWriter(s.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "METHOD\tPATH\tACTION\tWHO")
	for _, l := range lines {
		who := strings.Join(l.Reach, " ")
		if l.Public {
			who = "public"
		}
		if l.Code {
			who = strings.TrimSpace("access-code " + who)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.Method, l.Path, l.Action, who)
	}
	return w.Flush()
}

func reachOf(p *access.Policy, r httpd.Route) []string {
	var out []string
	for _, role := range access.Roles {
		if w := p.Widest(role, r.Action); w != access.None {
			out = append(out, string(role)+":"+w.String())
		}
	}
	return out
}
