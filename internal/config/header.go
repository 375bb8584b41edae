package config

import (
	"fmt"
	"net/textproto"
	"strings"
)

// What may be sent along with a lookup.
const (
	MaxHeaders     = 64   // of each source
	MaxHeaderBytes = 4096 // of a name and its value
)

// readHeaders reads headers of requests, by their canonical names; nil for none.
func readHeaders(v value) map[string]string {
	if v.null() {
		return nil
	}
	m := v.mapping()
	if len(m.entries) > MaxHeaders {
		v.fail("remove some", "there are %d headers; %d is the most", len(m.entries), MaxHeaders)
		return nil
	}
	headers := make(map[string]string, len(m.entries))
	for _, key := range m.byPlace() {
		at := m.entries[key].pos
		text, ok := m.get(key).text()
		name, p := parseHeader(key, text)
		switch _, dup := headers[name]; {
		case p != nil:
			v.doc.addAt(at, p.hint, "headers: %s", p.msg)
		case dup:
			v.doc.addAt(at, "remove one of them", "headers: %s is given twice", name)
		case ok:
			headers[name] = text
		}
	}
	return headers
}

// ParseHeaders reads the file of [Lookup.HeadersFile]: a header in each line, as in "Authorization: Bearer 0a1b"; empty lines, and those
// that begin with #, say nothing. The error names the line and the remedy, and never what may be a secret.
func ParseHeaders(data string) (map[string]string, error) {
	headers, n := map[string]string{}, 0
	for line := range strings.Lines(data) {
		n++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, text, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf(`line %d: there is no colon; write "Name: value"`, n)
		}
		text = strings.TrimSpace(text)
		name, p := parseHeader(name, text)
		if p != nil {
			return nil, fmt.Errorf("line %d: %s; %s", n, p.msg, p.hint)
		}
		if _, dup := headers[name]; dup {
			return nil, fmt.Errorf("line %d: %s is given twice; remove one of them", n, name)
		}
		if headers[name] = text; len(headers) > MaxHeaders {
			return nil, fmt.Errorf("line %d: %d headers is the most; remove some", n, MaxHeaders)
		}
	}
	return headers, nil
}

// parseHeader returns the canonical name of a header that may be sent.
func parseHeader(name, text string) (string, *problem) {
	canonical := textproto.CanonicalMIMEHeaderKey(name)
	switch {
	case name == "" || strings.ContainsFunc(name, func(c rune) bool { return !isAlnum(c) && !strings.ContainsRune("!#$%&'*+-.^_`|~", c) }):
		return "", &problem{fmt.Sprintf("%q is not the name of a header", name), "write a name such as X-Token"}
	case len(name)+len(text) > MaxHeaderBytes:
		return "", &problem{fmt.Sprintf("%s has %d bytes; %d is the most", canonical, len(name)+len(text), MaxHeaderBytes), "shorten it"}
	case strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }):
		return "", &problem{fmt.Sprintf("%s has characters that are not printable ASCII", canonical), "remove them"}
	}
	switch canonical {
	case "Host":
		return "", &problem{"Host is the host of url", "remove it"}
	case "Content-Type":
		return "", &problem{"Content-Type is always application/json", "remove it"}
	case "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Te", "Trailer", "Upgrade", "Proxy-Connection", "Accept-Encoding":
		return "", &problem{canonical + " is for the connection, and not for the service", "remove it"}
	}
	return canonical, nil
}
