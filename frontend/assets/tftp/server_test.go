package tftp_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	client "github.com/pin/tftp/v3"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"google.golang.org/grpc"

	"rollcall/frontend/assets/directory"
	"rollcall/frontend/assets/ledger"
	"rollcall/frontend/assets/lookup"
	"rollcall/frontend/assets/tftp"
	leasedv1 "rollcall/proto/leased/v1"
)

const patience = 20 * time.Second

// fixture is a server on loopback.
type fixture struct {
	t       testing.TB
	root    string
	addr    *net.UDPAddr
	fetches chan *leasedv1.Fetch
	reg     *prometheus.Registry
	ended   chan error
	stop    context.CancelFunc
}

func start(t testing.TB, places int, listen string) *fixture {
	t.Helper()
	f := &fixture{t: t, root: t.TempDir(), fetches: make(chan *leasedv1.Fetch, 64), reg: prometheus.NewRegistry(), ended: make(chan error, 1)}
	dir, err := directory.Open(f.root, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	l := lookup.New(lookup.Config{Machines: f})
	l.SetDirectory(dir)
	s := tftp.New(tftp.Config{
		Lookup: l, HTTPPort: 8080, Ledger: ledger.New(places, f, f.reg), Registry: f.reg,
	})
	conn, err := tftp.Listen(t.Context(), "udp4", listen)
	if err != nil {
		t.Fatal(err)
	}
	f.addr = conn.LocalAddr().(*net.UDPAddr)
	ctx, cancel := context.WithCancel(t.Context())
	f.stop = cancel
	go func() { f.ended <- s.Serve(ctx, conn) }()
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

// get fetches a file as a client with that block size does; 0 for one that knows no options.
func (f *fixture) get(name string, blksize int) (content []byte, tsize int64, err error) {
	f.t.Helper()
	c, err := client.NewClient(f.addr.String())
	if err != nil {
		f.t.Fatal(err)
	}
	c.SetTimeout(patience)
	if blksize > 0 {
		c.SetBlockSize(blksize)
		c.RequestTSize(true)
	}
	from, err := c.Receive(name, "octet")
	if err != nil {
		return nil, 0, err
	}
	if in, ok := from.(client.IncomingTransfer); ok {
		tsize, _ = in.Size()
	}
	var b bytes.Buffer
	_, err = from.WriteTo(&b)
	return b.Bytes(), tsize, err
}

// Fetch, Confirm and Machine are what leased does.
func (f *fixture) Fetch(x *leasedv1.Fetch) { f.fetches <- x }

func (f *fixture) Confirm(context.Context, *leasedv1.Fetch) error {
	panic("nothing is confirmed by TFTP")
}

func (f *fixture) Machine(_ context.Context, req *leasedv1.MachineRequest, _ ...grpc.CallOption) (*leasedv1.MachineResponse, error) {
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

func pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i * 7 >> 3)
	}
	return p
}

func TestFiles(t *testing.T) {
	f := start(t, 8, "127.0.0.1:0")
	for _, size := range []int{0, 1, 511, 512, 513, 1467, 1468, 1469, 2936, 100_000} {
		want := pattern(size)
		f.write("boot/file", want)
		for _, blksize := range []int{0, 512, 1432, 1468, 8192} {
			got, tsize, err := f.get("/boot/file", blksize)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d octets in blocks of %d: %d octets, %v", size, blksize, len(got), err)
			}
			if blksize > 0 && tsize != int64(size) {
				t.Errorf("%d octets in blocks of %d: tsize %d", size, blksize, tsize)
			}
			x := f.fetched()
			if x.GetResult() != leasedv1.Fetch_RESULT_COMPLETE || x.GetOctets() != uint64(size) || x.GetPath() != "/boot/file" ||
				x.GetAddress() != "127.0.0.1" || x.GetProtocol() != leasedv1.Fetch_PROTOCOL_TFTP || x.GetTime() == nil || x.GetDuration() == nil {
				t.Errorf("%d octets in blocks of %d: report %v", size, blksize, x)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	f := start(t, 8, "127.0.0.1:0")
	f.write("dir/file", nil)
	if err := os.Symlink("/etc/hostname", filepath.Join(f.root, "out")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]leasedv1.Fetch_Result{
		"nothing": leasedv1.Fetch_RESULT_NOT_FOUND, "dir": leasedv1.Fetch_RESULT_REFUSED, "../x": leasedv1.Fetch_RESULT_REFUSED,
		`..\..\etc\passwd`: leasedv1.Fetch_RESULT_REFUSED, "out": leasedv1.Fetch_RESULT_REFUSED, "": leasedv1.Fetch_RESULT_REFUSED,
		"a\nb": leasedv1.Fetch_RESULT_REFUSED,
	} {
		began := time.Now()
		_, _, err := f.get(name, 1468)
		if err == nil || !strings.Contains(err.Error(), "code: 1,") {
			t.Errorf("%q: %v, want error code 1", name, err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%q was refused after %v", name, took)
		}
		if x := f.fetched(); x.GetResult() != want || x.GetDetail() == "" {
			t.Errorf("%q: report %v, want %v", name, x, want)
		}
	}
}

func TestNothingIsWritten(t *testing.T) {
	f := start(t, 8, "127.0.0.1:0")
	c, err := client.NewClient(f.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	to, err := c.Send("new", "octet")
	if err == nil {
		_, err = to.ReadFrom(strings.NewReader("text"))
	}
	if err == nil {
		t.Error("a file could be written")
	}
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_REFUSED || x.GetPath() != "new" {
		t.Errorf("report %v", x)
	}
	if _, err := os.Stat(filepath.Join(f.root, "new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a new file: %v", err)
	}
}

// raw is a client of datagrams.
type raw struct {
	t    testing.TB
	conn *net.UDPConn
	peer *net.UDPAddr // where the last datagram came from
}

func dial(t testing.TB, from string) *raw {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(from)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &raw{t: t, conn: conn}
}

func (r *raw) send(to *net.UDPAddr, op uint16, rest ...string) {
	r.t.Helper()
	p := binary.BigEndian.AppendUint16(nil, op)
	if _, err := r.conn.WriteToUDP(append(p, strings.Join(rest, "\x00")...), to); err != nil {
		r.t.Fatal(err)
	}
}

// receive returns the next datagram.
func (r *raw) receive() (op uint16, rest string) {
	r.t.Helper()
	p := make([]byte, 2048)
	if err := r.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		r.t.Fatal(err)
	}
	n, peer, err := r.conn.ReadFromUDP(p)
	if err != nil {
		r.t.Fatal(err)
	}
	r.peer = peer
	return binary.BigEndian.Uint16(p), string(p[2:n])
}

// Firmware asks for the size, breaks off with an error, and asks again for the file.
func TestProbe(t *testing.T) {
	f := start(t, 8, "127.0.0.1:0")
	f.write("ipxe.efi", pattern(3000))
	r := dial(t, "127.0.0.1")
	r.send(f.addr, 1, "/ipxe.efi", "octet", "tsize", "0", "blksize", "1468", "windowsize", "4", "")
	op, rest := r.receive()
	if op != 6 || !strings.Contains(rest, "tsize\x003000\x00") || !strings.Contains(rest, "blksize\x001468\x00") || strings.Contains(rest, "window") {
		t.Fatalf("options acknowledged with %d %q", op, rest)
	}
	r.send(r.peer, 5, "\x00\x08User aborted the transfer", "")
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_PROBE || x.GetOctets() != 0 {
		t.Errorf("report %v, want a probe", x)
	}
}

// A client that breaks off in the middle, and one that goes away, are no probes and hold no place for long.
func TestAborted(t *testing.T) {
	t.Parallel() // giving up takes its time
	f := start(t, 1, "127.0.0.1:0")
	f.write("big", pattern(100_000))
	r := dial(t, "127.0.0.1")
	r.send(f.addr, 1, "big", "octet", "")
	if op, _ := r.receive(); op != 3 {
		t.Fatalf("a datagram of type %d", op)
	}
	other := dial(t, "127.0.0.1")
	other.send(f.addr, 1, "big", "octet", "")
	if op, rest := other.receive(); op != 5 || !strings.Contains(rest, "too many") {
		t.Errorf("the second of one place is told %d %q", op, rest)
	}
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_REFUSED {
		t.Errorf("report %v", x)
	}
	r.send(r.peer, 5, "\x00\x03disk full", "")
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_ABORTED || !strings.Contains(x.GetDetail(), "disk full") {
		t.Errorf("report %v", x)
	}
	gone := dial(t, "127.0.0.1")
	gone.send(f.addr, 1, "big", "octet", "")
	began := time.Now()
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_ABORTED || !strings.Contains(x.GetDetail(), "not heard") {
		t.Errorf("report %v", x)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("a client that went away was given up after %v", took)
	}
	if got, _, err := f.get("big", 1468); len(got) != 100_000 || err != nil {
		t.Errorf("the place was not given back: %d octets, %v", len(got), err)
	}
}

// Answers come from the address that was asked, also where the socket is bound to none.
func TestSourceAddress(t *testing.T) {
	f := start(t, 8, "0.0.0.0:0")
	f.write("file", []byte("content"))
	for _, asked := range []string{"127.0.0.1", "127.0.0.2", "127.9.8.7"} {
		r := dial(t, "127.0.0.1")
		r.send(&net.UDPAddr{IP: net.ParseIP(asked), Port: f.addr.Port}, 1, "file", "octet", "")
		if op, rest := r.receive(); op != 3 || rest != "\x00\x01content" || r.peer.IP.String() != asked {
			t.Errorf("asked at %s: %d %q from %s", asked, op, rest, r.peer.IP)
		}
		r.send(r.peer, 4, "\x00\x01")
		f.fetched()
	}
}

// What is no request is counted and gets no answer; the server goes on.
func TestJunk(t *testing.T) {
	f := start(t, 8, "127.0.0.1:0")
	f.write("file", []byte("content"))
	r := dial(t, "127.0.0.1")
	junk := []string{"", "\x00", "\x00\x01", "\x00\x01x", "\x00\x03\x00\x01data", "\x00\x04\x00\x00", "\x00\x05\x00", "\x00\x06ab\x00", "\xff\xff\xff\xff",
		"\x00\x01" + strings.Repeat("x", 510), strings.Repeat("\x00", 1400)}
	for _, p := range junk {
		if _, err := r.conn.WriteToUDP([]byte(p), f.addr); err != nil {
			t.Fatal(err)
		}
	}
	if got, _, err := f.get("file", 0); string(got) != "content" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
	want := fmt.Sprintf("# HELP %[1]s Datagrams to the TFTP port that are no requests.\n# TYPE %[1]s counter\n%[1]s %[2]d\n", tftp.MetricJunk, len(junk))
	if err := testutil.GatherAndCompare(f.reg, strings.NewReader(want), tftp.MetricJunk); err != nil {
		t.Error(err)
	}
}

// Stopping ends transfers with an error to their clients.
func TestStop(t *testing.T) {
	f := start(t, 8, "127.0.0.1:0")
	f.write("big", pattern(100_000))
	r := dial(t, "127.0.0.1")
	r.send(f.addr, 1, "big", "octet", "")
	r.receive()
	f.stop()
	r.send(r.peer, 4, "\x00\x01")
	if op, rest := r.receive(); op != 5 || !strings.Contains(rest, "stops") {
		t.Errorf("told %d %q", op, rest)
	}
	if x := f.fetched(); x.GetResult() != leasedv1.Fetch_RESULT_ABORTED {
		t.Errorf("report %v", x)
	}
}

// A file of more blocks than have numbers of their own.
func TestBlockNumbersStartOver(t *testing.T) {
	f := start(t, 8, "127.0.0.1:0")
	want := pattern(70_000 * 512)
	f.write("large", want)
	if got, _, err := f.get("large", 512); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d octets, %v", len(got), err)
	}
}

// Scripts come by TFTP as they do by HTTP, with the addresses of where they were asked for; what a machine says when it is done does not,
// because anybody can write from any address.
func TestScripts(t *testing.T) {
	f := start(t, 8, "127.0.0.1:0")
	f.write("boot/host.ipxe.tmpl", []byte("#!ipxe\necho {{.MAC}} {{.Address}} {{.Server}} {{.HTTP}} {{.Done}}\n"))
	got, tsize, err := f.get("/boot/host.ipxe", 1468)
	want := "#!ipxe\necho 52:54:00:00:00:01 127.0.0.1 127.0.0.1 http://127.0.0.1:8080 http://127.0.0.1:8080/rollcall/done\n"
	if string(got) != want || err != nil || tsize != int64(len(want)) {
		t.Errorf("%q of %d octets, %v; want %q", got, tsize, err, want)
	}
	if x := f.fetched(); x.GetPurpose() != leasedv1.Fetch_PURPOSE_SCRIPT || x.GetResult() != leasedv1.Fetch_RESULT_COMPLETE {
		t.Errorf("report %v", x)
	}
	got, _, err = f.get("boot/autoexec.ipxe", 1468)
	if !strings.Contains(string(got), "\nchain --replace tftp://127.0.0.1/boot/{mac}.ipxe ||\n") || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	f.fetched()
	if got, _, err := f.get("rollcall/done", 1468); err == nil {
		t.Errorf("got %q", got)
	}
}

func BenchmarkInitrd(b *testing.B) {
	f := start(b, 8, "127.0.0.1:0")
	const size = 20 << 20
	f.write("initrd", pattern(size))
	b.SetBytes(size)
	for b.Loop() {
		c, err := client.NewClient(f.addr.String())
		if err != nil {
			b.Fatal(err)
		}
		c.SetBlockSize(1468)
		from, err := c.Receive("initrd", "octet")
		if err != nil {
			b.Fatal(err)
		}
		if n, err := from.WriteTo(io.Discard); n != size || err != nil {
			b.Fatalf("%d octets, %v", n, err)
		}
		f.fetched()
	}
}

// A hundred machines; thirty at once, as they have one address here.
func TestManyClients(t *testing.T) {
	f := start(t, 100, "127.0.0.1:0")
	want := pattern(200_000)
	f.write("ipxe.efi", want)
	var clients sync.WaitGroup
	room := make(chan struct{}, 30)
	for range 100 {
		clients.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			if got, _, err := f.get("ipxe.efi", 1468); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d octets, %v", len(got), err)
			}
			f.fetched()
		})
	}
	clients.Wait()
}

// Whoever writes another's address into requests has little sent there, and leaves the places to others.
func TestOneAddressHasFewPlaces(t *testing.T) {
	const most = 32
	f := start(t, 100, "127.0.0.1:0")
	f.write("ipxe.efi", pattern(3000))
	victim := dial(t, "127.0.0.2")
	for range most + 10 {
		victim.send(f.addr, 1, "ipxe.efi", "octet", "")
	}
	blocks, refused := map[int]bool{}, 0
	for refused < 10 || len(blocks) < most {
		switch op, rest := victim.receive(); {
		case op == 3:
			blocks[victim.peer.Port] = true
		case op == 5 && strings.Contains(rest, "too many"):
			refused++
		default:
			t.Fatalf("answered with %d %q", op, rest)
		}
	}
	if len(blocks) != most || refused != 10 {
		t.Errorf("%d transfers, %d refused", len(blocks), refused)
	}
	if got, _, err := f.get("ipxe.efi", 1468); len(got) != 3000 || err != nil {
		t.Errorf("another client: %d octets, %v", len(got), err)
	}
}

// A server that is stopped before it has begun leaves no socket behind.
func TestStopAtOnce(t *testing.T) {
	conn, err := tftp.Listen(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := &fixture{fetches: make(chan *leasedv1.Fetch, 1)}
	if err := tftp.New(tftp.Config{Lookup: lookup.New(lookup.Config{Machines: f}), Ledger: ledger.New(1, f, nil)}).Serve(ctx, conn); err != nil {
		t.Error(err)
	}
	again, err := tftp.Listen(t.Context(), "udp4", conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}
