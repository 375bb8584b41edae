package link

import (
	"encoding/binary"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// batchSize is how many datagrams one system call moves at most.
	batchSize = 64
	// slotSize bounds a received datagram, its headers included. A DHCP
	// message fits an Ethernet frame; the rest of the slot is generosity.
	slotSize = 2048

	nameLen    = unix.SizeofSockaddrLinklayer // the longest of the two in use
	controlLen = 64                           // one IP_PKTINFO or PACKET_AUXDATA and room
)

// receiver reads batches from one socket with recvmmsg(2), which neither x/sys
// nor net offers, into a fixed arena. Everything the kernel writes to is
// allocated once; the arrays of headers point into the others.
type receiver struct {
	hdrs     [batchSize]unix.Mmsghdr
	iovs     [batchSize]unix.Iovec
	names    [batchSize][nameLen]byte
	controls [batchSize][controlLen]byte
	arena    [batchSize][slotSize]byte
	used     int // headers the kernel has changed since they were last reset
}

func newReceiver() *receiver {
	r := &receiver{used: batchSize}
	for i := range r.hdrs {
		r.iovs[i].Base = &r.arena[i][0]
		r.iovs[i].SetLen(slotSize)
		h := &r.hdrs[i].Hdr
		h.Iov = &r.iovs[i]
		h.SetIovlen(1)
		h.Name = &r.names[i][0]
		h.Control = &r.controls[i][0]
	}
	return r
}

// read makes one recvmmsg call that does not wait, for at most limit datagrams.
func (r *receiver) read(fd uintptr, limit int) (int, syscall.Errno) {
	for i := range r.used {
		h := &r.hdrs[i].Hdr
		h.Namelen, h.Flags = nameLen, 0
		h.SetControllen(controlLen)
	}
	r.used = 0
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.hdrs[0])),
			uintptr(min(limit, batchSize)), unix.MSG_DONTWAIT, 0, 0)
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 {
			return 0, errno
		}
		r.used = int(n)
		return r.used, 0
	}
}

// datagram returns the bytes of the i-th datagram read, and false if it did not
// fit its slot.
func (r *receiver) datagram(i int) ([]byte, bool) {
	h := &r.hdrs[i]
	return r.arena[i][:h.Len:h.Len], h.Hdr.Flags&unix.MSG_TRUNC == 0
}

// pktType returns sll_pkttype of the i-th frame (packet(7)).
func (r *receiver) pktType(i int) byte { return r.names[i][10] }

// tag returns the tag that the kernel took out of the i-th frame, from its
// PACKET_AUXDATA.
func (r *receiver) tag(i int) Tag {
	c := r.controls[i][:r.hdrs[i].Hdr.Controllen]
	if len(c) < unix.CmsgLen(int(unsafe.Sizeof(unix.TpacketAuxdata{}))) {
		return Tag{}
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&c[0]))
	if h.Level != unix.SOL_PACKET || h.Type != unix.PACKET_AUXDATA {
		return Tag{}
	}
	aux := (*unix.TpacketAuxdata)(unsafe.Pointer(&c[unix.CmsgLen(0)]))
	if aux.Status&unix.TP_STATUS_VLAN_VALID == 0 {
		return Tag{}
	}
	return Tag{aux.Vlan_tpid, aux.Vlan_tci}
}

// source returns the sender of the i-th UDP datagram (ip(7)).
func (r *receiver) source(i int) netip.AddrPort {
	name := &r.names[i]
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(name[4:8])), binary.BigEndian.Uint16(name[2:]))
}

// destination returns the address the i-th UDP datagram was sent to, from its
// IP_PKTINFO; invalid if there is none.
func (r *receiver) destination(i int) netip.Addr {
	c := r.controls[i][:r.hdrs[i].Hdr.Controllen]
	if len(c) < unix.CmsgLen(unix.SizeofInet4Pktinfo) {
		return netip.Addr{}
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&c[0]))
	if h.Level != unix.IPPROTO_IP || h.Type != unix.IP_PKTINFO {
		return netip.Addr{}
	}
	at := unix.CmsgLen(0) + 8 // past ipi_ifindex and ipi_spec_dst
	return netip.AddrFrom4([4]byte(c[at : at+4]))
}
