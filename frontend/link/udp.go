package link

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

var broadcast4 = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// udpConn is a udp link. Its ports are read by one goroutine, so that what
// ReadBatch promises holds for all of them: an epoll instance over the sockets
// waits for the first that has something, and is itself waited for by the
// runtime's poller.
type udpConn struct {
	name  string
	ports []*portSocket
	epoll *os.File
	raw   syscall.RawConn // of epoll

	in    *receiver
	try   func(epfd uintptr) bool // readAny and read as values, made once
	one   func(fd uintptr)
	limit int
	n     int
	from  *portSocket // that the n datagrams came from
	first int         // port to look at first, so that none starves another
	errno syscall.Errno

	statsMu sync.Mutex
	stats   Stats
	closed  bool
}

func openUDP(cfg Config, info Info) (Conn, error) {
	c := &udpConn{name: info.Name, in: newReceiver()}
	for _, port := range cfg.Ports {
		s, err := openPort(info.Name, port, nil)
		if err != nil {
			return nil, errors.Join(err, closePorts(c.ports))
		}
		c.ports = append(c.ports, s)
		if err := setReceiveBuffer(s.raw, cfg.ReceiveBuffer); err != nil {
			return nil, errors.Join(err, closePorts(c.ports))
		}
	}
	if err := c.openEpoll(); err != nil {
		return nil, errors.Join(fmt.Errorf("watch UDP sockets on %s: %w", info.Name, err), closePorts(c.ports))
	}
	c.try, c.one = c.readAny, c.read
	return c, nil
}

func (c *udpConn) openEpoll() error {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	if err := unix.SetNonblock(epfd, true); err != nil { // else NewFile would not use the poller
		return errors.Join(err, unix.Close(epfd))
	}
	c.epoll = os.NewFile(uintptr(epfd), "epoll")
	for _, s := range c.ports {
		var addErr error
		err := s.raw.Control(func(fd uintptr) {
			addErr = unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, int(fd), &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
		})
		if err := errors.Join(err, addErr); err != nil {
			return errors.Join(err, c.epoll.Close())
		}
	}
	if c.raw, err = c.epoll.SyscallConn(); err != nil {
		return errors.Join(err, c.epoll.Close())
	}
	return nil
}

// readAny reads from the first port that has something.
func (c *udpConn) readAny(uintptr) bool {
	for i := range c.ports {
		c.from = c.ports[(c.first+i)%len(c.ports)]
		if err := c.from.raw.Control(c.one); err != nil {
			c.n, c.errno = 0, unix.EBADF
		}
		if c.errno != unix.EAGAIN {
			c.first = (c.first + i + 1) % len(c.ports)
			return true
		}
	}
	return false
}

func (c *udpConn) read(fd uintptr) { c.n, c.errno = c.in.read(fd, c.limit) }

// ReadBatch implements [Conn].
func (c *udpConn) ReadBatch(dst []Received) (int, error) {
	for {
		c.limit = len(dst)
		if err := c.raw.Read(c.try); err != nil {
			return 0, closedError(err)
		}
		switch c.errno {
		case 0:
		case unix.EBADF:
			return 0, net.ErrClosed
		case unix.ENETDOWN, unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH:
			continue // an earlier send's error, handed to whoever comes next
		default:
			return 0, fmt.Errorf("read from UDP socket on %s: %w", c.name, c.errno)
		}
		for i := range c.n {
			c.receive(i, &dst[i])
		}
		if c.n > 0 {
			return c.n, nil
		}
	}
}

func (c *udpConn) receive(i int, r *Received) {
	*r = Received{}
	payload, whole := c.in.datagram(i)
	if !whole {
		r.Drop = DropOversize
		return
	}
	r.Payload = payload
	r.Src = c.in.source(i)
	r.Dst = netip.AddrPortFrom(c.in.destination(i), c.from.port)
}

// WriteBatch implements [Conn].
func (c *udpConn) WriteBatch(batch []Send) (int, error) {
	total := 0
	for i := range batch {
		m := &batch[i]
		dst := m.Dst
		if m.L2 {
			dst = netip.AddrPortFrom(broadcast4, m.Dst.Port())
		}
		if !dst.Addr().Is4() {
			m.Err = errNoAddress
			continue
		}
		out := route(c.ports, m.Src.Port()).out
		if out.full() {
			n, err := out.flush()
			total += n
			if err != nil {
				return total, closedError(err)
			}
		}
		out.addUDP(m, dst)
	}
	total, err := flushAll(total, c.ports)
	return total, closedError(err)
}

// Stats implements [Conn].
func (c *udpConn) Stats() (Stats, error) {
	c.statsMu.Lock()
	defer c.statsMu.Unlock()
	if c.closed {
		return c.stats, nil
	}
	var st Stats
	for _, s := range c.ports {
		drops, err := socketDrops(s.raw)
		if err != nil {
			return c.stats, fmt.Errorf("read UDP socket counters of %s: %w", c.name, err)
		}
		st.KernelDrops += uint64(drops)
	}
	c.stats = st
	return st, nil
}

// socketDrops returns sk_drops of a socket, the number /proc/net/udp shows.
func socketDrops(raw syscall.RawConn) (uint32, error) {
	var mem [unix.SK_MEMINFO_DROPS + 1]uint32
	size := uint32(unsafe.Sizeof(mem))
	var errno syscall.Errno
	err := raw.Control(func(fd uintptr) {
		_, _, errno = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&mem[0])), uintptr(unsafe.Pointer(&size)), 0)
	})
	if err != nil {
		return 0, err
	}
	if errno != 0 {
		return 0, errno
	}
	return mem[unix.SK_MEMINFO_DROPS], nil
}

// Close implements [Conn].
func (c *udpConn) Close() error {
	_, _ = c.Stats() // the last look
	c.statsMu.Lock()
	c.closed = true
	c.statsMu.Unlock()
	return errors.Join(c.epoll.Close(), closePorts(c.ports))
}
