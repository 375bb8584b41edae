package config

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"
)

// readPolicy returns nil where there is no policy.
func readPolicy(v value) *Policy {
	if v.null() && v.doc.keys == nil {
		return nil
	}
	m := v.mapping()
	files, otherwise := m.get("files"), DefaultPolicy()
	p := &Policy{
		Steps:   m.get("steps").int(otherwise.Steps, 100, 10_000_000),
		Timeout: m.get("timeout").duration(otherwise.Timeout, 100*time.Microsecond, time.Second),
		Seed:    uint64(m.get("seed").int(0, 0, math.MaxInt)),
		Closed:  readOnError(m.get("on_error")),
		Pos:     files.pos,
	}
	if files.require("[policy/site.star]") {
		readPolicyFiles(files, p)
	}
	m.done()
	return p
}

func readPolicyFiles(v value, p *Policy) {
	items := v.items()
	if len(items) == 0 && v.plain() {
		v.fail("name one, or remove policy", "there is no file")
	}
	for _, item := range items {
		before := len(v.doc.errors)
		path := item.path("")
		if len(v.doc.errors) > before {
			continue
		}
		if filepath.Ext(path) != ".star" {
			item.fail("give it a name that ends in .star", "%q is not the name of a Starlark file", filepath.Base(path))
			continue
		}
		if i := slices.Index(p.Files, path); i >= 0 {
			item.fail("remove one of them", "%s is given twice, first on line %d", item.node.Value, p.FilePos[i].Line)
			continue
		}
		p.Files, p.FilePos = append(p.Files, path), append(p.FilePos, item.pos)
	}
}

// What becomes of a message of which a script fails.
const (
	onErrorOpen   = "open"
	onErrorClosed = "closed"
)

// readOnError reads a word for all hooks, or one for each of some. It returns those that fail closed, nil for none.
func readOnError(v value) map[string]bool {
	hooks := []string{HookFilter, HookUnknown, HookChoose, HookReply}
	var closed map[string]bool
	note := func(hook string, at value) {
		if oneOf(at, onErrorOpen, onErrorClosed) == onErrorClosed {
			if closed == nil {
				closed = make(map[string]bool, len(hooks))
			}
			closed[hook] = true
		}
	}
	if !v.null() && v.node.Kind == yaml.ScalarNode {
		if oneOf(v, onErrorOpen, onErrorClosed) == onErrorClosed {
			closed = map[string]bool{}
			for _, hook := range hooks {
				closed[hook] = true
			}
		}
		return closed
	}
	m := v.mapping()
	for _, hook := range hooks {
		note(hook, m.get(hook))
	}
	if e, ok := m.entries["event"]; ok {
		m.asked = append(m.asked, "event")
		v.doc.addAt(e.pos, "remove it", "event: what has happened is told whether or not a script fails")
	}
	m.done()
	if m.misfit > 0 {
		v.doc.errors[m.misfit-1].Hint = fmt.Sprintf("write %s or %s, or one of them behind %s", onErrorOpen, onErrorClosed, orList(hooks))
	}
	return closed
}
