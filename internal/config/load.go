package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// maxFileSize bounds what Load and Parse look at: 64 MiB hold some 700,000 reservations.
const maxFileSize = 64 << 20

// Load reads and checks the file at path. The error is an *[Errors] when the content is at fault, and otherwise says why
// the file could not be read.
func Load(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open configuration: %w", err)
	}
	defer f.Close()
	// One byte more than allowed, so that Parse sees that it is too much.
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(path, data)
}

// Parse checks the content of a configuration file. The name is used in errors, and its directory is where relative file
// names start. The error is always an *[Errors].
func Parse(name string, data []byte) (*Config, error) {
	doc := &document{name: name, dir: filepath.Dir(name), data: data}
	root := doc.parse()
	var cfg *Config
	if len(doc.errors) == 0 {
		cfg = doc.read(root)
	}
	if len(doc.errors) > 0 {
		doc.errors = sortErrors(doc.errors)
		doc.fillSource()
		return nil, &Errors{List: doc.errors}
	}
	return cfg, nil
}

// Keys returns every key that may stand in a configuration file, sorted, as paths such as
// "leased.subnets[].pools[].range". The names of DHCP options below "options" are not among them: see package option.
func Keys() []string {
	doc := &document{keys: map[string]bool{}}
	doc.read(value{doc: doc})
	keys := make([]string, 0, len(doc.keys))
	for k := range doc.keys {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// read turns the tree into a Config, noting every mistake on the way. The Config is only good if there was none.
func (d *document) read(root value) *Config {
	cfg := &Config{Path: d.name}
	top := root.mapping()
	cfg.DataDir = top.get("data_dir").path("/var/lib/rollcall")
	// The others are held against leased.
	if v := top.get("leased"); v.present() {
		cfg.Leased = readLeased(v)
	}
	if v := top.get("frontend"); v.present() {
		cfg.Frontend = readFrontend(v, cfg.Leased)
	}
	if v := top.get("webhookd"); v.present() {
		cfg.Webhookd = readWebhookd(v, cfg.Leased)
	}
	cfg.Observe = readObserve(top.get("observe"))
	cfg.Log = readLog(top.get("log"))
	top.done()
	d.checkListeners()
	d.checkHTTP(cfg.Observe)
	return cfg
}
