package config

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// readLookup returns nil where nobody is asked.
func readLookup(v value) *Lookup {
	if v.null() && v.doc.keys == nil {
		return nil
	}
	m := v.mapping()
	target, file, keep := m.get("url"), m.get("headers_file"), m.get("keep").mapping()
	l := &Lookup{
		Method:      oneOf(m.get("method"), "POST", "GET"),
		Headers:     readHeaders(m.get("headers")),
		HeadersFile: file.path(""),
		Fields:      readFields(m.get("fields")),
		Timeout:     m.get("timeout").duration(2*time.Second, 10*time.Millisecond, time.Minute),
		Positive:    keep.get("positive").duration(5*time.Minute, time.Second, day),
		Negative:    keep.get("negative").duration(30*time.Second, time.Second, day),
		Stale:       keep.get("stale").duration(day, 0, 30*day),
		Concurrent:  m.get("concurrent").int(4, 1, 1000),
		Rate:        m.get("rate").int(50, 1, 100_000),
		Machines:    m.get("machines").int(65536, 100, 10_000_000),
		Pos:         target.pos,
		HeadersPos:  file.pos,
	}
	if target.require("https://register.example.org/lookup") {
		l.URL = read(target, "", parseLookupURL)
	}
	keep.done()
	m.done()
	return l
}

// parseLookupURL reads a URL that may be logged.
func parseLookupURL(s string) (string, *problem) {
	const example = "write a URL such as https://register.example.org/lookup"
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", &problem{"this is not a URL", example} // which may hold a password
	case u.User != nil:
		return "", &problem{"a password does not stand in the URL, which is logged",
			`remove what is before the @, and write "Authorization: Basic …" to the file of headers_file`}
	}
	s, p := parseURL(s)
	if p != nil && !strings.Contains(p.hint, "#") {
		p.hint = example
	}
	return s, p
}

// readFields reads where answers have what they say.
func readFields(v value) map[string]string {
	m := v.mapping()
	var fields map[string]string
	for _, name := range LookupFields() {
		if path := read(m.get(name), "", parseFieldPath); path != "" {
			if fields == nil {
				fields = map[string]string{}
			}
			fields[name] = path
		}
	}
	m.done()
	return fields
}

// maxFieldPath is far more than any answer needs.
const maxFieldPath = 255

func parseFieldPath(s string) (string, *problem) {
	const example = "write the name of a field, or a path to it such as data.ip"
	if s == "" || len(s) > maxFieldPath {
		return "", &problem{fmt.Sprintf("a path has 1 to %d characters, this one %d", maxFieldPath, len(s)), example}
	}
	for name := range strings.SplitSeq(s, ".") {
		if name == "" {
			return "", &problem{fmt.Sprintf("%q has an empty name between its dots", s), example}
		}
	}
	return s, nil
}
