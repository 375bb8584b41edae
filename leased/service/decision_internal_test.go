package service

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	leasedv1 "rollcall/proto/leased/v1"
)

// TestQueryHasTheWholeHeader: what comes on the stream is the query's, in memory of its own, and so is what a copy of the query has.
func TestQueryHasTheWholeHeader(t *testing.T) {
	f := &engine.Frontend{Name: "gate"}
	f.Links = []*engine.Link{{Frontend: f, Name: "eth1"}}
	m := &leasedv1.Query{
		Port: 67, Type: 1, Xid: 7, Secs: 0xffff, Flags: 0x8000, Ciaddr: 1, Yiaddr: 2, Siaddr: 3, Giaddr: 4, Source: 5, Destination: 6, Hops: 255,
		Htype: 1, Chaddr: []byte{2, 0, 0, 0, 0, 9}, Sname: []byte("boot.example.org"), File: []byte{0xff, 'f'}, Vlan: 100,
		Options: option.List(nil).AppendString(option.HostName, "box"),
	}
	b, err := batchOf([]*leasedv1.Query{m, {Type: 1}}, f, mute{})
	if err != nil {
		t.Fatal(err)
	}
	clear(m.GetSname())
	clear(m.GetFile())
	want := engine.Query{
		Link: f.Links[0], Port: 67, Type: engine.Discover, XID: 7, Secs: 0xffff, Flags: 0x8000, CIAddr: 1, YIAddr: 2, SIAddr: 3, GIAddr: 4,
		Source: 5, Destination: 6, Hops: 255, HW: engine.HWOf(1, []byte{2, 0, 0, 0, 0, 9}), VLAN: 100,
		ServerName: []byte("boot.example.org"), File: []byte{0xff, 'f'}, Options: option.List(nil).AppendString(option.HostName, "box"),
	}
	var copied engine.Query
	b.Queries[0].CopyTo(&copied)
	for name, got := range map[string]*engine.Query{"query": &b.Queries[0].Query, "copy": &copied} {
		if diff := cmp.Diff(&want, got, cmpopts.IgnoreUnexported(engine.Query{}, engine.HW{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if q := &b.Queries[1]; q.ServerName != nil || q.File != nil {
		t.Errorf("server name %q and file %q of a query without them, want nil", q.ServerName, q.File)
	}
}
