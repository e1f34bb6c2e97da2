package httpd

// icons are the drawings of components/icon.html: strokes on a grid of 20. A
// table and not a chain of conditions in the template, because rows of a list
// draw several.
var icons = map[string]string{
	"queue":       "M3 5h14M3 10h14M3 15h9",
	"case":        "M3 6.5h14v10H3zM7 6.5v-3h6v3",
	"inbox":       "M3 11l2.5-7h9L17 11v5H3zM3 11h4l1 2h4l1-2h4",
	"firm":        "M4 17V4h8v13M12 8h4v9M2.5 17h15M7 7.5h2M7 10.5h2M7 13.5h2",
	"penalty":     "M6 3h5l4 4v10H6zM11 3v4h4M8.5 11h4M8.5 14h4",
	"report":      "M4 16V9M8 16V5M12 16v-5M16 16V3",
	"audit":       "M10 3l6 2.2v4.3c0 3.6-2.5 6-6 7.5-3.5-1.5-6-3.9-6-7.5V5.2zM7.5 10l2 2 3.3-3.8",
	"settings":    "M4 6h7M15 6h1M4 14h1M9 14h7M13 4v4M7 12v4",
	"measure":     "M5 4.5h10v12.5H5zM8 3h4v3H8zM7.6 11.5l1.7 1.7 3.2-3.7",
	"letter":      "M3 5h14v10.5H3zM3 5.5l7 5.5 7-5.5",
	"pulse":       "M2.5 10.5h4l2-6 3 11 2-5h4",
	"search":      "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM12.7 12.7L17 17",
	"copies":      "M7 3.5h9.5V13H7zM4 7v9.5h9.5",
	"people":      "M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM2.5 16.5c.3-3 2.2-4.6 5-4.6s4.7 1.6 5 4.6M13 4.2a2.7 2.7 0 0 1 0 5M14.5 12.2c1.8.5 2.8 2 3 4.3",
	"upload":      "M10 13V4M6.5 7.5L10 4l3.5 3.5M4 13v3.5h12V13",
	"print":       "M6 8V3.5h8V8M6 14H3.5V8h13v6H14M6 12h8v5H6z",
	"exit":        "M8 3.5H4v13h4M8 10h9M13.5 6.5L17 10l-3.5 3.5",
	"close":       "M5.5 5.5l9 9M14.5 5.5l-9 9",
	"alert":       "M10 3.5l7.5 13h-15zM10 8.5v4M10 14.4v.2",
	"clock":       "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6.5V10l2.5 1.5",
	"tone-good":   "M4 10.5l4 4 8-9",
	"tone-danger": "M10 3.5l7.5 13h-15zM10 8.5v4M10 14.4v.2",
	"tone-wait":   "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6.5V10l2.5 1.5",
	"tone-":       "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 9.5v4M10 6.5v.2",
}

// shapes are the marks of components/chip.html by tone, on a grid of 10. Each
// tone has its own shape, so that nobody needs to see the colour.
var shapes = map[string]string{
	"new":    "M5 1.2a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 1 0 0-7.6z",
	"active": "M5 1.2a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 1 0 0-7.6zM5 3.4a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2z",
	"wait":   "M2.4 1.4h1.9v7.2H2.4zM5.7 1.4h1.9v7.2H5.7z",
	"good":   "M1.2 5.4l2.6 2.6 5-6",
	"danger": "M5 .8l4.6 8.2H.4z",
	"closed": "M1.6 1.6h6.8v6.8H1.6z",
}
