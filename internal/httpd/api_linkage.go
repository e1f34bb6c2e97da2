package httpd

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/linkage"
)

// linkageAPI registers the operations that hold complaints against each other.
func (s *Server) linkageAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/links", id: "list-links", summary: "What a complaint has in common with others, as far as the caller may know",
		action: access.ReadLinks}, s.apiLinks)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/links", id: "decide-link", summary: "Confirm or dismiss a link to another complaint, with a reason; it holds for both",
		action: access.DecideLink}, s.apiDecideLink)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/network", id: "read-network", summary: "The complaints linked to one, with the numbers that tie them",
		action: access.ReadLinks}, s.apiNetwork)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/accused", id: "add-accused", summary: "Add a collector's number, account or name that the office found later",
		action: access.DecideLink}, s.apiAddNumber)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/merge", id: "merge-duplicate", summary: "Say that a complaint repeats another one of the same person; closes nothing",
		action: access.MergeDuplicate}, s.apiMerge)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/part", id: "part-duplicate", summary: "Undo a merge",
		action: access.MergeDuplicate}, s.apiPart)
	serve(s, api, endpoint{method: post, path: "/identifiers/search", id: "search-identifier", summary: "Which complaints name a collector's number or account; the look-up is recorded",
		action: access.SearchIdentifier}, s.apiSearchNumber)
	serve(s, api, endpoint{method: get, path: "/clusters", id: "list-clusters", summary: "Complaints told in nearly the same words",
		action: access.ReadClusters}, s.apiClusters)
	serve(s, api, endpoint{method: get, path: "/clusters/{number}", id: "read-cluster", summary: "A cluster of like complaints with what speaks for either reading; the look is recorded",
		action: access.ReadClusters}, s.apiCluster)
}

func (s *Server) apiLinks(ctx context.Context, by access.Actor, in *RefPath) (*answer[linksView], error) {
	o, err := s.Links.Of(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(linksViewOf(o)), nil
}

type decideLinkInput struct {
	RefPath
	Body struct {
		Other   string `json:"other" required:"true" maxLength:"40" doc:"Reference of the other complaint."`
		Verdict string `json:"verdict" required:"true" enum:"confirmed,dismissed,open"`
		Reason  string `json:"reason" required:"true" doc:"Goes on the record of both."`
	}
}

func (s *Server) apiDecideLink(ctx context.Context, by access.Actor, in *decideLinkInput) (*answer[linksView], error) {
	if err := s.Links.Decide(ctx, by, in.Ref, in.Body.Other, linkage.Verdict(in.Body.Verdict), in.Body.Reason); err != nil {
		return nil, err
	}
	return s.apiLinks(ctx, by, &in.RefPath)
}

func (s *Server) apiNetwork(ctx context.Context, by access.Actor, in *RefPath) (*answer[networkView], error) {
	o, err := s.Links.Of(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	n, err := s.Links.NetworkOf(ctx, by, o)
	if err != nil {
		return nil, err
	}
	return reply(networkViewOf(n)), nil
}

type addNumberInput struct {
	RefPath
	Body struct {
		Kind  string `json:"kind" required:"true" enum:"phone,wechat,qq,email,account,staff_number,alias"`
		Value string `json:"value" required:"true" maxLength:"100"`
		Basis string `json:"basis" required:"true" doc:"Where it was found."`
	}
}

func (s *Server) apiAddNumber(ctx context.Context, by access.Actor, in *addNumberInput) (*answer[linksView], error) {
	if err := s.Links.AddNumber(ctx, by, in.Ref, in.Body.Kind, in.Body.Value, in.Body.Basis); err != nil {
		return nil, err
	}
	return s.apiLinks(ctx, by, &in.RefPath)
}

type mergeInput struct {
	RefPath
	Body struct {
		Original string `json:"original" required:"true" maxLength:"40" doc:"Reference of the complaint that this one repeats."`
		Reason   string `json:"reason" required:"true"`
		Version  int64  `json:"version" required:"true" doc:"Of the complaint in the path."`
	}
}

func (s *Server) apiMerge(ctx context.Context, by access.Actor, in *mergeInput) (*answer[linksView], error) {
	if err := s.Links.Merge(ctx, by, in.Ref, in.Body.Original, in.Body.Version, in.Body.Reason); err != nil {
		return nil, asField(err, "other", "original")
	}
	return s.apiLinks(ctx, by, &in.RefPath)
}

type partInput struct {
	RefPath
	Body struct {
		Reason  string `json:"reason" required:"true"`
		Version int64  `json:"version" required:"true"`
	}
}

func (s *Server) apiPart(ctx context.Context, by access.Actor, in *partInput) (*answer[linksView], error) {
	if err := s.Links.Part(ctx, by, in.Ref, in.Body.Version, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.apiLinks(ctx, by, &in.RefPath)
}

type searchNumberInput struct {
	Body struct {
		Kind  string `json:"kind" required:"true" enum:"phone,wechat,qq,email,account,staff_number,alias"`
		Value string `json:"value" required:"true" maxLength:"100"`
	}
}

func (s *Server) apiSearchNumber(ctx context.Context, by access.Actor, in *searchNumberInput) (*answer[foundView], error) {
	f, err := s.Links.Search(ctx, by, in.Body.Kind, in.Body.Value)
	if err != nil {
		return nil, err
	}
	return reply(foundView{useViewOf(f.Use), viewsOf(f.Firms, firmCountViewOf), viewsOf(f.Items, relatedViewOf), f.More, viewsOf(f.Elsewhere, elsewhereViewOf), f.Sheltered}), nil
}

type clustersInput struct {
	Paging
	Sort  string `query:"sort" enum:"size,new"`
	Least int    `query:"least" minimum:"2" maximum:"1000" doc:"Members at least; 3 if left out."`
}

func (s *Server) apiClusters(ctx context.Context, by access.Actor, in *clustersInput) (*answer[pageView[clusterView]], error) {
	l, err := s.Links.Clusters(ctx, by, linkage.ClusterFilter{Sort: in.Sort, Least: in.Least, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return reply(pageView[clusterView]{Items: viewsOf(l.Items, clusterViewOf), NextCursor: l.NextCursor}), nil
}

type clusterInput struct {
	Number int64 `path:"number" minimum:"1"`
}

func (s *Server) apiCluster(ctx context.Context, by access.Actor, in *clusterInput) (*answer[clusterFileView], error) {
	f, err := s.Links.Cluster(ctx, by, in.Number)
	if err != nil {
		return nil, err
	}
	lang := callerFrom(ctx).lang
	sign := func(x linkage.Sign) signView {
		return signView{x.Key, s.Words.T(lang, "linkage.signs."+x.Key, x.Args...)}
	}
	v := clusterFileView{clusterView: clusterViewOf(f.Cluster), Counted: f.Looked, Identifiers: []identifierCountView{}, Script: viewsOf(f.Script, sign), Agent: viewsOf(f.Agent, sign),
		Items: viewsOf(f.Items, relatedViewOf), More: f.More, Elsewhere: viewsOf(f.Elsewhere, elsewhereViewOf), Sheltered: f.Sheltered}
	v.Firms = viewsOf(f.Firms, firmCountViewOf)
	for _, x := range f.Identifiers {
		v.Identifiers = append(v.Identifiers, identifierCountView{x.Kind, x.Key, x.Shared(), x.Count})
	}
	return reply(v), nil
}
