package link

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendPatience bounds the wait for room in a send buffer. The goroutine that
// waits serves every client; one congested link must not starve it.
const sendPatience = 20 * time.Millisecond

// sender writes batches to one socket with sendmmsg(2). Payloads are gathered by
// the kernel behind their headers, so nothing is copied here.
type sender struct {
	raw      syscall.RawConn
	deadline func(time.Time) error

	hdrs     [batchSize]unix.Mmsghdr
	iovs     [batchSize][2]unix.Iovec
	names    [batchSize][nameLen]byte
	controls [batchSize][controlLen]byte
	heads    [batchSize][maxHeadLen]byte
	sends    [batchSize]*Send
	n        int  // queued
	jammed   bool // the last wait for room was in vain

	// The arguments and results of once, in fields so that the closure is
	// made one time and not for each call.
	once  func(fd uintptr) bool
	from  int
	wait  bool
	sent  int
	errno syscall.Errno
}

func newSender(raw syscall.RawConn, deadline func(time.Time) error) *sender {
	s := &sender{raw: raw, deadline: deadline}
	for i := range s.hdrs {
		h := &s.hdrs[i].Hdr
		h.Iov = &s.iovs[i][0]
		h.Name = &s.names[i][0]
	}
	s.once = func(fd uintptr) bool {
		for {
			n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&s.hdrs[s.from])),
				uintptr(s.n-s.from), unix.MSG_DONTWAIT, 0, 0)
			if errno == unix.EINTR {
				continue
			}
			s.sent, s.errno = int(n), errno
			return errno != unix.EAGAIN || !s.wait
		}
	}
	return s
}

// full reports whether the next datagram needs a flush first.
func (s *sender) full() bool { return s.n == batchSize }

// addFrame queues m as an Ethernet frame on the interface with ifIndex.
func (s *sender) addFrame(m *Send, ifIndex int, srcHW [6]byte) {
	i := s.n
	s.iovs[i][0].Base = &s.heads[i][0]
	s.iovs[i][0].SetLen(putHead(&s.heads[i], m, srcHW))
	s.setPayload(&s.iovs[i][1], m.Payload)

	name := &s.names[i] // struct sockaddr_ll, packet(7)
	*name = [nameLen]byte{}
	binary.NativeEndian.PutUint16(name[0:], unix.AF_PACKET)
	// The type behind the addresses: by it the kernel allows a tag four bytes
	// beyond the MTU.
	copy(name[2:4], s.heads[i][12:14])
	binary.NativeEndian.PutUint32(name[4:], uint32(ifIndex))
	name[11] = 6
	copy(name[12:], m.HW[:])

	h := &s.hdrs[i].Hdr
	h.Namelen = nameLen
	h.SetIovlen(2)
	s.push(m)
}

// addUDP queues m for the kernel's own UDP and IP, to dst.
func (s *sender) addUDP(m *Send, dst netip.AddrPort) {
	i := s.n
	s.setPayload(&s.iovs[i][0], m.Payload)

	name, addr := &s.names[i], dst.Addr().As4() // struct sockaddr_in, ip(7)
	*name = [nameLen]byte{}
	binary.NativeEndian.PutUint16(name[0:], unix.AF_INET)
	binary.BigEndian.PutUint16(name[2:], dst.Port())
	copy(name[4:], addr[:])

	h := &s.hdrs[i].Hdr
	h.Namelen = unix.SizeofSockaddrInet4
	h.SetIovlen(1)
	h.Control = nil
	h.SetControllen(0)
	if src := m.Src.Addr(); src.Is4() && !src.IsUnspecified() {
		c := &s.controls[i]
		*c = [controlLen]byte{}
		ch := (*unix.Cmsghdr)(unsafe.Pointer(&c[0]))
		ch.Level, ch.Type = unix.IPPROTO_IP, unix.IP_PKTINFO
		ch.SetLen(unix.CmsgLen(unix.SizeofInet4Pktinfo))
		spec := src.As4()
		copy(c[unix.CmsgLen(0)+4:], spec[:]) // ipi_spec_dst; ipi_ifindex stays 0
		h.Control = &c[0]
		h.SetControllen(unix.CmsgSpace(unix.SizeofInet4Pktinfo))
	}
	s.push(m)
}

func (s *sender) setPayload(iov *unix.Iovec, payload []byte) {
	iov.Base = unsafe.SliceData(payload)
	iov.SetLen(len(payload))
}

func (s *sender) push(m *Send) {
	m.Err = nil
	s.sends[s.n] = m
	s.n++
}

// flush sends what is queued and returns how many went out. A datagram the
// kernel refuses gets its error and is stepped over; the next call starts
// behind it. The error is not nil only where the socket is closed.
func (s *sender) flush() (sent int, err error) {
	defer s.reset()
	for s.from = 0; s.from < s.n; {
		if err := s.raw.Write(s.once); err != nil {
			return sent, s.giveUp(err)
		}
		switch {
		case s.errno == 0:
			s.from += s.sent
			sent += s.sent
			s.jammed = false
		case s.errno == unix.EAGAIN && s.jammed:
			return sent, s.giveUp(os.ErrDeadlineExceeded) // waited already, not again
		case s.errno == unix.EAGAIN && !s.wait:
			// The send buffer is full. Only now is a timer worth its cost.
			s.wait = true
			if err := s.deadline(time.Now().Add(sendPatience)); err != nil {
				return sent, s.giveUp(err)
			}
		default:
			s.sends[s.from].Err = s.errno
			s.from++
		}
	}
	return sent, nil
}

// giveUp marks the datagrams that are left with err. Waiting in vain for the
// send buffer is the datagrams' failure, not the socket's.
func (s *sender) giveUp(err error) error {
	timeout := errors.Is(err, os.ErrDeadlineExceeded)
	if timeout {
		s.jammed, err = true, unix.ENOBUFS
	}
	for _, m := range s.sends[s.from:s.n] {
		m.Err = err
	}
	if timeout {
		return nil
	}
	return err
}

// reset forgets the batch and drops its references to payloads.
func (s *sender) reset() {
	if s.wait {
		s.wait = false
		_ = s.deadline(time.Time{}) // fails only on a closed socket, where it matters no more
	}
	for i := range s.n {
		s.sends[i] = nil
		s.iovs[i] = [2]unix.Iovec{}
	}
	s.n = 0
}
