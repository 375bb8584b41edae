package cookbook_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/policy"
)

func load(t *testing.T, files ...string) error {
	t.Helper()
	settings := *configuration(t).Leased.Policy
	settings.Files, settings.FilePos = files, make([]config.Pos, len(files))
	_, err := policy.Load(policy.Config{Settings: &settings, Names: option.Standard()})
	return err
}

// The manual gives hooks the names and the parameters that they have.
func TestHooksAreCalledThat(t *testing.T) {
	dir := t.TempDir()
	for _, hook := range hooks {
		name, _, _ := strings.Cut(hook, "(")
		file := filepath.Join(dir, name+".star")
		for _, tt := range []struct {
			signature string
			refused   bool
		}{{hook, false}, {strings.Replace(hook, ")", ", more)", 1), true}} {
			if err := os.WriteFile(file, []byte("def "+tt.signature+":\n    return None\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := load(t, file); (err != nil) != tt.refused {
				t.Errorf("def %s: refused %v, want %v: %v", tt.signature, err != nil, tt.refused, err)
			}
		}
	}
}

// All policies can be in force together.
func TestRecipesLoad(t *testing.T) {
	var files []string
	for _, name := range recipes(t) {
		files = append(files, filepath.Join(kitchen, name))
	}
	if err := load(t, files...); err != nil {
		t.Error(err)
	}
}
