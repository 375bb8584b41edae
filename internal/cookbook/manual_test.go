package cookbook_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

// hooks are the functions that a file may define, as the manual and the table write them.
var hooks = []string{"filter(request)", "unknown(request)", "choose(request, candidates)", "reply(request, lease, reply)", "event(e)"}

// ofTheLanguage are functions that the manual tells of although they are Starlark's own.
var ofTheLanguage = []string{"print", "load"}

// vocabulary is what scripts find: the attributes of each type, and the functions under "".
type vocabulary map[string][]string

func reference(t *testing.T) vocabulary {
	t.Helper()
	v := vocabulary{}
	for _, o := range value.Reference() {
		for _, a := range o.Attributes {
			v[o.Name] = append(v[o.Name], a.Name)
		}
	}
	if len(v) < 8 || len(v["request"]) < 30 || len(v[""]) < 4 {
		t.Fatalf("the reference has %d types; this test reads it wrongly", len(v))
	}
	return v
}

// has reports whether there is such a hook, function or attribute: filter(request), octets(), request.mac.
func (v vocabulary) has(name string) bool {
	if slices.Contains(hooks, name) {
		return true
	}
	if function, ok := strings.CutSuffix(name, "()"); ok {
		return slices.Contains(v[""], function) || slices.Contains(ofTheLanguage, function)
	}
	// Variables are called after their types, but for these.
	types := map[string]string{"e": "event", "candidate": "reservation", "relay": "relay"}
	name, nested := strings.CutPrefix(name, "request.relay.")
	if nested {
		name = "relay." + name
	}
	variable, attribute, ok := strings.Cut(name, ".")
	if !ok {
		return v[variable] != nil
	}
	if t := types[variable]; t != "" {
		variable = t
	}
	return slices.Contains(v[variable], attribute)
}

// The manual has every type with all of its attributes, and no others.
func TestManualHasTheValues(t *testing.T) {
	sections := map[string]string{}
	for _, section := range strings.Split("\n"+text(t, kitchen+"/README.md"), "\n### ")[1:] {
		title, body, _ := strings.Cut(section, "\n")
		body, _, _ = strings.Cut(body, "\n## ")
		sections[title] = body
	}
	leading := regexp.MustCompile(`^[a-z][a-z0-9_]*`)
	for name, attributes := range reference(t) {
		title := name
		if name == "" {
			title = "builtins"
			attributes = append(attributes, ofTheLanguage...)
		}
		body, ok := sections[title]
		if !ok {
			t.Errorf("the manual has no section %q", title)
			continue
		}
		told := map[string]bool{}
		for _, row := range tables(body) {
			for _, code := range spans(row[0]) {
				told[leading.FindString(code)] = true
			}
		}
		for _, a := range attributes {
			if !told[a] {
				t.Errorf("the manual does not tell of %s in section %q", a, title)
			}
			delete(told, a)
		}
		for _, a := range slices.Sorted(maps.Keys(told)) {
			t.Errorf("the manual tells of %s in section %q, which there is not", a, title)
		}
	}
}

// What may be set of a reply is said, and nothing else is.
func TestManualSaysWhatMayBeSet(t *testing.T) {
	_, body, _ := strings.Cut(text(t, kitchen+"/README.md"), "\n### reply\n")
	body, _, _ = strings.Cut(body, "\n### ")
	said := map[string]bool{}
	for _, row := range tables(body) {
		said[spans(row[0])[0]] = row[2] != ""
	}
	for _, o := range value.Reference() {
		if o.Name != "reply" {
			continue
		}
		for _, a := range o.Attributes {
			if a.Name != "options" && said[a.Name] != a.Set {
				t.Errorf("the manual says that reply.%s may be set: %v, want %v", a.Name, said[a.Name], a.Set)
			}
		}
	}
}

// Every hook has a row.
func TestManualHasTheHooks(t *testing.T) {
	_, body, _ := strings.Cut(text(t, kitchen+"/README.md"), "\n## Hooks\n")
	body, _, _ = strings.Cut(body, "\n## ")
	var told []string
	for _, row := range tables(body) {
		told = append(told, spans(row[0])[0])
	}
	if !slices.Equal(told, hooks) {
		t.Errorf("the manual has the hooks %q, want %q", told, hooks)
	}
}

// Metrics and reasons that the manual tells of are there.
func TestManualHasTheMetrics(t *testing.T) {
	manual, is := text(t, kitchen+"/README.md"), existing(t)
	told := regexp.MustCompile(`rollcall_[a-z_]+|policy-[a-z]+|lookup-pending`).FindAllString(manual, -1)
	for _, name := range told {
		if !strings.Contains(is.sources, `"`+name+`"`) {
			t.Errorf("the manual tells of %s, which no source has", name)
		}
	}
	for _, reason := range engine.Reasons() {
		if strings.HasPrefix(string(reason), "policy-") && !slices.Contains(told, string(reason)) {
			t.Errorf("the manual does not tell of the reason %s", reason)
		}
	}
}

// Links lead somewhere, and every recipe has one.
func TestLinks(t *testing.T) {
	linked := map[string]bool{}
	for _, name := range []string{"README.md", "from-staticdhcpd.md"} {
		document := text(t, kitchen+"/"+name)
		for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(document, -1) {
			target := m[1]
			switch anchor, here := strings.CutPrefix(target, "#"); {
			case strings.Contains(target, "://"):
			case here:
				if !regexp.MustCompile(`(?mi)^#+ ` + strings.ReplaceAll(anchor, "-", " ") + `$`).MatchString(document) {
					t.Errorf("%s links to %s, which it has not", name, target)
				}
			default:
				linked[target] = true
				exists(t, kitchen+"/"+target)
			}
		}
	}
	for _, file := range recipes(t) {
		if !linked[file] {
			t.Errorf("the manual does not have %s", file)
		}
	}
}
