package script

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
)

const (
	// maxValue is the longest text that a function takes or makes, in octets, and maxVerbs how often printf may say one of them.
	maxValue = 64 << 10
	maxVerbs = 64
)

var errValue = errors.New("a text of more than 64 KiB")

// functions are those of templates. They replace what text/template has that makes text out of text: in a loop it would soon be all of
// the memory.
var functions = template.FuncMap{
	"upper": bound(strings.ToUpper),
	"lower": bound(strings.ToLower),
	"replace": func(old, new, text string) (string, error) {
		if len(text)+strings.Count(text, old)*(len(new)-len(old)) > maxValue {
			return "", errValue
		}
		return strings.ReplaceAll(text, old, new), nil
	},
	"default": func(value, text string) string {
		if text == "" {
			return value
		}
		return text
	},
	"print":    all(fmt.Sprint),
	"println":  all(fmt.Sprintln),
	"html":     all(template.HTMLEscaper),
	"js":       all(template.JSEscaper),
	"urlquery": all(template.URLQueryEscaper),
	"printf": func(format string, values ...any) (string, error) {
		if strings.Count(format, "%") > maxVerbs {
			return "", fmt.Errorf("a format with more than %d verbs", maxVerbs)
		}
		return all(func(values ...any) string { return fmt.Sprintf(format, values...) })(values...)
	},
}

// bound returns f for texts that are not too long.
func bound(f func(string) string) func(string) (string, error) {
	return func(text string) (string, error) {
		if len(text) > maxValue {
			return "", errValue
		}
		return fit(f(text))
	}
}

// all returns f for values that are not too long together.
func all(f func(...any) string) func(...any) (string, error) {
	return func(values ...any) (string, error) {
		n := 0
		for _, v := range values {
			if text, ok := v.(string); ok {
				n += len(text)
			}
		}
		if n > maxValue {
			return "", errValue
		}
		return fit(f(values...))
	}
}

func fit(text string) (string, error) {
	if len(text) > maxValue {
		return "", errValue
	}
	return text, nil
}
