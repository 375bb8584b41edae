package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

// The machines and addresses of the lab; the configuration names some of them too.
var (
	registeredHW = net.HardwareAddr{0x08, 0x00, 0x27, 0x2c, 0x49, 0x4b}
	strangerHW   = net.HardwareAddr{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}
	squatterHW   = net.HardwareAddr{0x52, 0x54, 0x00, 0xaa, 0x00, 0x01}
	serverHW     = net.HardwareAddr{0x52, 0x54, 0x00, 0x00, 0x00, 0x01}
	deskHW       = net.HardwareAddr{0x52, 0x54, 0x00, 0x00, 0x00, 0x02}
	crowdHW      = net.HardwareAddr{0x52, 0x54, 0x00, 0x00, 0x00, 0x03}

	registeredAddr = netip.MustParseAddr("10.20.0.200")
	enrolledAddr   = netip.MustParseAddr("10.20.0.201")
	squatterAddr   = netip.MustParseAddr("10.99.0.60")
	guestFirst     = netip.MustParseAddr("10.99.0.50")
	guestLast      = netip.MustParseAddr("10.99.0.250")

	serverAddrs = []netip.Prefix{netip.MustParsePrefix("10.20.0.1/22"), netip.MustParsePrefix("10.99.0.1/24")}
)

const (
	serverInterface = "eth1"
	clientInterface = "eth0"
	deskAddr        = "10.20.0.2"
	deskPort        = "8080"

	// Inside the namespace of the server, so they collide with nothing.
	frontendHTTP = "127.0.0.1:8068"
	leasedHTTP   = "127.0.0.1:8069"
	webhookdHTTP = "127.0.0.1:8070"

	// The story waits for the renewal of a guest lease.
	guestTime     = 30 * time.Second
	guestTimeOnce = 10 * time.Second

	// grace is how long a service may take to end: what it promises.
	grace = 5 * time.Second
)

// config configures a run of the lab.
type config struct {
	executable string // rollcall
	once       bool   // end after the story
	out        io.Writer
	errOut     io.Writer // gets the tails of the logs when something fails
}

// lab is a running lab.
type lab struct {
	config
	*narrator
	dir     directory
	segment *Segment
	server, deskHost, registered, stranger,
	squatter, bystander *Host

	conn   *grpc.ClientConn
	leases leasedv1.LeaseServiceClient
	http   *http.Server
	web    *http.Client // into the server's namespace

	fail context.CancelCauseFunc

	mu      sync.Mutex
	procs   []*Process // in the order they were started
	notices []notice
	live    bool // the story is over: tell of notices as they come
}

// run builds the network, tells the story, stays until ctx ends unless it is to be
// told once only, and removes everything. That ctx ends is not an error, except
// before the end of the story where it is told once.
func (c config) run(ctx context.Context) (err error) {
	l := &lab{config: c, narrator: newNarrator(c.out)}
	runCtx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	l.fail = fail
	defer func() {
		if err != nil {
			l.tails()
		}
		err = errors.Join(err, l.clean())
	}()
	if err = l.build(runCtx); err == nil {
		err = l.tell(runCtx)
	}
	switch {
	case err == nil && c.once:
		return nil
	case err == nil:
		l.stay(runCtx)
		err = context.Cause(runCtx)
	}
	if ctx.Err() != nil && !c.once {
		return nil // Ctrl-C
	}
	// What ended the lab is a better reason than the step that noticed.
	if cause := context.Cause(runCtx); cause != nil && ctx.Err() == nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w (%w)", err, cause)
	}
	return err
}

// build creates the network and the files.
func (l *lab) build(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "rollcall-lab-")
	if err != nil {
		return fmt.Errorf("create directory of the lab: %w", err)
	}
	l.dir = directory(dir)
	prefix := fmt.Sprintf("rollcall-lab-%d", os.Getpid())
	if l.segment, err = NewSegment(ctx, prefix); err != nil {
		return fmt.Errorf("create network: %w", err)
	}
	for _, h := range []struct {
		host   **Host
		name   string
		ifname string
		hw     net.HardwareAddr
		addrs  []netip.Prefix
	}{
		{&l.server, "server", serverInterface, serverHW, serverAddrs},
		{&l.deskHost, "desk", clientInterface, deskHW, []netip.Prefix{netip.MustParsePrefix(deskAddr + "/22")}},
		{&l.registered, "testbox", clientInterface, registeredHW, nil},
		{&l.stranger, "stranger", clientInterface, strangerHW, nil},
		{&l.squatter, "squatter", clientInterface, squatterHW, []netip.Prefix{netip.PrefixFrom(squatterAddr, 24)}},
		{&l.bystander, "crowd", clientInterface, crowdHW, nil},
	} {
		if *h.host, err = l.segment.Attach(ctx, h.name, h.ifname, h.hw, h.addrs...); err != nil {
			return fmt.Errorf("create network: %w", err)
		}
	}
	l.web = l.server.HTTPClient()
	l.say("network", "one link in namespaces %s-*: server, desk, testbox, stranger, squatter", prefix)
	return l.furnish(ctx)
}

// furnish writes the files, opens the desk and gets ready to call leased.
func (l *lab) furnish(ctx context.Context) error {
	guest := guestTime
	if l.once {
		guest = guestTimeOnce
	}
	address := net.JoinHostPort(deskAddr, deskPort)
	secret, err := prepare(settings{
		Dir:          l.dir,
		Interface:    serverInterface,
		GuestTime:    guest,
		Registered:   registeredHW.String(),
		Desk:         address,
		FrontendHTTP: frontendHTTP,
		LeasedHTTP:   leasedHTTP,
		WebhookdHTTP: webhookdHTTP,
	})
	if err != nil {
		return fmt.Errorf("write files of the lab: %w", err)
	}
	l.conn, err = rpc.Dial(rpc.Endpoint{Network: rpc.NetworkUnix, Address: l.dir.leased()}, nil)
	if err != nil {
		return err
	}
	l.leases = leasedv1.NewLeaseServiceClient(l.conn)
	d, err := newDesk(secret, leasedv1.NewReservationServiceClient(l.conn), map[string]*leasedv1.Reservation{
		strangerHW.String(): {Subnet: "hall", Address: enrolledAddr.String(), Hostname: "newcomer"},
	}, l.heard)
	if err != nil {
		return err
	}
	ln, err := l.deskHost.Listen(ctx, address)
	if err != nil {
		return fmt.Errorf("open desk: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /hooks/dhcp", d)
	l.http = &http.Server{Handler: mux, ReadTimeout: 10 * time.Second}
	go func() {
		if err := l.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			l.fail(fmt.Errorf("desk closed: %w", err))
		}
	}()
	return nil
}

// start runs a program and ends the lab if the program ends unasked.
func (l *lab) start(p *Process, err error) (*Process, error) {
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.procs = append(l.procs, p)
	l.mu.Unlock()
	go func() {
		<-p.Ended()
		if err := p.Failure(); err != nil {
			l.fail(err)
		}
	}()
	return p, nil
}

// service runs one of rollcall's services on the server.
func (l *lab) service(name string) (*Process, error) {
	return l.start(l.server.Start(name, l.dir.log(name), l.executable, name, "-c", l.dir.config()))
}

// heard notes what the desk was told.
func (l *lab) heard(n notice) {
	l.mu.Lock()
	l.notices = append(l.notices, n)
	live := l.live
	l.mu.Unlock()
	if live {
		l.tellNotice(n)
	}
}

// notice waits for what the desk hears of a machine, at the address a if that is
// valid.
func (l *lab) notice(ctx context.Context, kind string, hw net.HardwareAddr, a netip.Addr) (got notice, err error) {
	err = Wait(ctx, "webhook "+kind+" of "+hw.String(), stepLimit, func(context.Context) (bool, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, n := range l.notices {
			if n.Kind == kind && n.Hardware == hw.String() && (!a.IsValid() || n.Address == a.String()) {
				got = n
				return true, nil
			}
		}
		return false, nil
	})
	return got, err
}

// tails shows the ends of the logs.
func (l *lab) tails() {
	const lines = 15
	l.mu.Lock()
	defer l.mu.Unlock()
	shown := make(map[string]bool)
	for _, p := range l.procs {
		if shown[p.Log] {
			continue // one that was started again
		}
		shown[p.Log] = true
		fmt.Fprintf(l.errOut, "\n--- %s, last lines\n", p.Name)
		for _, line := range p.Tail(lines) {
			fmt.Fprintf(l.errOut, "    %s\n", line)
		}
	}
	fmt.Fprintln(l.errOut)
}

// clean removes all there is, however little was built. Programs end in the
// reverse order of their start.
func (l *lab) clean() error {
	l.mu.Lock()
	procs := l.procs
	l.mu.Unlock()
	var errs []error
	for i := len(procs) - 1; i >= 0; i-- {
		errs = append(errs, procs[i].Stop(grace))
	}
	if l.http != nil {
		errs = append(errs, l.http.Close())
	}
	if l.conn != nil {
		errs = append(errs, l.conn.Close())
	}
	if l.segment != nil {
		errs = append(errs, l.segment.Close())
	}
	if l.dir != "" {
		errs = append(errs, os.RemoveAll(string(l.dir)))
	}
	return errors.Join(errs...)
}
