package web_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/frontend/assets/directory"
	"rollcall/frontend/assets/ledger"
	"rollcall/frontend/assets/lookup"
	"rollcall/frontend/assets/web"
	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

const patience = 20 * time.Second

// fixture is a server on loopback.
type fixture struct {
	t       testing.TB
	root    string
	addr    string
	fetches chan *leasedv1.Fetch
	// confirmed are the fetches that leased has taken note of; refuses is why it does not, nor answers.
	confirmed chan *leasedv1.Fetch
	refuses   error
	stop      context.CancelFunc
	ended     chan error
}

func start(t testing.TB, places int) *fixture {
	t.Helper()
	f := &fixture{t: t, root: t.TempDir(), fetches: make(chan *leasedv1.Fetch, 1024), confirmed: make(chan *leasedv1.Fetch, 64), ended: make(chan error, 1)}
	dir, err := directory.Open(f.root, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	l := lookup.New(lookup.Config{Machines: f})
	l.SetDirectory(dir)
	s := web.New(web.Config{Lookup: l, Ledger: ledger.New(places, f, nil)})
	tcp, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	f.addr = tcp.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	f.stop = cancel
	go func() { f.ended <- s.Serve(ctx, tcp) }()
	t.Cleanup(func() {
		cancel()
		if err := <-f.ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
		l.SetDirectory(nil)
	})
	return f
}

func (f *fixture) write(name string, content []byte) {
	f.t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(f.root, name)), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.root, name), content, 0o644); err != nil {
		f.t.Fatal(err)
	}
}

// do makes a request. The target goes out as it is: a client of the standard library would clean it.
func (f *fixture) do(method, target string, header ...string) (*http.Response, string) {
	f.t.Helper()
	conn, err := net.Dial("tcp4", f.addr)
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	lines := append([]string{method + " " + target + " HTTP/1.1", "Host: boot", "Connection: close"}, header...)
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		f.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		f.t.Fatalf("%s %s: %v", method, target, err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatalf("%s %s: %v", method, target, err)
	}
	return resp, string(body)
}

// Fetch, Confirm and Machine are what leased does.
func (f *fixture) Fetch(x *leasedv1.Fetch) { f.fetches <- x }

func (f *fixture) Confirm(ctx context.Context, x *leasedv1.Fetch) error {
	if f.refuses != nil {
		return f.refuses
	}
	f.confirmed <- x
	return nil
}

func (f *fixture) Machine(_ context.Context, req *leasedv1.MachineRequest, _ ...grpc.CallOption) (*leasedv1.MachineResponse, error) {
	if f.refuses != nil {
		return nil, f.refuses
	}
	return &leasedv1.MachineResponse{Hardware: "52:54:00:00:00:01", Address: req.GetAddress(), Script: "boot/{mac}.ipxe"}, nil
}

// fetched returns the next report.
func (f *fixture) fetched() *leasedv1.Fetch {
	f.t.Helper()
	select {
	case x := <-f.fetches:
		return x
	case <-time.After(patience):
		f.t.Fatal("no report")
		return nil
	}
}

func TestFiles(t *testing.T) {
	f := start(t, 8)
	for name, want := range map[string]string{
		"ipxe.efi": "application/efi", "BOOTX64.EFI": "application/efi", "disk.iso": "application/vnd.efi-iso",
		"disk.img": "application/vnd.efi-img", "boot.ipxe": "text/plain; charset=utf-8", "vmlinuz": "application/octet-stream",
		"initrd.gz": "application/octet-stream", "page.html": "application/octet-stream",
	} {
		content := "<html>" + name
		f.write("dir/"+name, []byte(content))
		for _, method := range []string{"GET", "HEAD"} {
			resp, body := f.do(method, "/dir/"+name, "User-Agent: UefiHttpBoot/1.0")
			if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != want || resp.ContentLength != int64(len(content)) ||
				resp.Header.Get("Last-Modified") == "" {
				t.Errorf("%s %s: %d with %v", method, name, resp.StatusCode, resp.Header)
			}
			result, octets := leasedv1.Fetch_RESULT_COMPLETE, len(content)
			if method == "HEAD" {
				content, result, octets = "", leasedv1.Fetch_RESULT_PROBE, 0
			}
			if body != content {
				t.Errorf("%s %s: %q", method, name, body)
			}
			x := f.fetched()
			if x.GetResult() != result || x.GetOctets() != uint64(octets) || x.GetPath() != "/dir/"+name || x.GetAddress() != "127.0.0.1" ||
				x.GetProtocol() != leasedv1.Fetch_PROTOCOL_HTTP || x.GetUserAgent() != "UefiHttpBoot/1.0" {
				t.Errorf("%s %s: report %v", method, name, x)
			}
		}
	}
}

func TestRanges(t *testing.T) {
	f := start(t, 8)
	f.write("file", []byte("0123456789"))
	for ranges, want := range map[string]struct {
		status int
		body   string
		result leasedv1.Fetch_Result
	}{
		"bytes=2-4": {206, "234", leasedv1.Fetch_RESULT_COMPLETE},
		"bytes=-3":  {206, "789", leasedv1.Fetch_RESULT_COMPLETE},
		"bytes=5-":  {206, "56789", leasedv1.Fetch_RESULT_COMPLETE},
		"bytes=20-": {416, "", leasedv1.Fetch_RESULT_REFUSED},
		"lines=1":   {416, "", leasedv1.Fetch_RESULT_REFUSED},
	} {
		resp, body := f.do("GET", "/file", "Range: "+ranges)
		if resp.StatusCode != want.status || want.body != "" && body != want.body || resp.ContentLength != int64(len(body)) {
			t.Errorf("%s: %d %q with %v", ranges, resp.StatusCode, body, resp.Header)
		}
		if x := f.fetched(); x.GetResult() != want.result || want.body != "" && x.GetOctets() != uint64(len(want.body)) {
			t.Errorf("%s: report %v", ranges, x)
		}
	}
	resp, body := f.do("GET", "/file", "Range: bytes=0-1,8-9")
	if resp.StatusCode != 206 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "multipart/byteranges") || resp.ContentLength != int64(len(body)) {
		t.Errorf("two ranges: %d %q with %v", resp.StatusCode, body, resp.Header)
	}
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_COMPLETE {
		t.Errorf("two ranges: report %v", x)
	}
	resp, _ = f.do("GET", "/file")
	f.fetched()
	if resp, _ := f.do("GET", "/file", "If-Modified-Since: "+resp.Header.Get("Last-Modified")); resp.StatusCode != 304 {
		t.Errorf("a file that was not changed: %d", resp.StatusCode)
	}
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_PROBE {
		t.Errorf("a file that was not changed: report %v", x)
	}
}

func TestRefused(t *testing.T) {
	f := start(t, 8)
	f.write("dir/file", nil)
	if err := os.Symlink("/etc/hostname", filepath.Join(f.root, "out")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		method, target string
		status         int
		result         leasedv1.Fetch_Result
	}{
		{"GET", "/nothing", 404, leasedv1.Fetch_RESULT_NOT_FOUND},
		{"HEAD", "/nothing", 404, leasedv1.Fetch_RESULT_NOT_FOUND},
		{"GET", "/", 404, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/dir", 404, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/dir/", 404, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/../etc/passwd", 403, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/%2e%2e/etc/passwd", 403, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/..%2f..%5cetc/passwd", 403, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", `/..\..\etc\passwd`, 403, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/out", 403, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/a%00b", 400, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/a%0ab", 400, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/" + strings.Repeat("x", 2000), 400, leasedv1.Fetch_RESULT_REFUSED},
		{"GET", "/dir/file?" + strings.Repeat("x", 3000), 400, leasedv1.Fetch_RESULT_REFUSED},
		{"PUT", "/dir/file", 405, leasedv1.Fetch_RESULT_REFUSED},
		{"POST", "/dir/file", 405, leasedv1.Fetch_RESULT_REFUSED},
		{"DELETE", "/dir/file", 405, leasedv1.Fetch_RESULT_REFUSED},
		{"PROPFIND", "/dir/", 405, leasedv1.Fetch_RESULT_REFUSED},
		{"OPTIONS", "*", 405, leasedv1.Fetch_RESULT_REFUSED},
	} {
		resp, body := f.do(tt.method, tt.target)
		if resp.StatusCode != tt.status || tt.method != "HEAD" && (body == "" || resp.ContentLength != int64(len(body))) {
			t.Errorf("%s %.30s: %d %q with %v; want %d", tt.method, tt.target, resp.StatusCode, body, resp.Header, tt.status)
		}
		if x := f.fetched(); x.GetResult() != tt.result || x.GetDetail() == "" || len(x.GetPath()) > 255 {
			t.Errorf("%s %.30s: report %v", tt.method, tt.target, x)
		}
	}
	resp, _ := f.do("GET", "/", "Large: "+strings.Repeat("x", 20_000))
	if resp.StatusCode != 431 {
		t.Errorf("a header of 20 kB: %d", resp.StatusCode)
	}
}

// A body is not read, and one that does not come holds nothing up.
func TestBodyThatDoesNotCome(t *testing.T) {
	f := start(t, 8)
	f.write("file", []byte("content"))
	if resp, body := f.do("GET", "/file", "Content-Length: 1000000"); resp.StatusCode != 200 || body != "content" || !resp.Close {
		t.Errorf("%d %q with %v", resp.StatusCode, body, resp.Header)
	}
}

func TestPlaces(t *testing.T) {
	f := start(t, 1)
	f.write("large", make([]byte, 64<<20)) // more than sockets take
	f.write("file", []byte("content"))
	first, err := net.Dial("tcp4", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(first, "GET /large HTTP/1.1\r\nHost: boot\r\n\r\n")
	in := bufio.NewReader(first)
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Fatalf("%q, %v", line, err)
	}
	resp, _ := f.do("GET", "/file")
	if after, err := strconv.Atoi(resp.Header.Get("Retry-After")); resp.StatusCode != 503 || err != nil || after < 1 {
		t.Errorf("the second of one place: %d with %v", resp.StatusCode, resp.Header)
	}
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_REFUSED || x.GetPath() != "/file" {
		t.Errorf("report %v", x)
	}
	first.Close()
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_ABORTED || x.GetOctets() == 0 || x.GetOctets() == 64<<20 {
		t.Errorf("report %v, want a transfer that was broken off", x)
	}
	if resp, body := f.do("GET", "/file"); resp.StatusCode != 200 || body != "content" {
		t.Errorf("the place was not given back: %d %q", resp.StatusCode, body)
	}
}

// Connections that ask for nothing take no place of a client that does, and nobody can have them all.
func TestIdleConnections(t *testing.T) {
	f := start(t, 4)
	f.write("file", []byte("content"))
	idle := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}, Timeout: patience}
	open := 0
	for range 200 {
		conn, err := idle.Dial("tcp4", f.addr)
		if err != nil {
			continue // closed as it was accepted
		}
		defer conn.Close()
		conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); os.IsTimeout(err) {
			open++
		}
	}
	if open == 0 || open >= 132 {
		t.Errorf("%d idle connections of one address are kept", open)
	}
	if resp, body := f.do("GET", "/file"); resp.StatusCode != 200 || body != "content" {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
}

// A hundred machines that boot at once.
func TestManyClients(t *testing.T) {
	f := start(t, 100)
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<15)
	f.write("initrd", want)
	var clients sync.WaitGroup
	for i := range 100 {
		clients.Go(func() {
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(i))}}
			c := http.Client{Transport: &http.Transport{DialContext: d.DialContext}, Timeout: patience}
			defer c.CloseIdleConnections()
			resp, err := c.Get("http://" + f.addr + "/initrd")
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if got, err := io.ReadAll(resp.Body); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d: %d octets, %v", resp.StatusCode, len(got), err)
			}
		})
	}
	clients.Wait()
	for range 100 {
		if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_COMPLETE {
			t.Errorf("report %v", x)
		}
	}
}

func TestLargeFile(t *testing.T) {
	f := start(t, 8)
	want := bytes.Repeat([]byte("0123456789abcde\n"), 1<<18) // 4 MiB and more than one piece
	want = append(want, "end"...)
	f.write("initrd", want)
	if resp, body := f.do("GET", "/initrd"); resp.ContentLength != int64(len(want)) || body != string(want) {
		t.Errorf("%d of %d octets with %v", len(body), len(want), resp.Header)
	}
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_COMPLETE || x.GetOctets() != uint64(len(want)) {
		t.Errorf("report %v", x)
	}
	if _, body := f.do("GET", "/initrd", "Range: bytes=1000000-3000000"); body != string(want[1_000_000:3_000_001]) {
		t.Errorf("a range of two pieces: %d octets", len(body))
	}
}

// Stopping gives transfers a moment and then closes them.
func TestStop(t *testing.T) {
	f := start(t, 8)
	f.write("large", make([]byte, 64<<20))
	conn, err := net.Dial("tcp4", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /large HTTP/1.1\r\nHost: boot\r\n\r\n")
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	f.stop()
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_ABORTED {
		t.Errorf("report %v", x)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

func BenchmarkInitrd(b *testing.B) {
	f := start(b, 8)
	const size = 100 << 20
	f.write("initrd", make([]byte, size))
	b.SetBytes(size)
	conn, err := net.Dial("tcp4", f.addr)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 1<<20)
	p := make([]byte, 1<<20)
	for b.Loop() {
		fmt.Fprintf(conn, "GET /initrd HTTP/1.1\r\nHost: boot\r\n\r\n")
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{resp.Body}, p); n != size || err != nil {
			b.Fatalf("%d octets, %v", n, err)
		}
		f.fetched()
	}
}

func TestScripts(t *testing.T) {
	f := start(t, 8)
	f.write("boot/host.ipxe.tmpl", []byte("#!ipxe\necho {{.MAC}} {{.Address}} {{.Server}} {{.HTTP}} {{.Done}}\n"))
	resp, body := f.do("GET", "/boot/host.ipxe")
	want := fmt.Sprintf("#!ipxe\necho 52:54:00:00:00:01 127.0.0.1 127.0.0.1 http://%[1]s http://%[1]s/rollcall/done\n", f.addr)
	if resp.StatusCode != 200 || body != want || resp.ContentLength != int64(len(want)) || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" ||
		resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %q with %v; want %q", resp.StatusCode, body, resp.Header, want)
	}
	if x := f.fetched(); x.GetPurpose() != leasedv1.Fetch_PURPOSE_SCRIPT || x.GetResult() != leasedv1.Fetch_RESULT_COMPLETE {
		t.Errorf("report %v", x)
	}
	if resp, body := f.do("GET", "/boot/autoexec.ipxe"); !strings.Contains(body, "\nchain --replace http://"+f.addr+"/boot/{mac}.ipxe ||\n") {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
	if resp, _ := f.do("GET", "/boot/host.ipxe.tmpl"); resp.StatusCode != 404 {
		t.Errorf("a template is sent as it is: %d", resp.StatusCode)
	}
}

// A machine that says that it is done is answered when leased has taken note.
func TestDone(t *testing.T) {
	f := start(t, 8)
	for _, method := range []string{"GET", "POST"} {
		resp, body := f.do(method, "/rollcall/done?mac=52-54-00-00-00-09", "Content-Length: 0")
		if resp.StatusCode != 200 || !strings.HasPrefix(body, "#!ipxe\n") || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d %q with %v", method, resp.StatusCode, body, resp.Header)
		}
		select {
		case x := <-f.confirmed:
			if x.GetPurpose() != leasedv1.Fetch_PURPOSE_DONE || x.GetResult() != leasedv1.Fetch_RESULT_COMPLETE || x.GetAddress() != "127.0.0.1" ||
				x.GetHardware() != "52:54:00:00:00:09" {
				t.Errorf("%s: leased heard %v", method, x)
			}
		default:
			t.Errorf("%s: leased heard nothing before the machine", method)
		}
	}
	if resp, _ := f.do("HEAD", "/rollcall/done"); resp.StatusCode != 200 {
		t.Errorf("HEAD: %d", resp.StatusCode)
	} else if x := <-f.confirmed; x.GetResult() != leasedv1.Fetch_RESULT_PROBE {
		t.Errorf("HEAD: leased heard %v", x)
	}
	if resp, _ := f.do("PUT", "/rollcall/done"); resp.StatusCode != 405 {
		t.Errorf("PUT: %d", resp.StatusCode)
	}
	if len(f.confirmed) > 0 {
		t.Errorf("leased heard %v", <-f.confirmed)
	}
	f.fetched() // of the PUT

	f.refuses = errors.New("leased is away")
	resp, _ := f.do("GET", "/rollcall/done")
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("without leased: %d with %v", resp.StatusCode, resp.Header)
	}
	f.write("host.ipxe.tmpl", nil)
	if resp, _ := f.do("GET", "/host.ipxe"); resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a script without leased: %d with %v", resp.StatusCode, resp.Header)
	}
	if x := f.fetched(); x.GetPath() != "/host.ipxe" || x.GetResult() != leasedv1.Fetch_RESULT_REFUSED {
		t.Errorf("report %v", x) // and none of the done that was told to nobody
	}
}

// Who is told that a machine is done can rely on it.
func TestDoneOfNobody(t *testing.T) {
	f := start(t, 16)
	f.refuses = fault.New(fault.Invalid, "NO_MACHINE", "no machine is known at 127.0.0.1")
	if resp, body := f.do("GET", "/rollcall/done"); resp.StatusCode != 403 || !strings.Contains(body, "no machine") {
		t.Errorf("%d: %s", resp.StatusCode, body)
	}
	if resp, _ := f.do("HEAD", "/rollcall/done"); resp.StatusCode != 403 {
		t.Errorf("HEAD: %d", resp.StatusCode)
	}
}
