package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/mdlayher/ethernet"
	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"

	"rollcall/internal/obs"
)

const (
	etherTypeARP = 0x0806

	// receiveBuffer holds the burst of answers to a scan while Run is busy: some
	// 1,500 frames as the kernel counts them.
	receiveBuffer = 1 << 20

	// reopenAfter is how long an interface whose socket could not be opened is
	// left alone.
	reopenAfter = 10 * time.Second
)

// segment is an open socket on an interface.
type segment struct {
	ifi  Interface
	conn net.PacketConn
	template
	pace pace
}

// observation is a host seen on a segment.
type observation struct {
	link int // index of the interface
	Host
}

// failure is a socket that could not be opened.
type failure struct {
	ifi Interface
	at  time.Time
}

// broadcast is where every probe goes.
var broadcast = &packet.Addr{HardwareAddr: ethernet.Broadcast}

// listen opens an AF_PACKET socket for ARP.
func listen(ifi Interface) (net.PacketConn, error) {
	prog, err := filter()
	if err != nil {
		return nil, fmt.Errorf("assemble filter: %w", err)
	}
	conn, err := packet.Listen(&net.Interface{Name: ifi.Name, Index: ifi.Index, HardwareAddr: ifi.HW},
		packet.Raw, etherTypeARP, &packet.Config{Filter: prog})
	if err != nil {
		return nil, err
	}
	if raw, err := conn.SyscallConn(); err == nil {
		// A smaller buffer loses answers of a scan, which asks twice; so whatever
		// the kernel grants will do.
		_ = raw.Control(func(fd uintptr) {
			if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
				_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
			}
		})
	}
	return conn, nil
}

// segmentFor returns the open segment that reaches a, opening it if need be.
func (p *Prober) segmentFor(a netip.Addr) (*segment, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list()
	ifi, ok := route(p.ifaces, a)
	if !ok || p.stopped || p.failing(ifi.Index) {
		return nil, false
	}
	if s := p.segments[ifi.Index]; s != nil {
		return s, true
	}
	s, err := p.open(ifi)
	if err != nil {
		p.metrics.failed(opOpen)
		p.failures[ifi.Index] = failure{ifi: ifi, at: time.Now()}
		p.complain(ifi, err)
		return nil, false
	}
	delete(p.failures, ifi.Index)
	p.segments[ifi.Index] = s
	go p.read(s)
	return s, true
}

func (p *Prober) open(ifi Interface) (*segment, error) {
	t, err := newTemplate(ifi.HW)
	if err != nil {
		return nil, err
	}
	conn, err := p.cfg.Listen(ifi)
	if err != nil {
		return nil, err
	}
	return &segment{ifi: ifi, conn: conn, template: t}, nil
}

// complain logs why a socket could not be opened: once for missing privilege,
// which time does not mend, and every time otherwise.
func (p *Prober) complain(ifi Interface, err error) {
	switch {
	case !errors.Is(err, os.ErrPermission):
		p.cfg.Log.Warn("no socket for ARP; addresses of this link are not probed for now",
			obs.KeyLink, ifi.Name, obs.KeyErr, err)
	case !p.warned:
		p.warned = true
		p.cfg.Log.Warn("no permission to open sockets for ARP; addresses are not probed; give the process CAP_NET_RAW",
			obs.KeyLink, ifi.Name, obs.KeyErr, err)
	}
}

// failing tells whether the interface is to be left alone. p.mu is held.
func (p *Prober) failing(index int) bool {
	f, ok := p.failures[index]
	return ok && time.Since(f.at) < reopenAfter
}

// read hands what s hears to Run until s is closed.
func (p *Prober) read(s *segment) {
	buf := make([]byte, 256)
	for {
		n, _, err := s.conn.ReadFrom(buf)
		if err != nil {
			var timeout interface{ Timeout() bool }
			if errors.As(err, &timeout) && timeout.Timeout() {
				continue
			}
			if !errors.Is(err, net.ErrClosed) {
				p.metrics.failed(opRead)
			}
			select {
			case p.lost <- s:
			case <-p.done:
			}
			return
		}
		host, why := decode(buf[:n])
		if why != reasonNone {
			p.metrics.ignored.WithLabelValues(string(why)).Inc()
			continue
		}
		select {
		case p.seen <- observation{link: s.ifi.Index, Host: host}:
		case <-p.done:
			return
		}
	}
}

// send asks for a on s. A frame that could not be sent is a frame lost: the wire
// loses some too.
func (p *Prober) send(s *segment, a netip.Addr, kind string) {
	if _, err := s.conn.WriteTo(s.probe(a), broadcast); err != nil {
		p.metrics.failed(opSend)
		return
	}
	p.metrics.sent.WithLabelValues(kind).Inc()
}
