package report

import (
	"strings"

	"dunwatch/internal/chart"
	"dunwatch/internal/locale"
)

// place of a region on a map of tiles: column, row.
type region struct {
	code        string // as the table's keys begin
	column, row int
}

// The maps put regions about where they lie. China: provinces by the first two digits of GB/T 2260.
var (
	mapCN = grid(
		". . . . . . 23",
		". . . . 15 . 22",
		"65 62 64 . 11 12 21",
		"63 61 14 13 37 . .",
		"54 51 50 41 34 32 31",
		". 53 52 42 36 33 .",
		". . 45 43 35 . 71",
		". . . 44 81 . .",
		". . 46 82 . . .")
	mapUS = grid(
		"AK . . . . . . . . . ME",
		". . . . . . . . . VT NH",
		"WA ID MT ND MN IL WI MI NY RI MA",
		"OR NV WY SD IA IN OH PA NJ CT .",
		"CA UT CO NE MO KY WV VA MD DE .",
		". AZ NM KS AR TN NC SC DC . .",
		". . . OK LA MS AL GA . . PR",
		"HI . . TX . . . . FL . .")
	mapUK = grid(
		". SCT",
		"NIR ENG",
		". WLS")
)

func grid(rows ...string) (out []region) {
	for y, row := range rows {
		for x, code := range strings.Fields(row) {
			if code != "." {
				out = append(out, region{code, x, y})
			}
		}
	}
	return out
}

// mapPicture shows the provinces of the country that has most of the complaints; what lies elsewhere is said in words.
func (m *Report) mapPicture(t *Table) []chart.Picture {
	count, name := t.Column("count"), t.Column("name")
	var best []chart.Tile
	var on, all, most int64
	var top string
	for _, row := range t.Rows {
		n, _ := row[count].(int64)
		all += n
	}
	for _, regions := range [][]region{mapCN, mapUS, mapUK} {
		tiles, sum := make([]chart.Tile, 0, len(regions)), int64(0)
		high, first := int64(0), ""
		for _, g := range regions {
			tile := chart.Tile{Column: g.column, Row: g.row, Label: m.regionLabel(g.code), Text: "0"}
			for i, row := range t.Rows {
				n, _ := row[count].(int64)
				if key := t.RowKeys[i]; key != g.code && !(len(key) == 6 && strings.HasPrefix(key, g.code)) {
					continue
				}
				sum += n
				full, _ := row[name].(string)
				tile.Value, tile.Text, tile.Tip = float64(n), m.format(n, Count), full+" "+m.format(n, Count)
				if n > high {
					high, first = n, full
				}
			}
			tiles = append(tiles, tile)
		}
		if sum > on {
			on, best, most, top = sum, tiles, high, first
		}
	}
	if on == 0 {
		return nil
	}
	p := chart.Tiles(best, func(from, to float64) string {
		if from == to {
			return m.format(int64(from), Count)
		}
		return m.format(int64(from), Count) + "–" + m.format(int64(to), Count)
	})
	return []chart.Picture{m.titled(p, "by_province", top, most, all-on)}
}

// regionLabel is what a tile has room for: the short name of a province, the code of a state.
func (m *Report) regionLabel(code string) string {
	if key := "region_short." + code; m.words.Has(locale.Lang(m.Lang), key) {
		return m.t(key)
	}
	return code
}
