package script

import (
	"errors"
	"strings"
	"text/template"
)

const (
	// MaxSource is the size of the largest template, in octets; Extension is what its name ends in.
	MaxSource = 256 << 10
	Extension = ".tmpl"
	// maxScript is the size of the largest script.
	maxScript = 1 << 20
)

var functions = template.FuncMap{
	"upper":   strings.ToUpper,
	"lower":   strings.ToLower,
	"replace": func(old, new, text string) string { return strings.ReplaceAll(text, old, new) },
	"default": func(value, text string) string {
		if text == "" {
			return value
		}
		return text
	},
}

// Render renders the template of that name for m. The error names the line.
func Render(name, source string, m *Machine) ([]byte, error) {
	t, err := template.New(name).Option("missingkey=error").Funcs(functions).Parse(source)
	if err != nil {
		return nil, err
	}
	var out bounded
	if err := t.Execute(&out, m); err != nil {
		return nil, err
	}
	return out.text, nil
}

// bounded keeps what is written to it, up to maxScript.
type bounded struct{ text []byte }

var errLong = errors.New("the script becomes longer than 1 MiB")

func (b *bounded) Write(p []byte) (int, error) {
	if len(b.text)+len(p) > maxScript {
		return 0, errLong
	}
	b.text = append(b.text, p...)
	return len(p), nil
}
