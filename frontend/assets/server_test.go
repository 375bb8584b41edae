package assets_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pin/tftp/v3"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"rollcall/frontend/assets"
	leasedv1 "rollcall/proto/leased/v1"
)

const patience = 20 * time.Second

// nobody is a leased that knows no machine and takes note of everything.
type nobody struct{}

func (nobody) Machine(_ context.Context, req *leasedv1.MachineRequest, _ ...grpc.CallOption) (*leasedv1.MachineResponse, error) {
	return &leasedv1.MachineResponse{Address: req.GetAddress()}, nil
}
func (nobody) Fetch(*leasedv1.Fetch)                          {}
func (nobody) Confirm(context.Context, *leasedv1.Fetch) error { return nil }

// free returns an address of loopback whose port nobody has.
func free(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		at := l.Addr().String()
		l.Close()
		if u, err := net.ListenPacket("udp4", at); err == nil {
			u.Close()
			return at
		}
	}
	t.Fatal("no free port")
	return ""
}

func run(t *testing.T, cfg assets.Config) *assets.Server {
	t.Helper()
	cfg.Machines, cfg.Report, cfg.Registry = nobody{}, nobody{}, prometheus.NewRegistry()
	s := assets.New(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return s
}

// await waits until exactly the checks of want fail, each with a part of what it says.
func await(t *testing.T, s *assets.Server, want map[string]string) {
	t.Helper()
	var failing map[string]error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		failing = map[string]error{}
		good := true
		for name, check := range s.Checks() {
			if err := check(); err != nil {
				failing[name] = err
				part, expected := want[name]
				good = good && expected && strings.Contains(err.Error(), part)
			}
		}
		if good && len(failing) == len(want) {
			return
		}
	}
	t.Fatalf("failing checks %v, want %v", failing, want)
}

func byHTTP(t *testing.T, at, name string) (int, string) {
	t.Helper()
	resp, err := http.Get("http://" + at + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func byTFTP(t *testing.T, at, name string) (string, error) {
	t.Helper()
	c, err := tftp.NewClient(at)
	if err != nil {
		t.Fatal(err)
	}
	from, err := c.Receive(name, "octet")
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	_, err = from.WriteTo(&b)
	return b.String(), err
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestServer(t *testing.T) {
	root, at := t.TempDir(), free(t)
	write(t, root, "file", "content")
	write(t, root, "large", strings.Repeat("x", 2000))
	set := assets.Settings{Root: root, MaxClients: 4, MaxSize: 1000}
	s := run(t, assets.Config{TFTP: []string{at}, HTTP: []string{at}, Settings: set})
	await(t, s, nil)
	if status, body := byHTTP(t, at, "file"); status != 200 || body != "content" {
		t.Errorf("HTTP: %d %q", status, body)
	}
	if got, err := byTFTP(t, at, "file"); got != "content" || err != nil {
		t.Errorf("TFTP: %q, %v", got, err)
	}
	if status, _ := byHTTP(t, at, "large"); status != 403 {
		t.Errorf("a file that is too large: %d", status)
	}

	// A directory that is not there leaves everything as it is; another one and other limits hold at once.
	if _, err := s.Prepare(assets.Settings{Root: root + "/nothing", MaxClients: 4, MaxSize: 1000}); err == nil ||
		!strings.Contains(err.Error(), "frontend.assets.root") || !strings.Contains(err.Error(), root+"/nothing") {
		t.Errorf("Prepare: %v, want an error that names key and directory", err)
	}
	if status, _ := byHTTP(t, at, "file"); status != 200 {
		t.Errorf("after a reload that failed: %d", status)
	}
	other := t.TempDir()
	write(t, other, "file", strings.Repeat("y", 2000))
	set.Root, set.MaxSize = other, 10_000
	apply, err := s.Prepare(set)
	if err != nil {
		t.Fatal(err)
	}
	apply()
	if status, body := byHTTP(t, at, "file"); status != 200 || len(body) != 2000 {
		t.Errorf("after a reload: %d, %d octets", status, len(body))
	}
	await(t, s, nil)
}

// What cannot be had is said, with what to do, and tried again.
func TestMissing(t *testing.T) {
	root, at := filepath.Join(t.TempDir(), "boot"), free(t)
	taken, err := net.Listen("tcp4", at)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	const elsewhere = "192.0.2.77:6969" // no interface has it (RFC 5737)
	s := run(t, assets.Config{TFTP: []string{at, elsewhere}, HTTP: []string{at}, Settings: assets.Settings{Root: root, MaxClients: 4, MaxSize: 1000}})
	await(t, s, map[string]string{
		"files":                "frontend.assets.root: there is no directory " + root + "; create it",
		"HTTP at " + at:        fmt.Sprintf("frontend.assets.http.listen %s: another program has the port", at),
		"TFTP at " + elsewhere: "no interface has the address 192.0.2.77 yet",
	})
	if _, err := byTFTP(t, at, "file"); err == nil {
		t.Error("there is a file without a directory")
	}
	// A reload of other things is none of its business.
	if apply, err := s.Prepare(assets.Settings{Root: root, MaxClients: 5, MaxSize: 1000}); err != nil {
		t.Errorf("Prepare: %v", err)
	} else {
		apply()
	}
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, root, "file", "content")
	taken.Close()
	await(t, s, map[string]string{"TFTP at " + elsewhere: "192.0.2.77"})
	if status, body := byHTTP(t, at, "file"); status != 200 || body != "content" {
		t.Errorf("HTTP: %d %q", status, body)
	}
}

// A directory that another one is put in place of, by a link that is turned or by renaming, is found without a reload.
func TestReplaced(t *testing.T) {
	top, at := t.TempDir(), free(t)
	root := filepath.Join(top, "boot")
	for _, release := range []string{"1", "2"} {
		if err := os.Mkdir(filepath.Join(top, release), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(top, release), "file", release)
	}
	turn := func(release string) {
		t.Helper()
		if err := os.Symlink(release, root+".new"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(root+".new", root); err != nil {
			t.Fatal(err)
		}
	}
	turn("1")
	s := run(t, assets.Config{HTTP: []string{at}, Settings: assets.Settings{Root: root, MaxClients: 4, MaxSize: 1000}})
	await(t, s, nil)
	if status, body := byHTTP(t, at, "file"); status != 200 || body != "1" {
		t.Fatalf("HTTP: %d %q", status, body)
	}
	if err := os.Remove(root); err != nil {
		t.Fatal(err)
	}
	await(t, s, map[string]string{"files": "frontend.assets.root: there is no directory " + root + "; create it"})
	turn("2")
	await(t, s, nil)
	if status, body := byHTTP(t, at, "file"); status != 200 || body != "2" {
		t.Errorf("another directory is in its place: %d %q", status, body)
	}
}
