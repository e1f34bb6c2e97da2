package httpd

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// partyFileRow is a file that the firm gave in its case.
type partyFileRow struct {
	enforcement.PartyFile
	Href, KindName, Hash, State string
}

// files lists what the firm gave, and what kinds of files there are.
func (p *firmPenaltyData) files(d desk) {
	pack := d.pack("")
	for _, f := range p.V.Files {
		r := partyFileRow{PartyFile: f, Href: p.Query.Path + "/files/" + strconv.Itoa(f.Number), Hash: hex.EncodeToString(f.SHA256), State: d.t("procedure.firm.file_loose")}
		if k, ok := pack.EvidenceType(f.Kind); ok {
			r.KindName = d.text(k.Name)
		}
		if f.Sent {
			r.State = d.t("procedure.firm.file_sent")
		}
		p.Files = append(p.Files, r)
	}
	p.Kinds, p.Limit = d.fileKinds(pack), locale.Bytes(d.lang, d.s.Evidence.MaxBytes())
}

// fileKinds are the kinds of files that a firm can give.
func (d desk) fileKinds(pack *rulebook.Pack) (out []Option) {
	for _, e := range pack.EvidenceTypes() {
		if e.ID != "original" { // of a filing on paper
			out = append(out, Option{Value: e.ID, Label: d.text(e.Name)})
		}
	}
	return out
}

// firmFilesStored shows the page with what was typed unsent.
func (s *Server) firmFilesStored(c echo.Context, form *Form) error {
	p, err := s.firmPenaltyData(c, form)
	if err != nil {
		return err
	}
	for i := range p.Deeds {
		p.Deeds[i].Failed = p.Deeds[i].Failed || p.Deeds[i].Step == form.Name // stays open
	}
	p.Flash = append(p.Flash, Flash{Tone: "good", Key: "portal.files_stored"})
	return s.show(c, http.StatusOK, firmPenaltyTemplate, p)
}

// firmPenaltyFile hands the firm one of its own files, to be saved and never to be shown. The look is on the record.
func (s *Server) firmPenaltyFile(c echo.Context) error {
	number, err := strconv.Atoi(c.Param("number"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	f, body, err := s.Penalties.OpenPartyFile(c.Request().Context(), actorOf(c), c.Param("ref"), number)
	if err != nil {
		return err
	}
	return s.saveFile(c, strconv.Itoa(f.Number)+" "+f.Name, f.Size, body)
}

// partyFileView is a file of the caller's firm.
type partyFileView struct {
	Number     int    `json:"number"`
	Label      string `json:"label" doc:"By which the office cites it."`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Size       int64  `json:"size"`
	SHA256     string `json:"sha256" doc:"Hexadecimal."`
	Scan       string `json:"scan"`
	ReceivedAt string `json:"received_at" format:"date-time"`
	Sent       bool   `json:"sent" doc:"It went with a defence, a request or an application."`
}

func partyFileViewOf(f enforcement.PartyFile) partyFileView {
	return partyFileView{f.Number, f.Label, f.Kind, f.Name, f.Size, hex.EncodeToString(f.SHA256), f.Scan, stamp(f.ReceivedAt), f.Sent}
}

func (s *Server) apiGiveFile(ctx context.Context, by access.Actor, in *uploadInput) (*answer[partyFileView], error) {
	if err := s.spendFrom(ctx, "upload"); err != nil {
		return nil, err
	}
	f, err := postedFile(in.request, func(kind, name string, r io.Reader) (*enforcement.PartyFile, error) {
		return s.Penalties.GiveFile(ctx, by, in.Ref, kind, name, r)
	})
	if err != nil {
		return nil, err
	}
	return reply(partyFileViewOf(*f)), nil
}

func (s *Server) apiOwnFile(ctx context.Context, by access.Actor, in *FirmNumber) (*download, error) {
	number, err := strconv.Atoi(in.Number)
	if err != nil {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	f, body, err := s.Penalties.OpenPartyFile(ctx, by, in.Ref, number)
	if err != nil {
		return nil, err
	}
	return s.firmDownload(ctx, "application/octet-stream", f.Name, body), nil
}
