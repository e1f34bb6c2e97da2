package httpd

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// trackLink is another complaint that came of the same letter.
type trackLink struct {
	complaint.Link
	Chip Chip
	Text string // why there are two
}

// trackScores are the ratings, the best first.
var trackScores = []string{"5", "4", "3", "2", "1"}

// trackEnd fills in what is left to do once the complaint has ended, and the complaints that belong to it.
func (s *Server) trackEnd(c echo.Context, by access.Actor, d *trackCaseData) error {
	ctx, ref := c.Request().Context(), d.Complaint.Reference
	links, err := s.Complaints.LinksOf(ctx, by, ref)
	if err != nil {
		return err
	}
	for _, l := range links {
		d.Links = append(d.Links, trackLink{l, Chip{Tone: trackTones[l.Status], Text: s.Words.T(d.Lang, "track.status."+string(l.Status))}, s.Words.T(d.Lang, "track.link."+string(l.Track))})
	}
	if !d.Complaint.Status.Ended() {
		return nil
	}
	d.MayReopen = d.Complaint.Status == complaint.Closed
	if d.Rating, err = s.Complaints.Rating(ctx, by, ref); err != nil {
		return err
	}
	d.MayRate = d.Rating == nil
	return nil
}

func (s *Server) trackRate(c echo.Context) error {
	return s.trackDo(c, "rate", "track.rate.done", func(by access.Actor, ref string, form *Form) error {
		score, _ := strconv.Atoi(form.Text("score")) // anything else is no score, and refused as one
		_, err := s.Complaints.Rate(c.Request().Context(), by, ref, score, form.Value("comment"))
		return err
	})
}

func (s *Server) trackReopen(c echo.Context) error {
	return s.trackDo(c, "reopen", "track.reopen.done", func(by access.Actor, ref string, form *Form) error {
		if form.Text("text") == "" {
			return fault.Fields{{Name: "text", Key: "track.reopen.missing"}}.Err()
		}
		_, err := s.Complaints.AskReopen(c.Request().Context(), by, ref, form.Value("text"))
		return err
	})
}

// trackOther goes over to the complaint that came of the same letter: the same code opens both.
func (s *Server) trackOther(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	by, ref, err := s.holderOf(c)
	if err != nil {
		return err
	}
	other, err := s.linkedTo(c.Request().Context(), by, ref, form.Text("reference"))
	if err != nil {
		return err
	}
	if err := s.hold(c, other.ID, other.Reference); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/track/case")
}

// linkedTo is the complaint called other that belongs to ref, as far as the actor may know of it. NotFound.
func (s *Server) linkedTo(ctx context.Context, by access.Actor, ref, other string) (found *complaint.Complaint, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		c, o, err := s.Complaints.Reach(ctx, tx, by, access.ReadComplaint, ref)
		if err != nil {
			return err
		}
		list, err := s.Complaints.Linked(ctx, tx, by, c, o)
		if err != nil {
			return err
		}
		for _, l := range list {
			if l.Reference == other {
				found = l.Complaint
				return nil
			}
		}
		return fault.New(fault.NotFound, "fault.not_found")
	})
	return found, err
}
