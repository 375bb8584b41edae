package conformance_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A case that another test proves must name a test that exists.
func TestElsewhere(t *testing.T) {
	groups, err := table()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, c := range g.Cases {
			if c.Test == "" {
				continue
			}
			dir, name, _ := strings.Cut(c.Test, " ")
			files, _ := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(dir), "*_test.go"))
			found := false
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				found = found || bytes.Contains(b, []byte("\nfunc "+name+"("))
			}
			if !found {
				t.Errorf("%s: there is no %s in %s", c.Name, name, dir)
			}
		}
	}
}
