package httpd

import (
	"path"
	"slices"
	"strings"

	"dunwatch/internal/rulebook"
)

// kindsBySuffix name what a file most likely is, the likeliest first, by the end
// of its name. They are ids of the rulebooks' evidence types.
var kindsBySuffix = map[string][]string{
	"image": {"photo", "sms", "im", "letter", "bank_transfer", "contract"},
	"sound": {"recording", "voicemail"},
	"video": {"video"},
	"table": {"call_log", "repayment", "bank_transfer"},
	"page":  {"letter", "contract", "repayment", "call_log", "credit_report"},
}

var suffixes = map[string]string{
	".jpg": "image", ".jpeg": "image", ".png": "image", ".gif": "image", ".webp": "image", ".heic": "image", ".heif": "image",
	".mp3": "sound", ".m4a": "sound", ".wav": "sound", ".amr": "sound", ".aac": "sound", ".ogg": "sound", ".flac": "sound",
	".mp4": "video", ".mov": "video", ".webm": "video",
	".csv": "table", ".xls": "table", ".xlsx": "table",
	".pdf": "page", ".doc": "page", ".docx": "page", ".txt": "page",
}

// likelyKind is the kind under which a file is kept whose sender did not say what
// it is: of what its form allows the first that helps to prove what was ticked,
// else the likeliest, else "other". A frightened person must not lose a file to
// an unanswered question; the officer can tell at a glance.
func likelyKind(p *rulebook.Pack, violations []string, name string) string {
	fits := kindsBySuffix[suffixes[strings.ToLower(path.Ext(name))]]
	for _, code := range violations {
		v, ok := p.Violation(code)
		if !ok {
			continue
		}
		for _, id := range v.Evidence {
			if e, ok := p.EvidenceType(id); ok && e.Public && slices.Contains(fits, id) {
				return id
			}
		}
	}
	for _, id := range append(slices.Clone(fits), "other") {
		if e, ok := p.EvidenceType(id); ok && e.Public {
			return id
		}
	}
	for _, e := range p.EvidenceTypes() {
		if e.Public {
			return e.ID
		}
	}
	return ""
}
