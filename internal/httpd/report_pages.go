package httpd

import (
	"context"

	"dunwatch/internal/access"
	"dunwatch/internal/brief"
	"dunwatch/internal/report"
)

// reportRoutes are the monthly report, and the firms that its figures name.
func (s *Server) reportRoutes() []Route {
	return []Route{
		may(access.ReadReport, "GET", "/reports", s.reportsPage),
		open("GET", report.SchemaPath, schemaFile(report.Schema())),
		open("GET", report.PublicSchemaPath, schemaFile(report.PublicSchema())),
		may(access.ReadReport, "GET", "/dashboard", s.dashboardPage),
		may(access.ReadReport, "GET", "/alarms", s.alarmsPage),
		may(access.ReadReport, "GET", "/alarms/:id", s.alarmPage),
		may(access.AcknowledgeAlarm, "POST", "/alarms/:id/acknowledge", s.acknowledgeAlarm),
		may(access.ReadReport, "GET", "/reports/numbered", s.numberedList),
		may(access.ReadReport, "GET", "/reports/numbered/:number", s.numberedPage),
		may(access.ReadReport, "GET", "/reports/numbered/:number/behind", s.numberedBehindPage),
		may(access.ReadReport, "GET", "/reports/:month", s.reportPage),
		may(access.ReadReport, "GET", "/reports/:month/behind", s.behindPage),

		may(access.ReadReport, "GET", "/reports/:month/revisions", s.revisionsPage),
		may(access.ReadBrief, "GET", "/reports/:month/briefs", s.briefsPage),
		may(access.ReadBrief, "GET", "/briefs/:ref", s.briefPage),
		may(access.WriteBrief, "GET", "/cases/:ref/brief", s.newBriefPage),
		may(access.WriteBrief, "POST", "/cases/:ref/brief", s.writeBrief),
		may(access.WriteBrief, "GET", "/briefs/:ref/edit", s.editBriefPage),
		may(access.WriteBrief, "POST", "/briefs/:ref/edit", s.editBrief),
		may(access.ApproveBrief, "POST", "/briefs/:ref/approve", s.briefDeed("approve", "brief_page.approved_flash", func(ctx context.Context, by access.Actor, ref string, f *Form) (*brief.Brief, error) {
			return s.Briefs.Approve(ctx, by, ref, f.Version())
		})),
		may(access.ApproveBrief, "POST", "/briefs/:ref/return", s.briefDeed("return", "brief_page.returned_flash", func(ctx context.Context, by access.Actor, ref string, f *Form) (*brief.Brief, error) {
			return s.Briefs.SendBack(ctx, by, ref, f.Version(), f.Text("reason"))
		})),
		may(access.ReadBrief, "POST", "/briefs/:ref/withdraw", s.briefDeed("withdraw", "brief_page.withdrawn_flash", func(ctx context.Context, by access.Actor, ref string, f *Form) (*brief.Brief, error) {
			return s.Briefs.Withdraw(ctx, by, ref, f.Version(), f.Text("reason"))
		})),
		may(access.SubscribeReport, "POST", "/reports/subscription", s.subscribePage),
		may(access.FreezeReport, "POST", "/reports/:month/freeze", s.freezePage),

		may(access.ReadFirm, "GET", "/firm-sizes", s.sizesPage),
		may(access.ManageFirm, "POST", "/firm-sizes", s.importSizes),
		may(access.ReadFirm, "GET", "/firms", s.firmsPage),
		may(access.ReadFirm, "GET", "/firms/:code", s.firmPage),
	}
}
