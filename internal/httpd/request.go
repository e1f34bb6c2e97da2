package httpd

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
)

func isMultipart(r *http.Request) bool {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && t == "multipart/form-data"
}

func urlQuery(s string) string { return url.QueryEscape(s) }

// formOf reads the posted body of a page's form, never the URL: a link must not
// be able to fill in a form. Text that is not UTF-8 is refused.
func formOf(c echo.Context) (*Form, error) {
	r := c.Request()
	var err error
	if isMultipart(r) {
		err = r.ParseMultipartForm(1 << 20) // larger parts go to temporary files
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return nil, badForm(err)
	}
	values := r.PostForm
	if r.MultipartForm != nil {
		values = r.MultipartForm.Value
	}
	for name, vs := range values {
		for i, v := range vs {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, fault.New(fault.Invalid, "fault.text")
			}
			vs[i] = strings.ReplaceAll(v, "\r\n", "\n")
		}
		values[name] = vs
	}
	return NewForm(values), nil
}

// Text is a typed value without the blanks around it.
func (f *Form) Text(name string) string { return strings.TrimSpace(f.Value(name)) }

// List is every value sent for name.
func (f *Form) List(name string) []string {
	if f == nil {
		return nil
	}
	return f.Values[name]
}

// Version is the version of the thing that the page showed; 0 when the form
// did not carry one, which no stored thing has.
func (f *Form) Version() int64 {
	n, _ := strconv.ParseInt(f.Value("version"), 10, 64)
	return n
}

// safeNext keeps redirects after signing in on this site.
func safeNext(next, fallback string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return fallback
	}
	return next
}

// contentDisposition serves a file as an attachment under the name that a
// person gave it, whatever that name holds (RFC 6266).
func contentDisposition(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' || r == '/' || r == '%' {
			return '_'
		}
		return r
	}, name)
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, ascii, strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
}
