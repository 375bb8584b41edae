//go:build netns

package e2e_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"unsafe"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"

	"rollcall/internal/lab"
)

// tags are the 802.1Q tags of a frame as they stand in it, outer first.
type tags []byte

// vlan are customer tags with the given VIDs.
func vlan(vids ...uint16) (t tags) {
	for _, vid := range vids {
		t = binary.BigEndian.AppendUint16(append(t, 0x81, 0), vid)
	}
	return t
}

// put returns a frame with the tags.
func (t tags) put(frame []byte) []byte { return slices.Insert(slices.Clone(frame), 12, t...) }

// cut returns a frame without the tags, if it has these and no other.
func (t tags) cut(frame []byte) ([]byte, bool) {
	end := 12 + len(t)
	if len(frame) < end+2 || !bytes.Equal(frame[12:end], t) {
		return nil, false
	}
	if kind := binary.BigEndian.Uint16(frame[end:]); kind == 0x8100 || kind == 0x88a8 {
		return nil, false
	}
	return slices.Delete(slices.Clone(frame), 12, end), true
}

// trunk opens a socket for all frames on the link of a host. The function reads the next frame, with its tags; it fails once the
// socket is closed.
func (w *world) trunk(h *lab.Host) (conn *packet.Conn, read func() ([]byte, error)) {
	w.Helper()
	err := h.Do(func() error {
		ifi, err := net.InterfaceByName(h.Interface)
		if err != nil {
			return err
		}
		conn, err = packet.Listen(ifi, packet.Raw, unix.ETH_P_ALL, nil)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = conn.Close() })
	raw, err := conn.SyscallConn()
	if err != nil {
		w.Fatal(err)
	}
	var optErr error
	err = raw.Control(func(fd uintptr) {
		optErr = errors.Join(unix.SetsockoptInt(int(fd), unix.SOL_PACKET, unix.PACKET_AUXDATA, 1),
			unix.SetsockoptInt(int(fd), unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1))
	})
	if err := errors.Join(err, optErr); err != nil {
		w.Fatal(err)
	}
	buf, oob := make([]byte, 4096), make([]byte, 256)
	return conn, func() ([]byte, error) {
		var n, oobn int
		var rerr error
		err := raw.Read(func(fd uintptr) bool {
			n, oobn, _, _, rerr = unix.Recvmsg(int(fd), buf, oob, 0)
			return rerr != unix.EAGAIN
		})
		if err := errors.Join(err, rerr); err != nil {
			return nil, err
		}
		return outerTag(oob[:oobn]).put(buf[:n]), nil
	}
}

// outerTag returns the tag that the kernel has taken out of a frame, from the control message beside it (packet(7)).
func outerTag(oob []byte) tags {
	messages, _ := unix.ParseSocketControlMessage(oob)
	for _, m := range messages {
		if m.Header.Level != unix.SOL_PACKET || m.Header.Type != unix.PACKET_AUXDATA || len(m.Data) < int(unsafe.Sizeof(unix.TpacketAuxdata{})) {
			continue
		}
		aux := (*unix.TpacketAuxdata)(unsafe.Pointer(&m.Data[0]))
		if aux.Status&unix.TP_STATUS_VLAN_VALID != 0 {
			return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, aux.Vlan_tpid), aux.Vlan_tci)
		}
	}
	return nil
}

// onSegment is onLink for clients in a VLAN. Only replies with the very same tags reach them.
func (w *world) onSegment(h *lab.Host, t tags) *transport {
	w.Helper()
	conn, read := w.trunk(h)
	tr := newTransport(func(payload []byte) error {
		_, err := conn.WriteTo(t.put(broadcastFrame(payload)), &packet.Addr{HardwareAddr: broadcastHW})
		return err
	})
	go func() {
		for {
			frame, err := read()
			if err != nil {
				return
			}
			if frame, ok := t.cut(frame); ok {
				if payload, ok := payloadTo(frame, clientPort); ok {
					tr.deliver(payload)
				}
			}
		}
	}()
	return tr
}

// unicasts returns a function that sends messages from an address of a client in a VLAN to the server alone.
func (w *world) unicasts(h *lab.Host, t tags, from netip.Addr) func(payload []byte) error {
	w.Helper()
	conn, _ := w.trunk(h)
	return func(payload []byte) error {
		f := broadcastFrame(payload)
		copy(f[0:6], w.server.HW)
		ip := f[etherLen : etherLen+ipLen]
		copy(ip[12:16], from.AsSlice())
		copy(ip[16:20], []byte{10, 20, 0, 1})
		ip[10], ip[11] = 0, 0
		binary.BigEndian.PutUint16(ip[10:], checksum(ip))
		_, err := conn.WriteTo(t.put(f), &packet.Addr{HardwareAddr: w.server.HW})
		return err
	}
}

// accessPort puts an interface, tap0, on a host: what leaves there enters the link of the host with the tags, and what has the tags
// there comes in without, as at the port of a switch. Real clients know nothing of VLANs.
func (w *world) accessPort(h *lab.Host, t tags) *lab.Host {
	w.Helper()
	var tap *os.File
	err := h.Do(func() error {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		ifr, err := unix.NewIfreq("tap0")
		if err != nil {
			return errors.Join(err, unix.Close(fd))
		}
		ifr.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr); err != nil {
			return errors.Join(err, unix.Close(fd))
		}
		tap = os.NewFile(uintptr(fd), "tap0")
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	w.ip(h.Namespace, "link", "set", "tap0", "address", h.HW.String(), "up")
	conn, read := w.trunk(h)
	w.Cleanup(func() { _ = tap.Close() })
	go func() {
		for {
			frame, err := read()
			if err != nil {
				return
			}
			if frame, ok := t.cut(frame); ok {
				_, _ = tap.Write(frame)
			}
		}
	}()
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := tap.Read(b)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(t.put(b[:n]), &packet.Addr{HardwareAddr: b[:6]})
		}
	}()
	return &lab.Host{Name: h.Name, Namespace: h.Namespace, Interface: "tap0", HW: h.HW}
}
