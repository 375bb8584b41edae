package link

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"
)

var errNoAddress = errors.New("no IPv4 source address or destination for a frame")

// rawConn is a raw link. The reader owns in and the results of try, the writer
// owns out; the sockets are safe to share.
type rawConn struct {
	info  Info
	ours  func(netip.Addr) bool
	pc    *packet.Conn
	raw   syscall.RawConn
	ports []*portSocket
	out   *sender
	vids  *vidSet // nil: untagged frames only
	tags  Tags    // of every reply; none: those of its query

	in    *receiver
	try   func(fd uintptr) bool
	limit int
	n     int
	errno syscall.Errno

	statsMu sync.Mutex // also orders the reads of counters that reading resets
	stats   Stats
	closed  bool
}

// openRaw opens a raw link on info. Frames are kept only if ours says that their
// destination is an address of this host or a broadcast address; nil keeps
// all.
func openRaw(cfg Config, info Info, ours func(netip.Addr) bool) (Conn, error) {
	if !info.Ethernet {
		return nil, fmt.Errorf("interface %s is not Ethernet; set mode: udp for it", info.Name)
	}
	hold, err := assemble(refuseAll())
	if err != nil {
		return nil, err
	}
	c := &rawConn{info: info, ours: ours, vids: newVIDSet(cfg.VLANs), tags: cfg.Tags, in: newReceiver()}
	protocol := unix.ETH_P_IP
	filter, err := assemble(metaFilter(), portFilter(cfg.Ports))
	if c.vids != nil {
		// A socket for one protocol gets tagged frames without their tags.
		protocol = unix.ETH_P_ALL
		filter, err = assemble(hereFilter(), taggedFilter(cfg.Ports))
	}
	if err != nil {
		return nil, err
	}
	// The ports first: what another server holds is better left unread.
	for _, port := range cfg.Ports {
		s, err := openPort(info.Name, port, hold)
		if err != nil {
			return nil, errors.Join(err, closePorts(c.ports))
		}
		c.ports = append(c.ports, s)
	}
	c.pc, err = packet.Listen(&net.Interface{Index: info.Index, Name: info.Name}, packet.Raw, protocol,
		&packet.Config{Filter: filter})
	if err != nil {
		if errors.Is(err, unix.EPERM) {
			err = fmt.Errorf("this needs CAP_NET_RAW (or set mode: udp): %w", err)
		}
		return nil, errors.Join(fmt.Errorf("open packet socket on %s: %w", info.Name, err), closePorts(c.ports))
	}
	if c.raw, err = c.pc.SyscallConn(); err != nil {
		return nil, errors.Join(fmt.Errorf("reach packet socket on %s: %w", info.Name, err), c.Close())
	}
	if err := setReceiveBuffer(c.raw, cfg.ReceiveBuffer); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if c.vids != nil {
		// Promiscuous, or the card keeps VLANs back that have no interface.
		if err := errors.Join(setTagOptions(c.raw), c.pc.SetPromiscuous(true)); err != nil {
			return nil, errors.Join(fmt.Errorf("ask for VLANs on %s: %w", info.Name, err), c.Close())
		}
	}
	c.out = newSender(c.raw, c.pc.SetWriteDeadline)
	c.try = func(fd uintptr) bool {
		c.n, c.errno = c.in.read(fd, c.limit)
		return c.errno != unix.EAGAIN
	}
	return c, nil
}

// ReadBatch implements [Conn].
func (c *rawConn) ReadBatch(dst []Received) (int, error) {
	for {
		c.limit = len(dst)
		if err := c.raw.Read(c.try); err != nil {
			return 0, closedError(err)
		}
		switch c.errno {
		case 0:
		case unix.ENETDOWN:
			// Said once when the interface goes down; the socket revives with
			// it. The Watcher decides whether to keep it.
			continue
		default:
			return 0, fmt.Errorf("read from packet socket on %s: %w", c.info.Name, c.errno)
		}
		n := 0
		for i := range c.n {
			if c.in.pktType(i) > pktTypeMulticast {
				continue
			}
			c.receive(i, &dst[n])
			n++
		}
		if n > 0 {
			return n, nil
		}
	}
}

func (c *rawConn) receive(i int, r *Received) {
	*r = Received{}
	frame, whole := c.in.datagram(i)
	if !whole {
		r.Drop = DropOversize
		return
	}
	ip := etherLen
	if c.vids != nil {
		if ip, r.Drop = untag(frame, c.in.tag(i), c.vids, r); r.Drop != DropNone {
			return
		}
	}
	if r.Drop = dissect(frame, ip, r); r.Drop != DropNone {
		return
	}
	if c.tags != (Tags{}) {
		r.Tags = c.tags
	}
	if r.Dst.Port() == ClientPort {
		return // for everybody, whatever address it names
	}
	if c.ours != nil && !c.ours(r.Dst.Addr()) {
		r.Payload, r.Drop = nil, DropForeign
	}
}

// WriteBatch implements [Conn].
func (c *rawConn) WriteBatch(batch []Send) (int, error) {
	total := 0
	for i := range batch {
		m := &batch[i]
		out := c.out
		if !m.L2 {
			out = route(c.ports, m.Src.Port()).out
		}
		if !m.Dst.Addr().Is4() || m.L2 && !m.Src.Addr().Is4() {
			m.Err = errNoAddress
			continue
		}
		if out.full() {
			n, err := out.flush()
			total += n
			if err != nil {
				return total, closedError(err)
			}
		}
		if m.L2 {
			out.addFrame(m, c.info.Index, c.info.HW)
		} else {
			out.addUDP(m, m.Dst)
		}
	}
	n, err := c.out.flush()
	total, uerr := flushAll(total+n, c.ports)
	return total, closedError(errors.Join(err, uerr))
}

// Stats implements [Conn].
func (c *rawConn) Stats() (Stats, error) {
	c.statsMu.Lock()
	defer c.statsMu.Unlock()
	if c.closed {
		return c.stats, nil
	}
	s, err := c.pc.Stats() // resets the kernel's counters
	if err != nil {
		return c.stats, fmt.Errorf("read packet socket counters of %s: %w", c.info.Name, err)
	}
	c.stats.KernelDrops += uint64(s.Drops)
	return c.stats, nil
}

// Close implements [Conn].
func (c *rawConn) Close() error {
	_, _ = c.Stats() // the last look; without it a few drops go uncounted
	c.statsMu.Lock()
	c.closed = true
	c.statsMu.Unlock()
	return errors.Join(c.pc.Close(), closePorts(c.ports))
}

// closedError makes the ways in which the runtime says "closed" one.
func closedError(err error) error {
	if err == nil || errors.Is(err, net.ErrClosed) {
		return err
	}
	if errors.Is(err, os.ErrClosed) || errors.Is(err, unix.EBADF) {
		return net.ErrClosed
	}
	return err
}
