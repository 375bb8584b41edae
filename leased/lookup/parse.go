package lookup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// parse reads an answer. An empty value of any kind, and no answer at all, is one that does not know the machine.
func parse(data []byte) result {
	if len(data) > maxAnswer {
		return result{outcome: outcomeMalformed, problem: fmt.Sprintf("the answer is larger than %d bytes", maxAnswer)}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return result{outcome: outcomeUnknown, problem: "an empty answer"}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // or serials and lease times would lose digits
	var v any
	if err := d.Decode(&v); err != nil {
		return result{outcome: outcomeMalformed, problem: "the answer is not JSON: " + clip(err.Error())}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return result{outcome: outcomeMalformed, problem: "there is more behind the JSON of the answer"}
	}
	if empty(v) {
		return result{outcome: outcomeUnknown, problem: "the answer was " + strings.TrimSpace(string(data[:min(len(data), 16)]))}
	}
	var parts []json.RawMessage
	list, isList := v.([]any)
	if !isList {
		list, parts = []any{v}, []json.RawMessage{data}
	} else if err := json.Unmarshal(data, &parts); err != nil {
		return result{outcome: outcomeMalformed, problem: "the answer is not JSON: " + clip(err.Error())}
	}
	r := result{outcome: outcomeKnown}
	for i, v := range list {
		fields, ok := v.(map[string]any)
		var raw bytes.Buffer
		switch {
		case !ok && isList:
			return result{outcome: outcomeMalformed, problem: "the answer is a list with " + kind(v) + " in it, not of objects"}
		case !ok:
			return result{outcome: outcomeMalformed, problem: "the answer is " + kind(v) + ", not an object"}
		case json.Compact(&raw, parts[i]) != nil:
			return result{outcome: outcomeMalformed, problem: "the answer is not JSON"}
		}
		r.objects = append(r.objects, object{fields, bytes.Clone(raw.Bytes())})
	}
	return r
}

// object is what is said of a machine.
type object struct {
	fields map[string]any
	raw    []byte // the same as JSON
}

// empty reports whether a value stands for nothing.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case json.Number:
		n, err := v.Float64()
		return err == nil && n == 0
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
