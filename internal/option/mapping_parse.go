package option

import (
	"strconv"
	"strings"
)

// delimiters cannot stand in a value without quotes.
const delimiters = ` "{}`

// parseMapping reads a mapping on one line, as [Def.Text] writes it: KEY=VALUE
// or KEY{KEY=VALUE ...} with spaces between them. A value with a space, quote
// or brace in it stands in double quotes, with the escapes of Go.
func (d Def) parseMapping(s string) (entries []Entry, ok bool) {
	p := mappingParser{rest: s}
	entries, ok = p.entries(d.Type == VendorOptions)
	if !ok || p.rest != "" {
		return nil, false
	}
	if d.Type == VendorClasses {
		entries = mergeKeys(entries)
	}
	return entries, true
}

// mappingParser is a cursor in a mapping written on one line.
type mappingParser struct{ rest string }

// entries reads up to a closing brace or the end. nested says whether an entry
// may hold others, which is so for one level only.
func (p *mappingParser) entries(nested bool) (list []Entry, ok bool) {
	list = []Entry{}
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		if p.rest == "" || p.rest[0] == '}' {
			return list, true
		}
		end := strings.IndexAny(p.rest, "="+delimiters)
		if end <= 0 {
			return nil, false
		}
		e := Entry{Key: p.rest[:end]}
		opening := p.rest[end]
		p.rest = p.rest[end+1:]
		switch {
		case opening == '=':
			value, ok := p.value()
			if !ok {
				return nil, false
			}
			e.Values = []string{value}
		case opening == '{' && nested:
			if e.Entries, ok = p.entries(false); !ok || p.rest == "" {
				return nil, false
			}
			p.rest = p.rest[1:] // the closing brace
		default:
			return nil, false
		}
		list = append(list, e)
	}
}

// value reads what follows an equals sign.
func (p *mappingParser) value() (string, bool) {
	if strings.HasPrefix(p.rest, `"`) {
		quoted, err := strconv.QuotedPrefix(p.rest)
		if err != nil {
			return "", false
		}
		p.rest = p.rest[len(quoted):]
		value, err := strconv.Unquote(quoted)
		return value, err == nil
	}
	end := strings.IndexAny(p.rest, delimiters)
	if end < 0 {
		end = len(p.rest)
	}
	value := p.rest[:end]
	p.rest = p.rest[end:]
	return value, value != ""
}

// mergeKeys makes one entry of those with the same key: an enterprise may have
// several vendor classes.
func mergeKeys(entries []Entry) []Entry {
	var merged []Entry
	at := make(map[string]int)
	for _, e := range entries {
		i, seen := at[e.Key]
		if !seen {
			at[e.Key] = len(merged)
			merged = append(merged, e)
			continue
		}
		merged[i].Values = append(merged[i].Values, e.Values...)
	}
	return merged
}
