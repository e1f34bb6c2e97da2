package httpd

import (
	"encoding/json"
	"io"
	"strconv"
)

func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func itoa(n int) string { return strconv.Itoa(n) }
