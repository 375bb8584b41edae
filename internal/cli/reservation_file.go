package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"rollcall/internal/config"
	leasedv1 "rollcall/proto/leased/v1"
)

// entry is a reservation of a file to import.
type entry struct {
	// line is where it stands.
	line     int
	id       config.Identifier
	subnet   string
	address  string // "" for one of a pool
	hostname string
	// details has what only some reservations have, and nothing else; nil for none.
	details *leasedv1.Reservation
}

// roll is what a file to import has.
type roll struct {
	entries []entry
	// keys are those that are there: the columns, or all that any of the mappings has. What they do not speak of stays as it is.
	keys map[string]bool
}

// fileFault is something wrong with a line of a file.
type fileFault struct {
	line int
	text string
}

// entryKeys are the columns of a file: the kinds of identifiers, of which each line has one, and these.
var entryKeys = []string{"mac", "client_id", "duid", "circuit_id", "remote_id", "subnet", "address", "hostname", "netboot",
	"options", "boot", "classes", "extra"}

// newEntry makes an entry of the texts of a line and its details, by their keys.
func newEntry(line int, texts map[string]string, details map[string]*yaml.Node) (entry, []fileFault) {
	e := entry{line: line, subnet: texts["subnet"], hostname: texts["hostname"]}
	var faults []fileFault
	fault := func(f string, args ...any) { faults = append(faults, fileFault{line, fmt.Sprintf(f, args...)}) }
	given := 0
	for _, kind := range identifierKinds {
		text := texts[string(kind)]
		if text == "" {
			continue
		}
		given++
		id, err := parseIdentifier(kind, text)
		if err != nil {
			fault("%v", err)
			continue
		}
		e.id = id
	}
	switch {
	case given == 0:
		fault("it does not say for which machine it is: give mac, client_id, duid, circuit_id or remote_id")
	case given > 1:
		fault("it names the machine %d times: give one of mac, client_id, duid, circuit_id and remote_id", given)
	}
	if e.subnet == "" {
		fault("it does not say the subnet")
	}
	if text := texts["address"]; text != "" {
		a, err := netip.ParseAddr(text)
		if err != nil || !a.Is4() {
			fault("address %q is no IPv4 address; write it as 10.20.0.57", text)
		}
		e.address = a.String()
	}
	if netboot, err := readNetboot(texts["netboot"]); err != nil {
		fault("%v", err)
	} else if netboot != "" {
		e.details = &leasedv1.Reservation{Netboot: netboot}
	}
	for _, key := range detailKeys {
		if details[key] == nil {
			continue
		}
		if e.details == nil {
			e.details = &leasedv1.Reservation{}
		}
		if err := readDetail(e.details, key, details[key]); err != nil {
			fault("%v", err)
		}
	}
	return e, faults
}

// readCSV reads entries below a header that names their columns. Empty lines and those that begin with # are skipped.
func readCSV(data []byte) (roll, []fileFault) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))) // spreadsheets write a byte order mark
	r.Comment = '#'
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		if err == io.EOF {
			return roll{}, []fileFault{{1, "the file is empty; its first line names the columns, such as mac,subnet,address,hostname"}}
		}
		return roll{}, []fileFault{csvFault(err)}
	}
	for i, key := range head {
		key = strings.ToLower(strings.TrimSpace(key))
		line, _ := r.FieldPos(i)
		if !slices.Contains(entryKeys, key) {
			return roll{}, []fileFault{{line, fmt.Sprintf("unknown column %q; the columns are %s", head[i], strings.Join(entryKeys, ", "))}}
		}
		if slices.Contains(head[:i], key) {
			return roll{}, []fileFault{{line, fmt.Sprintf("column %q is there twice", key)}}
		}
		head[i] = key
	}
	file := roll{keys: keySet(head)}
	var faults []fileFault
	for {
		record, err := r.Read()
		if err == io.EOF {
			return file, faults
		}
		if err != nil {
			faults = append(faults, csvFault(err))
			if !errors.Is(err, csv.ErrFieldCount) {
				return roll{}, faults // after a broken quote there is no telling where lines begin
			}
			continue
		}
		texts := make(map[string]string, len(head))
		for i, key := range head {
			texts[key] = strings.TrimSpace(record[i])
		}
		line, _ := r.FieldPos(0)
		details, bad := cellDetails(line, texts)
		e, more := newEntry(line, texts, details)
		if bad = append(bad, more...); len(bad) == 0 {
			file.entries = append(file.entries, e)
		}
		faults = append(faults, bad...)
	}
}

func keySet(keys []string) map[string]bool {
	set := make(map[string]bool)
	for _, key := range keys {
		set[key] = true
	}
	return set
}

// cellDetails reads the cells that hold mappings and lists: JSON as export writes it, or YAML such as {routers: 10.20.3.1}.
func cellDetails(line int, texts map[string]string) (map[string]*yaml.Node, []fileFault) {
	var details map[string]*yaml.Node
	var faults []fileFault
	for _, key := range detailKeys {
		if texts[key] == "" {
			continue
		}
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(texts[key]), &doc); err != nil {
			faults = append(faults, fileFault{line, fmt.Sprintf("%s: %v", key, err)})
			continue
		}
		if len(doc.Content) == 0 {
			continue
		}
		if details == nil {
			details = make(map[string]*yaml.Node)
		}
		details[key] = doc.Content[0]
	}
	return details, faults
}

func csvFault(err error) fileFault {
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		return fileFault{p.Line, p.Err.Error()}
	}
	return fileFault{1, err.Error()}
}

// readYAML reads a list of mappings; JSON is YAML as far as this goes.
func readYAML(data []byte) (roll, []fileFault) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return roll{}, []fileFault{{1, err.Error()}}
	}
	if len(doc.Content) == 0 {
		return roll{}, nil
	}
	list := doc.Content[0]
	if list.Kind != yaml.SequenceNode {
		return roll{}, []fileFault{{list.Line, "this is no list of reservations; write - {mac: ..., subnet: ..., address: ...}"}}
	}
	file := roll{keys: make(map[string]bool)}
	var faults []fileFault
	for _, node := range list.Content {
		if node.Kind != yaml.MappingNode {
			faults = append(faults, fileFault{node.Line, "this is no reservation; write {mac: ..., subnet: ..., address: ...}"})
			continue
		}
		texts, details := make(map[string]string), make(map[string]*yaml.Node)
		good := true
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			_, twice := texts[key.Value]
			var text string
			file.keys[key.Value] = true
			switch {
			case !slices.Contains(entryKeys, key.Value):
				text = fmt.Sprintf("unknown key %q; the keys are %s", key.Value, strings.Join(entryKeys, ", "))
			case twice:
				text = fmt.Sprintf("%s is there twice", key.Value)
			case slices.Contains(detailKeys, key.Value):
				texts[key.Value], details[key.Value] = "", value
				continue
			case value.Kind != yaml.ScalarNode:
				text = fmt.Sprintf("%s is no text", key.Value)
			case value.Tag == "!!null":
				continue
			default:
				texts[key.Value] = value.Value
				continue
			}
			faults, good = append(faults, fileFault{key.Line, text}), false
		}
		if !good {
			continue
		}
		e, bad := newEntry(node.Line, texts, details)
		if faults = append(faults, bad...); len(bad) == 0 {
			file.entries = append(file.entries, e)
		}
	}
	return file, faults
}
