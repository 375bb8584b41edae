package cookbook_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/internal/config"
	"rollcall/leased/policy/policytest"
)

// recipes are the names of the policies in the cookbook.
func recipes(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob(kitchen + "/*.star")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d policies are in the cookbook; %v", len(files), err)
	}
	for _, f := range files {
		names = append(names, filepath.Base(f))
	}
	return names
}

// Every policy passes its tests, of which it has some.
func TestRecipes(t *testing.T) {
	set := configuration(t).Leased.Policy
	for _, name := range recipes(t) {
		t.Run(name, func(t *testing.T) {
			file, err := policytest.Run(policytest.Config{Seed: set.Seed, Steps: uint64(set.Steps)}, filepath.Join(kitchen, name))
			if err != nil {
				t.Fatal(err)
			}
			if len(file.Tests) < 2 {
				t.Errorf("%d tests; want one of what it does, and one of what it does not do", len(file.Tests))
			}
			for _, test := range file.Tests {
				if test.Failure != nil {
					t.Errorf("%s: %v\n%s", test.Name, test.Failure, test.Failure.Backtrace)
				}
			}
		})
	}
}

// Every policy says at its top what it is for, and what staticDHCPd had in its place.
func TestRecipesExplainThemselves(t *testing.T) {
	for _, name := range recipes(t) {
		top, _, _ := strings.Cut(text(t, filepath.Join(kitchen, name)), "\n\n")
		for line := range strings.Lines(top) {
			if !strings.HasPrefix(line, "#") {
				t.Errorf("%s begins with %q, want a comment", name, line)
			}
		}
		if !strings.Contains(top, "In staticDHCPd") {
			t.Errorf("%s does not say what staticDHCPd had in its place", name)
		}
	}
}

// The configuration of the cookbook names every policy; before real clients, each is tried with it.
func TestConfigurationNamesTheRecipes(t *testing.T) {
	configuration(t)
	shipped := text(t, kitchen+"/policy.yaml")
	for _, name := range recipes(t) {
		if !strings.Contains(shipped, name) {
			t.Errorf("policy.yaml does not name %s", name)
		}
	}
}

func configuration(t *testing.T) *config.Config {
	t.Helper()
	cfg, err := config.Load(kitchen + "/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func exists(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
