package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/internal/cli"
)

// network is a configuration of all services in a directory. The interface does not exist, which a frontend waits for.
const network = `data_dir: %[1]s/data
frontend:
  links: [{interface: clitest0}]
  leased: unix://%[1]s/leased.sock
  listen: [unix://%[1]s/frontend.sock]
leased:
  listen: [unix://%[1]s/leased.sock]
  subnets:
    - name: lobby
      prefix: 10.99.0.0/24
      lease: {time: 2m}
      pools: [{range: 10.99.0.50-10.99.0.250}]
webhookd:
  leased: unix://%[1]s/leased.sock
  listen: [unix://%[1]s/webhookd.sock]
  endpoints: []
observe: {listen: ""}
`

// process is a run of a verb that serves.
type process struct {
	dir, config string
	cancel      context.CancelFunc
	done        chan int
	log         *lines
}

// start runs a serving verb until the test ends.
func start(t *testing.T, dir, verb string) *process {
	t.Helper()
	p := &process{dir: dir, config: filepath.Join(dir, "rollcall.yaml"), done: make(chan int, 1), log: new(lines)}
	p.serve(t, verb, fmt.Sprintf(network, dir))
	return p
}

// serve runs a serving verb with a configuration until the test ends.
func (p *process) serve(t *testing.T, verb, config string) {
	t.Helper()
	p.write(t, config)
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	go func() {
		p.done <- cli.Run(ctx, cli.Env{
			Args: []string{verb, "-c", p.config}, Stdin: strings.NewReader(""), Stdout: p.log, Stderr: p.log,
			Getenv: func(string) string { return "" }, Now: time.Now,
		})
	}()
	t.Cleanup(func() { p.stop(t) })
	p.until(t, verb)
}

// until waits for the process to answer calls.
func (p *process) until(t *testing.T, verb string) {
	t.Helper()
	service := verb
	if verb == "up" {
		service = "frontend" // the last one
	}
	limit := time.Now().Add(10 * time.Second)
	for time.Now().Before(limit) {
		if _, err := os.Stat(filepath.Join(p.dir, service+".sock")); err == nil {
			return
		}
		select {
		case status := <-p.done:
			p.done <- status
			t.Fatalf("rollcall %s ended with status %d:\n%s", verb, status, p.log.text.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
	t.Fatalf("rollcall %s does not listen:\n%s", verb, p.log.text.String())
}

// stop ends the process and demands that it ends well.
func (p *process) stop(t *testing.T) {
	t.Helper()
	p.cancel()
	select {
	case status := <-p.done:
		p.done <- status
		if status != 0 {
			t.Errorf("exit status %d, want 0:\n%s", status, p.log.text.String())
		}
	case <-time.After(5 * time.Second):
		t.Errorf("did not end within five seconds")
	}
}

func (p *process) write(t *testing.T, config string) {
	t.Helper()
	if err := os.WriteFile(p.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
}

// verb runs another verb against the process.
func (p *process) verb(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = cli.Run(t.Context(), cli.Env{
		Args: append(args, "-c", p.config), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Getenv: func(string) string { return "" }, Now: func() time.Time { return noon },
	})
	return status, out.String(), errs.String()
}

// poolOf returns what the process says its pool is.
func (p *process) poolOf(t *testing.T) string {
	t.Helper()
	status, out, errs := p.verb(t, "pool", "list", "-o", "csv")
	if status != 0 {
		t.Fatalf("pool list: status %d: %s", status, errs)
	}
	return strings.Join(strings.SplitN(strings.Split(out, "\n")[1], ",", 4)[:3], " ")
}

// TestReload changes the configuration under all services in one process.
func TestReload(t *testing.T) {
	p := start(t, shortDir(t), "up")
	good := fmt.Sprintf(network, p.dir)
	for name, text := range map[string]string{"good.star": "def event(e):\n    pass\n", "bad.star": "def event(e):\n    return nil\n"} {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := p.poolOf(t); got != "lobby 10.99.0.50 10.99.0.250" {
		t.Fatalf("pool before any reload: %s", got)
	}
	for _, tt := range []struct {
		name     string
		old, new string // replaced in the good configuration
		status   int
		pool     string
		says     string
	}{
		{"a larger pool", "10.99.0.250", "10.99.0.251", 0, "10.99.0.251", "leased, webhookd, frontend: took "},
		{"a policy", "  subnets:", "  policy: {files: [good.star]}\n  subnets:", 0, "10.99.0.250", "took "},
		{"a faulty policy", "  subnets:", "  policy: {files: [bad.star]}\n  subnets:", 2, "10.99.0.250", "bad.star:2:12: "},
		{"a faulty file", "range:", "rnage:", 2, "10.99.0.250", "unknown key"},
		{"another listener", "webhookd.sock]", "other.sock]", 1, "", "webhookd.listen changed"},
		{"another database", "/data\n", "/elsewhere\n", 1, "", "NEEDS_RESTART"},
		{"other metrics", `listen: ""`, "listen: 127.0.0.1:1", 1, "", "observe changed"},
		{"a missing secret", "endpoints: []", `endpoints: [{name: desk, url: "http://127.0.0.1/", secret_file: none}]`, 2, "", "endpoint desk"},
		{"a smaller pool", "10.99.0.250", "10.99.0.99", 0, "10.99.0.99", "took "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.write(t, strings.ReplaceAll(good, tt.old, tt.new))
			status, out, errs := p.verb(t, "reload")
			if status != tt.status || !strings.Contains(out+errs, tt.says) {
				t.Errorf("reload: status %d, want %d; want %q in\n%s%s", status, tt.status, tt.says, out, errs)
			}
			p.write(t, good)
			if got := p.poolOf(t); !strings.HasSuffix(got, tt.pool) {
				t.Errorf("pool is %s, want it to end at %s", got, tt.pool)
			}
		})
	}
}

// TestReloadOfRelativeNames reloads what has not changed, where the configuration is named as it is called in its directory.
func TestReloadOfRelativeNames(t *testing.T) {
	p := &process{dir: shortDir(t), config: "rollcall.yaml", done: make(chan int, 1), log: new(lines)}
	t.Chdir(p.dir)
	p.serve(t, "up", strings.Replace(fmt.Sprintf(network, p.dir), p.dir+"/data", "data", 1))
	if status, out, errs := p.verb(t, "reload"); status != 0 {
		t.Errorf("reload: status %d\n%s%s", status, out, errs)
	}
}

// TestApart runs each service in a process of its own: calls reach the right one, and each takes its own section.
func TestApart(t *testing.T) {
	dir := shortDir(t)
	p := start(t, dir, "leased")
	start(t, dir, "webhookd")
	start(t, dir, "frontend")
	status, out, errs := p.verb(t, "reload")
	want := fmt.Sprintf("leased: took %[1]s\nwebhookd: took %[1]s\nfrontend: took %[1]s\n", p.config)
	if status != 0 || out != want {
		t.Errorf("reload: status %d, got\n%s%swant\n%s", status, out, errs, want)
	}
	if status, _, errs := p.verb(t, "delivery", "list"); status != 0 {
		t.Errorf("delivery list: status %d: %s", status, errs)
	}
	status, out, errs = p.verb(t, "reservation", "add", "--mac", "52:54:00:12:34:56", "--subnet", "lobby", "--address", "10.99.0.7")
	if status != 0 || out != "added reservation 1: 52:54:00:12:34:56 to 10.99.0.7 in subnet lobby\n" {
		t.Errorf("reservation add: status %d: %s%s", status, out, errs)
	}
}

// TestMissingSection asks for a service that the configuration does not have.
func TestMissingSection(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rollcall.yaml")
	if err := os.WriteFile(file, []byte("leased: {subnets: [{name: hall, prefix: 10.20.0.0/22}]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, errs := run(t, "up", "-c", file)
	if want := "rollcall.yaml has no section webhookd; add webhookd: {}"; status != 2 || !strings.Contains(errs, want) {
		t.Errorf("status %d, want 2; want %q in %q", status, want, errs)
	}
}
