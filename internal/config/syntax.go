package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// maxDepth is how deep the file may nest. The deepest of ours is a sub-option of 125 in a pool, at 10.
const maxDepth = 32

// parse turns the text into a tree. At the first mistake in the YAML it notes that and gives up: what follows such a
// mistake means nothing.
func (d *document) parse() value {
	none := value{doc: d}
	if !d.checkText() {
		return none
	}
	loader, err := yaml.NewLoader(bytes.NewReader(d.data), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		d.addAt(Pos{1, 1}, "", "cannot read YAML: %v", err)
		return none
	}
	var root, next yaml.Node
	switch err := loader.Load(&root); {
	case errors.Is(err, io.EOF):
		d.addAt(Pos{1, 1}, "begin with the sections frontend:, leased: and webhookd:", "the file is empty")
		return none
	case err != nil:
		d.addSyntax(err)
		return none
	}
	switch err := loader.Load(&next); {
	case err == nil:
		d.addAt(Pos{next.Line, next.Column}, "remove it, or put what follows into a file of its own",
			"a second YAML document begins here; the configuration is one document")
		return none
	case !errors.Is(err, io.EOF):
		d.addSyntax(err)
		return none
	}
	top := value{doc: d, pos: Pos{1, 1}, label: "the file"}
	if len(root.Content) == 1 {
		top.node = root.Content[0]
	}
	if top.null() {
		d.addAt(Pos{1, 1}, "begin with the sections frontend:, leased: and webhookd:", "the file has no content")
		return none
	}
	return top
}

// checkText finds what no YAML file may contain, for which the parser knows no place.
func (d *document) checkText() bool {
	if len(d.data) > maxFileSize {
		d.addAt(Pos{1, 1}, "put reservations into leased through its API instead", "the file is larger than %d MiB", maxFileSize>>20)
		return false
	}
	pos := Pos{1, 1}
	for rest := d.data; len(rest) > 0; {
		c, n := utf8.DecodeRune(rest)
		switch {
		case c == utf8.RuneError && n <= 1:
			d.addAt(pos, "save the file as UTF-8", "byte 0x%02x is not UTF-8 text", rest[0])
			return false
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c >= 0x7f && c < 0xa0, c == 0xfffe, c == 0xffff:
			d.addAt(pos, "remove it", "control character U+%04X", c)
			return false
		case c == '\r' && !bytes.HasPrefix(rest[n:], []byte{'\n'}), c == 0x2028, c == 0x2029:
			// YAML would count a line here that no editor shows.
			d.addAt(pos, "end lines with a line feed, as Unix does", "U+%04X does not end a line", c)
			return false
		case c == '\n':
			pos = Pos{pos.Line + 1, 1}
		case c == 0xfeff && len(rest) == len(d.data):
			// A byte order mark at the start has no column.
		default:
			pos.Column++
		}
		rest = rest[n:]
	}
	return true
}

// addSyntax notes a mistake found by the YAML parser, in words for people who do not know its grammar by heart.
func (d *document) addSyntax(err error) {
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		d.addAt(Pos{1, 1}, "", "cannot read YAML: %v", err)
		return
	}
	at, start := Pos{le.Mark.Line, le.Mark.Column}, Pos{le.ContextMark.Line, le.ContextMark.Column}
	if at.Line == 0 {
		at = Pos{1, 1}
	}
	is := func(s string) bool { return strings.Contains(le.Message, s) }
	switch {
	case is("tab character"), is("cannot start any token") && d.charAt(at) == '\t':
		d.addAt(at, "indent with spaces", "a tab cannot indent YAML")
	case is("cannot start any token"):
		d.addAt(at, "put the value in double quotes", "a value cannot begin with %q in YAML", d.charAt(at))
	case is("exceeded max depth"):
		d.addAt(at, "", "nested more than %d levels deep", maxDepth)
	case is("did not find expected") && d.charAt(Pos{at.Line, at.Column - 1}) == '}':
		d.addAt(at, `put a value that begins with { in double quotes, as in "{http}/boot.ipxe"`, `%q does not fit behind a "}"`, d.charAt(at))
	case is("mapping values are not allowed"):
		d.addAt(at, `check the indentation of the line; put a value that contains ": " in double quotes`, `a ":" does not fit here`)
	case is("block sequence entries are not allowed"):
		d.addAt(at, "begin the list on a line of its own", `a "-" does not fit here`)
	case is("did not find expected ',' or ']'"):
		d.addAt(start, "close it with ]", `this "[" is not closed`)
	case is("did not find expected ',' or '}'"):
		d.addAt(start, "close it with }", `this "{" is not closed`)
	case is("expected node content") && start.Line != 0:
		d.addAt(at, "check brackets, commas and quotes", "a value is missing here")
	case is("unexpected end of stream") && start.Line != 0:
		d.addAt(start, "close it", "this quote is not closed")
	case is("did not find expected '-' indicator"):
		d.addAt(at, `begin the line with "- ", or indent it as far as the keys it belongs to`,
			"this line does not belong to the list above it (line %d)", start.Line)
	case is("did not find expected key"):
		d.addAt(at, "indent it exactly as far as the keys it belongs to", "this line does not line up with the lines above it")
	case is("could not find expected ':'"):
		if start.Line != 0 {
			at = start
		}
		d.addAt(at, `write it as "key: value"`, `a key without ":"`)
	case is("unknown anchor"):
		d.addAt(at, "write the value out; put a value that begins with * in quotes", "YAML aliases (*name) are not supported")
	default:
		msg := le.Message
		if le.ContextMsg != "" {
			msg = fmt.Sprintf("%s %s", msg, le.ContextMsg)
		}
		d.addAt(at, "", "not valid YAML: %s", msg)
	}
}
