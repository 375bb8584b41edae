package bootname

import (
	"fmt"
	"iter"
	"strings"
)

// piece is a part of a name: a placeholder, or text that stands for itself.
type piece struct {
	text        string
	placeholder *placeholder
	// own is whether the text is a setting of iPXE, such as ${net0/mac}.
	own bool
}

// pieces yields the parts of a name. Braces around anything else than the name of a placeholder are text.
func pieces(name string) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		for name != "" {
			p := next(name)
			if !yield(p) {
				return
			}
			name = name[len(p.text):]
		}
	}
}

// next returns the first part of a name that is not empty.
func next(name string) piece {
	open := strings.IndexByte(name, '{')
	switch {
	case open < 0:
		return piece{text: name}
	case open == 1 && name[0] == '$':
		open = 0
	case open > 0 && name[open-1] == '$':
		return piece{text: name[:open-1]}
	case open > 0:
		return piece{text: name[:open]}
	}
	end := strings.IndexByte(name, '}')
	if end < 0 {
		return piece{text: name}
	}
	p := piece{text: name[:end+1], own: name[0] == '$'}
	for i := range placeholders {
		if !p.own && name[1:end] == placeholders[i].name {
			p.placeholder = &placeholders[i]
		}
	}
	return p
}

// parsed is what a name is made of.
type parsed struct {
	// longest is the length of the longest text that it becomes; filled is whether it has placeholders.
	longest int
	filled  bool
	// filledIn is such a text, with addresses for placeholders.
	filledIn string
	// foreign is the first setting of iPXE in it, "" for none.
	foreign string
}

// parse finds the placeholders of a name.
func parse(name string) (parsed, *Fault) {
	if f := characters(name); f != nil {
		return parsed{}, f
	}
	var p parsed
	var text strings.Builder
	for part := range pieces(name) {
		switch {
		case part.placeholder != nil:
			p.longest, p.filled = p.longest+part.placeholder.longest, true
			if part.placeholder.name == frontend {
				if text.Len() > 0 {
					return p, fault("write it first, as in {http}/{arch}/boot.efi", "{http} stands for http:// and what follows, and is not the beginning")
				}
				text.WriteString("http://")
			}
			text.WriteString("10.0.0.1")
			continue
		case part.own && p.foreign == "":
			p.foreign = part.text
		case !part.own && strings.ContainsAny(part.text, "{}"):
			return p, fault("write one of {"+strings.Join(Placeholders(), "}, {")+"}", "%s is no placeholder", braced(part.text))
		}
		p.longest += len(part.text)
		if part.own {
			text.WriteString("10.0.0.1")
		} else {
			text.WriteString(part.text)
		}
	}
	p.filledIn = text.String()
	return p, nil
}

// braced returns the part of a text that has a brace.
func braced(text string) string {
	if open := strings.IndexByte(text, '{'); open >= 0 {
		if end := strings.IndexByte(text[open:], '}'); end >= 0 {
			return fmt.Sprintf("%q", text[open:open+end+1])
		}
		return fmt.Sprintf("%q, which has no end,", text[open:])
	}
	return `a "}" without its beginning`
}
