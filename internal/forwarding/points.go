package forwarding

import (
	"strings"

	"dunwatch/internal/rulebook"
)

// pointWords say in letters what an answer lacks; pages say the same from web/locales.
var pointWords = map[string]rulebook.Text{
	"complete": {ZH: "未逐项回应投诉请求", EN: "not every point of the complaint is answered"},
	"facts":    {ZH: "事实未查清", EN: "the facts are not established"},
	"evidence": {ZH: "未附证明材料", EN: "supporting material is missing"},
	"law":      {ZH: "未说明依据", EN: "no rule or contract term is given"},
	"remedy":   {ZH: "未说明处理措施", EN: "it does not say what will be done"},
	"period":   {ZH: "未说明办理时限", EN: "it does not say by when"},
	"tone":     {ZH: "表述不当或者难以理解", EN: "it is improper or hard to understand"},
}

// lacking says what an answer lacks, point by point, and then the officer's own words.
func lacking(c *Check) rulebook.Text {
	var zh, en []string
	for _, p := range c.Points {
		zh, en = append(zh, pointWords[p].ZH+"；"), append(en, pointWords[p].EN+";")
	}
	if c.Note != "" {
		zh, en = append(zh, c.Note), append(en, c.Note)
	}
	return rulebook.Text{ZH: strings.Join(zh, "\n"), EN: strings.Join(en, "\n")}
}
