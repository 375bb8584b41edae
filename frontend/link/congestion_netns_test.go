//go:build netns

package link_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"rollcall/frontend/link"
)

// A link whose queue does not move must cost the others a moment, not more.
func TestCongestedLinkDoesNotBlock(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "10.7.0.1/24", "b-far", "")
	near, err := netlink.LinkByName("b-near")
	must(t, err)
	must(t, netlink.QdiscAdd(&netlink.Tbf{
		QdiscAttrs: netlink.QdiscAttrs{LinkIndex: near.Attrs().Index, Handle: netlink.MakeHandle(1, 0), Parent: netlink.HANDLE_ROOT},
		Rate:       1000, Buffer: netlink.Xmittime(1000, 2000), Limit: 100_000_000, // a kilobyte a second
	}))
	conn, _ := open(t, link.Config{Interface: "b-near"})
	batch := make([]link.Send, 4096)
	for i := range batch {
		batch[i] = link.Send{
			Payload: make([]byte, 300), L2: true, HW: [6]byte{2, 0, 0, 0, 0, 9},
			Src: netip.MustParseAddrPort("10.7.0.1:67"), Dst: netip.MustParseAddrPort("10.7.0.50:68"),
		}
	}
	began := time.Now()
	n, err := conn.WriteBatch(batch)
	must(t, err)
	if n == 0 || n == len(batch) {
		t.Fatalf("%d of %d sent into a queue that stands still", n, len(batch))
	}
	if last := batch[len(batch)-1].Err; !errors.Is(last, unix.ENOBUFS) {
		t.Errorf("the last one: %v, want %v", last, unix.ENOBUFS)
	}
	if took := time.Since(began); took > 500*time.Millisecond {
		t.Errorf("took %v", took)
	}
}
