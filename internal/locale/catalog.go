// Package locale holds the words of both languages and writes dates, money and
// numbers the way each language does.
//
// Messages live in web/locales/{zh,en}/*.yaml, one file per capability, flat or
// nested; nested keys are joined with dots. Placeholders are {0}, {1} …; a
// plural is written in the message, where the translator sees it:
//
//	queue.found: "{0} {0|case|cases} found"      (en)
//	queue.found: "共 {0} 件"                      (zh)
//
// {0|one|other} yields its first word when argument 0 is the number 1.
package locale

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Lang is a language of the pages.
type Lang string

// The languages. Chinese is what a person gets who has not chosen.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Langs lists every language that has a catalogue.
var Langs = []Lang{ZH, EN}

// Parse returns the language named s, and whether there is one.
func Parse(s string) (Lang, bool) {
	l := Lang(s)
	return l, slices.Contains(Langs, l)
}

// Tag is the value of an HTML lang attribute. Chinese is named with its region:
// without it browsers may pick Japanese shapes for the shared characters.
func (l Lang) Tag() string {
	if l == EN {
		return "en"
	}
	return "zh-CN"
}

// Other is the language that the language switch offers.
func (l Lang) Other() Lang {
	if l == EN {
		return ZH
	}
	return EN
}

// Catalog holds every message. It is safe for concurrent use.
type Catalog struct {
	messages map[Lang]map[string]message

	mu      sync.Mutex
	missing map[string]bool
}

// Load reads locales/<lang>/*.yaml of fsys. It fails when a file is not YAML of
// texts, when two files define the same key, or when a placeholder is malformed.
func Load(fsys fs.FS) (*Catalog, error) {
	c := &Catalog{messages: make(map[Lang]map[string]message), missing: make(map[string]bool)}
	for _, lang := range Langs {
		files, err := fs.Glob(fsys, path.Join("locales", string(lang), "*.yaml"))
		if err != nil {
			return nil, fmt.Errorf("list locale %s: %w", lang, err)
		}
		c.messages[lang] = make(map[string]message)
		for _, file := range files {
			if err := c.loadFile(fsys, lang, file); err != nil {
				return nil, fmt.Errorf("load %s: %w", file, err)
			}
		}
	}
	return c, nil
}

func (c *Catalog) loadFile(fsys fs.FS, lang Lang, file string) error {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return err
	}
	var root map[string]any
	if err := yaml.Unmarshal(text, &root); err != nil {
		return err
	}
	return c.add(lang, "", root)
}

func (c *Catalog) add(lang Lang, prefix string, tree map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		key := prefix + name
		switch v := tree[name].(type) {
		case map[string]any:
			if err := c.add(lang, key+".", v); err != nil {
				return err
			}
		case string:
			if _, twice := c.messages[lang][key]; twice {
				return fmt.Errorf("key %s: defined twice", key)
			}
			m, err := parse(v)
			if err != nil {
				return fmt.Errorf("key %s: %w", key, err)
			}
			c.messages[lang][key] = m
		default:
			return fmt.Errorf("key %s: want text in quotes, got %T", key, v)
		}
	}
	return nil
}

// T is the message key in lang with its placeholders filled. A missing key is
// returned as it is, so that the page still works; it is logged once and listed
// by Missing, so that tests notice.
func (c *Catalog) T(lang Lang, key string, args ...any) string {
	m, ok := c.messages[lang][key]
	if !ok {
		c.miss(lang, key)
		return key
	}
	if len(m) == 1 && m[0].arg < 0 {
		return m[0].text
	}
	var b strings.Builder
	for _, p := range m {
		p.write(&b, c, lang, args)
	}
	return b.String()
}

// Has reports whether lang has the message key.
func (c *Catalog) Has(lang Lang, key string) bool {
	_, ok := c.messages[lang][key]
	return ok
}

// Keys lists the keys of lang, sorted.
func (c *Catalog) Keys(lang Lang) []string { return slices.Sorted(maps.Keys(c.messages[lang])) }

// Missing lists, sorted, the "lang:key" that somebody asked for in vain.
func (c *Catalog) Missing() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.missing))
}

func (c *Catalog) miss(lang Lang, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := string(lang) + ":" + key
	if !c.missing[name] {
		c.missing[name] = true
		slog.Warn("message missing", "lang", string(lang), "key", key)
	}
}

// Check compares the languages: every key in each, the same placeholders, no
// empty text. It returns everything that is wrong, joined.
func (c *Catalog) Check() error {
	var errs []error
	for _, lang := range Langs {
		other := lang.Other()
		for _, key := range c.Keys(lang) {
			m := c.messages[lang][key]
			if strings.TrimSpace(m.source()) == "" {
				errs = append(errs, fmt.Errorf("%s: %s is empty", lang, key))
			}
			twin, ok := c.messages[other][key]
			if !ok {
				errs = append(errs, fmt.Errorf("%s: %s is missing", other, key))
				continue
			}
			if lang == ZH && !slices.Equal(m.args(), twin.args()) {
				errs = append(errs, fmt.Errorf("%s: placeholders differ: zh %v, en %v", key, m.args(), twin.args()))
			}
		}
	}
	return errors.Join(errs...)
}
