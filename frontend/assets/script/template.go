package script

import (
	"errors"
	"fmt"
	"text/template"
	"text/template/parse"
)

const (
	// MaxSource is the size of the largest template, in octets; Extension is what its name ends in.
	MaxSource = 256 << 10
	Extension = ".tmpl"
	// maxScript is the size of the largest script, maxTurns how often a template may go through a loop or a template within it.
	maxScript = 1 << 20
	maxTurns  = 100_000
)

var (
	errLong = errors.New("the script becomes longer than 1 MiB")
	errLoop = errors.New("it goes through its loops more than 100,000 times")
)

// Render renders the template of that name for m. The error names the line. However the template is written, it comes to an end, and
// takes no more than some megabytes.
func Render(name, source string, m *Machine) ([]byte, error) {
	turns := 0
	turn := func() (string, error) {
		if turns++; turns > maxTurns {
			return "", errLoop
		}
		return "", nil
	}
	t, err := template.New(name).Option("missingkey=error").Funcs(functions).Funcs(template.FuncMap{"turn": turn}).Parse(source)
	if err != nil {
		return nil, err
	}
	for _, part := range t.Templates() {
		if part.Tree != nil {
			countTurns(part.Tree.Root)
		}
	}
	var out bounded
	switch err := t.Execute(&out, m); {
	case errors.Is(err, errLoop):
		return nil, fmt.Errorf("template: %s: %w", name, errLoop)
	case err != nil:
		return nil, err
	}
	return out.text, nil
}

// countTurns has turn called in front of the list, which is all of a template, and in each loop of it: text/template knows loops over
// numbers, and templates that call themselves, but no end to them.
func countTurns(list *parse.ListNode) {
	loops(list)
	count(list)
}

func loops(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.IfNode:
			loops(n.List)
			loops(n.ElseList)
		case *parse.WithNode:
			loops(n.List)
			loops(n.ElseList)
		case *parse.RangeNode:
			countTurns(n.List)
			loops(n.ElseList)
		}
	}
}

// counter is what a template has in front that calls turn.
var counter = template.Must(template.New("").Funcs(template.FuncMap{"turn": func() string { return "" }}).Parse("{{turn}}")).Tree.Root.Nodes[0]

func count(list *parse.ListNode) { list.Nodes = append([]parse.Node{counter}, list.Nodes...) }

// bounded keeps what is written to it, up to maxScript.
type bounded struct{ text []byte }

func (b *bounded) Write(p []byte) (int, error) {
	if len(b.text)+len(p) > maxScript {
		return 0, errLong
	}
	b.text = append(b.text, p...)
	return len(p), nil
}
