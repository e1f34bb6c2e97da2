package demo

import (
	"context"
	"time"

	"dunwatch/internal/report"
)

// watched are the nights, in days before the last, on which the office looks for unusual rises: after the days that brought in
// many complaints of one thing. The program looks every hour; nothing else happens on the other nights.
var watched = []int{159, 37, 35, 8, 5, 2}

// acknowledged is by how many days before the last an alarm must have been raised for somebody to have dealt with it.
const acknowledged = 30

// watching looks for unusual rises, and lets a supervisor say what was behind the old ones.
func (o *office) watching() {
	for _, before := range watched {
		night := o.until.AddDate(0, 0, -before).Truncate(time.Hour)
		o.at(night, func(ctx context.Context) error { return o.d.Reports.Watch(ctx) })
		if before > acknowledged {
			o.at(night.Add(26*time.Hour), o.dealWithAlarms)
		}
	}
}

func (o *office) dealWithAlarms(ctx context.Context) error {
	by := o.super[unitOnline]
	open, err := o.d.Reports.Alarms(ctx, by, false)
	if err != nil {
		return err
	}
	for _, a := range open {
		said := report.Acknowledgement{Version: a.Version, Found: "集中投诉来自同一批到期账单，催收短信为同一模板；其中多数投诉人在同一日收到。", Done: "已约谈机构合规负责人，要求停用该模板；相关案件交由同一经办人并案核实。"}
		switch a.Kind {
		case report.AlarmOffice:
			said = report.Acknowledgement{Version: a.Version, Found: "机构开通网上投诉入口后收到量逐周上升，另有一家机构的集中投诉；没有其他异常。", Done: "已从银行处抽调一人协助受理审查。"}
		case report.AlarmCode:
			said = report.Acknowledgement{Version: a.Version, Found: "与同日对一家机构的集中投诉为同一起因，未见其他机构有类似上升。", Done: "不另行采取措施，随该机构的案件一并处理。"}
		}
		if err := o.d.Reports.Acknowledge(ctx, by, a.ID, said); err != nil {
			return err
		}
	}
	return nil
}
