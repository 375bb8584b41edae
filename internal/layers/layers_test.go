package layers_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath, Dir string
	GoFiles         []string
	Deps, Imports   []string
}

// list returns the packages of the project, without their tests.
func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Deps,Imports", "rollcall/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read what go list says: %v", err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list names %d packages; the rules would hold for nothing", len(all))
	}
	return all
}

func under(path string, roots ...string) bool {
	return slices.ContainsFunc(roots, func(root string) bool { return path == root || strings.HasPrefix(path, root+"/") })
}

// The services meet in proto and nowhere else.
func TestServicesDoNotImportEachOther(t *testing.T) {
	services := []string{"rollcall/frontend", "rollcall/leased", "rollcall/webhookd"}
	for _, p := range list(t) {
		for _, s := range services {
			if !under(p.ImportPath, s) {
				continue
			}
			for _, dep := range p.Deps {
				for _, other := range services {
					if other != s && under(dep, other) {
						t.Errorf("%s depends on %s: services meet in proto only", p.ImportPath, dep)
					}
				}
			}
		}
	}
}

// What decides and what encodes is pure: no network, no disk, no logger, and no gRPC.
func TestPurePackages(t *testing.T) {
	impure := []string{"net", "os", "log/slog", "google.golang.org/grpc", "go.etcd.io/bbolt", "golang.org/x/sys/unix"}
	for _, p := range list(t) {
		if !under(p.ImportPath, "rollcall/leased/engine", "rollcall/frontend/packet") {
			continue
		}
		// Even a standard package that only formats text depends on os; what the package itself reaches for is what counts.
		for _, dep := range p.Imports {
			if slices.Contains(impure, dep) {
				t.Errorf("%s imports %s", p.ImportPath, dep)
			}
		}
		for _, dep := range p.Deps {
			if under(dep, "google.golang.org/grpc", "go.etcd.io/bbolt", "log/slog", "golang.org/x/sys/unix") {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
		for _, file := range p.GoFiles {
			code, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatalf("read %s: %v", file, err)
			}
			if strings.Contains(string(code), "time.Now(") {
				t.Errorf("%s/%s reads the clock: the time is an argument there", p.ImportPath, file)
			}
		}
	}
}

// Some dependencies have one home, so that they can be exchanged.
func TestHomesOfDependencies(t *testing.T) {
	homes := map[string][]string{
		"go.etcd.io/bbolt": {"rollcall/leased/store", "rollcall/webhookd/queue", "rollcall/internal/boltfile"},
		"github.com/insomniacslk/dhcp": {"rollcall/frontend/packet", "rollcall/internal/option", "rollcall/internal/dhcptest",
			"rollcall/internal/lab"},
		"github.com/gopacket/gopacket": {"rollcall/internal/capture"},
		"github.com/mdlayher/arp":      {"rollcall/leased/probe"},
		"github.com/mdlayher/packet":   {"rollcall/frontend/link", "rollcall/leased/probe"},
		"github.com/pin/tftp/v3":       {"rollcall/frontend/assets/tftp"},
		"github.com/spf13/cobra":       {"rollcall/internal/cli", "rollcall/internal/lab"},
		"go.starlark.net":              {"rollcall/leased/policy"},
		"go.yaml.in/yaml/v4":           {"rollcall/internal/config", "rollcall/internal/cli"},
	}
	for _, p := range list(t) {
		for _, dep := range p.Imports {
			for module, allowed := range homes {
				if under(dep, module) && !under(p.ImportPath, allowed...) {
					t.Errorf("%s imports %s, whose place is %s", p.ImportPath, dep, strings.Join(allowed, ", "))
				}
			}
		}
	}
}

// What runs the operator's scripts knows nothing of what they are about.
func TestSandboxKnowsNoDHCP(t *testing.T) {
	for _, p := range list(t) {
		if p.ImportPath != "rollcall/leased/policy/sandbox" {
			continue
		}
		for _, dep := range p.Deps {
			if under(dep, "rollcall") && dep != "rollcall/internal/caret" && dep != "rollcall/internal/spelling" {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
	}
}

// What measures the product is not in it.
func TestProductHasNoBenchmark(t *testing.T) {
	for _, p := range list(t) {
		for _, dep := range p.Deps {
			if under(dep, "rollcall/internal/bench") && !under(p.ImportPath, "rollcall/internal/bench") {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
	}
}

// The verbs reach the services through gRPC like any client: only what starts them knows them.
func TestInternalKnowsNoService(t *testing.T) {
	for _, p := range list(t) {
		// The benchmark is no part of the product; it fills databases before it starts what it measures.
		if !under(p.ImportPath, "rollcall/internal") || under(p.ImportPath, "rollcall/internal/cli", "rollcall/internal/bench") {
			continue
		}
		for _, dep := range p.Deps {
			if under(dep, "rollcall/frontend", "rollcall/leased", "rollcall/webhookd") && !under(p.ImportPath, "rollcall/internal/dhcptest") {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
	}
}
