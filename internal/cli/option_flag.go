package cli

import (
	"slices"
	"strings"

	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// optionFlag is one --option: NAME=VALUE, NAME:WORD=VALUE with one of sends, and NAME.KEY=VALUE for a mapping.
type optionFlag struct {
	name, value string
	keys        []string
	send        leasedv1.OptionValue_Send
}

func parseOptionFlag(text string) (optionFlag, error) {
	left, value, ok := strings.Cut(text, "=")
	if !ok {
		return optionFlag{}, usagef("--option %q: write NAME=VALUE, such as domain-name=lan.example.org", text)
	}
	left, word, sent := strings.Cut(left, ":")
	keys := strings.Split(left, ".")
	if slices.Contains(keys, "") {
		return optionFlag{}, usagef("--option %q: there is no name before the =", text)
	}
	f := optionFlag{name: keys[0], keys: keys[1:], value: value, send: sends.value(word)}
	if sent && f.send == leasedv1.OptionValue_SEND_UNSPECIFIED {
		return optionFlag{}, usagef("--option %q: it is sent always, requested or never, not %q", text, word)
	}
	return f, nil
}

// parseOptionFlags reads all of them. A name that comes again is another value of a list, or another line of a mapping.
func parseOptionFlags(texts []string) (map[string]*leasedv1.OptionValue, error) {
	m := make(map[string]*leasedv1.OptionValue)
	for _, text := range texts {
		f, err := parseOptionFlag(text)
		if err != nil {
			return nil, err
		}
		v := m[f.name]
		if v == nil {
			v = &leasedv1.OptionValue{}
			m[f.name] = v
		}
		if f.send != leasedv1.OptionValue_SEND_UNSPECIFIED {
			v.Send = f.send
		}
		if len(f.keys) == 0 {
			if f.value != "" {
				v.Values = append(v.Values, f.value)
			}
			continue
		}
		e := entryAt(&v.Entries, f.keys)
		e.Values = append(e.Values, f.value)
	}
	return m, nil
}

// entryAt returns the entry that the keys lead to, and makes those that are not there.
func entryAt(list *[]*leasedv1.OptionEntry, keys []string) *leasedv1.OptionEntry {
	i := slices.IndexFunc(*list, func(e *leasedv1.OptionEntry) bool { return e.GetKey() == keys[0] })
	if i < 0 {
		i = len(*list)
		*list = append(*list, &leasedv1.OptionEntry{Key: keys[0]})
	}
	e := (*list)[i]
	if len(keys) == 1 {
		return e
	}
	return entryAt(&e.Entries, keys[1:])
}

// sameOption reports whether two names are those of one option. The operator's own have one name.
func sameOption(a, b string) bool {
	x, ok := option.ByName(a)
	y, too := option.ByName(b)
	return a == b || ok && too && x.Code == y.Code
}
