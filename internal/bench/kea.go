package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

//go:embed files/kea.json
var keaFile string

// keaArgs writes Kea's configuration into dir and returns the command that serves
// it. Leases are kept in a file that is written but never synced, as is Kea's way.
func keaArgs(dir string, set setup) ([]string, error) {
	file := filepath.Join(dir, "kea.json")
	if err := render(file, keaFile, dir, set); err != nil {
		return nil, err
	}
	return []string{"env", "KEA_PIDFILE_DIR=" + dir, "KEA_LOCKFILE_DIR=" + dir, "kea-dhcp4", "-c", file}, nil
}

// render writes a configuration file.
func render(file, text, dir string, set setup) error {
	t, err := template.New(filepath.Base(file)).Parse(text)
	if err != nil {
		return fmt.Errorf("parse the template of %s: %w", file, err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, struct {
		setup
		Dir string
	}{set, dir}); err != nil {
		return fmt.Errorf("fill in %s: %w", file, err)
	}
	return os.WriteFile(file, b.Bytes(), 0o600)
}
