package engine_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// FuzzDecide: whatever stands in a message, Decide does not panic, gives no DISCOVER a NAK, answers with a list of options in
// which each stands once, and leaves the state whole.
func FuzzDecide(f *testing.F) {
	opts := func(o option.List) []byte { return o }
	f.Add(uint8(1), uint32(0), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(nil))
	f.Add(uint8(1), uint32(0), uint32(ip("10.30.0.1")), []byte{2, 0, 0, 0, 0, 1},
		opts(option.List(nil).Append(option.RelayAgentInfo, []byte{1, 2, 'a', 'b', 5, 4, 10, 80, 0, 0, 2, 200, 0})))
	f.Add(uint8(3), uint32(0), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(option.List(nil).
		AppendUint32(option.ServerID, uint32(ip("10.99.0.1"))).AppendUint32(option.RequestedAddress, uint32(ip("10.99.0.50")))))
	f.Add(uint8(3), uint32(ip("10.99.0.50")), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(nil))
	f.Add(uint8(3), uint32(0), uint32(0), []byte{}, opts(option.List(nil).AppendString(option.ClientID, strings.Repeat("x", 300)).
		AppendUint32(option.RequestedAddress, uint32(ip("10.99.0.50")))))
	f.Add(uint8(4), uint32(0), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(option.List(nil).
		AppendUint32(option.ServerID, uint32(ip("10.99.0.1"))).AppendUint32(option.RequestedAddress, uint32(ip("10.99.0.50")))))
	f.Add(uint8(7), uint32(ip("10.99.0.50")), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(nil))
	f.Add(uint8(8), uint32(ip("10.99.0.50")), uint32(0), []byte{2, 0, 0, 0, 0, 1},
		opts(option.List(nil).Append(option.ParameterRequestList, bytes.Repeat([]byte{121, 3, 255, 0, 53}, 200))))
	f.Add(uint8(1), uint32(0), uint32(0), []byte{2, 0, 0, 0, 0, 1}, []byte{55, 0, 9, 1, 3, 6, 15, 12, 28, 82, 61, 50, 12, 255})
	f.Add(uint8(1), uint32(0), uint32(0), bytes.Repeat([]byte{9}, 40), opts(option.List(nil).
		Append(option.ClientID, []byte{255, 0, 0, 0}).Append(option.ServerID, nil).Append(option.RequestedAddress, []byte{1})))
	f.Add(uint8(10), uint32(ip("10.99.0.50")), uint32(ip(asker)), []byte{}, opts(nil))
	f.Add(uint8(10), uint32(0), uint32(ip(asker)), []byte{0x52, 0x54, 0, 0, 0, 'A'},
		opts(option.List(nil).Append(option.ParameterRequestList, []byte{51, 82, 61, 61, 91, 92, 60, 12, 12, 54, 1, 43})))
	// BOOTP, rapid commit, and options of which some are malformed.
	f.Add(uint8(0), uint32(0), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(option.List(nil).AppendString(option.VendorClass, "phone")))
	f.Add(uint8(1), uint32(0), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(option.List(nil).Append(option.RapidCommit, nil).
		Append(option.LeaseTime, []byte{255, 255, 255, 255}).Append(option.AutoConfigure, []byte{1}).
		Append(option.ParameterRequestList, []byte{108, 116, 81, 124, 125, 43, 118, 58, 59})))
	f.Add(uint8(1), uint32(0), uint32(ip("10.30.0.1")), []byte{2, 0, 0, 0, 0, 1}, opts(option.List(nil).
		AppendString(option.VendorClass, "six").Append(option.ParameterRequestList, []byte{108}).
		AppendUint32(option.SubnetSelection, uint32(ip("10.80.0.0"))).Append(option.RelayAgentInfo, []byte{1, 2, 'c', '1', 6, 0, 11, 4, 10, 30, 0, 1})))
	f.Add(uint8(1), uint32(0), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(option.List(nil).
		Append(option.ClientFQDN, []byte{5, 0, 0, 3, 'w', 'w', 'w', 0}).Append(option.UserClass, []byte{3, 'a', 'b'}).
		Append(option.ClientArch, []byte{0, 7, 0}).Append(option.VIVendorClass, []byte{0, 0, 13, 233, 9, 1}).
		Append(option.VIVendorSpecific, []byte{0, 0, 13, 233, 2, 1, 0})))
	f.Add(uint8(3), uint32(ip("10.99.0.50")), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(option.List(nil).
		Append(option.ClientFQDN, []byte{255, 0, 0, 192, 12}).Append(option.LeaseTime, []byte{0, 0, 0, 0}).Append(option.AutoConfigure, nil)))
	// Machines that boot.
	for _, kind := range []string{"bios", "uefi", "http", "ipxe", "u-boot"} {
		f.Add(uint8(1), uint32(0), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(firmware(kind)))
		f.Add(uint8(3), uint32(ip("10.99.0.50")), uint32(0), []byte{0xb8, 0x27, 0xeb, 0, 0, 1}, opts(firmware(kind).
			Append(option.VendorSpecific, []byte{71, 4, 0, 1, 0, 0, 255})))
	}
	f.Add(uint8(3), uint32(0), uint32(0), []byte{2, 0, 0, 0, 0, 1}, opts(option.List(nil).AppendString(option.VendorClass, "PXEClient:Arch:").
		Append(option.ClientArch, []byte{0}).Append(option.ClientUUID, []byte{5}).Append(option.Etherboot, []byte{0x13, 9}).
		Append(option.VendorSpecific, []byte{71, 4, 0}).Append(option.UserClass, []byte{4, 'i', 'P', 'X', 'E', 0})))
	f.Fuzz(func(t *testing.T, typ uint8, ciaddr, giaddr uint32, chaddr, options []byte) {
		for _, p := range []planning{{}, {file: modelFile}} {
			fuzzDecide(t, askable(p), "", typ, ciaddr, giaddr, chaddr, options)
		}
		said := fuzzPolicies[(int(typ)+len(options)+len(chaddr))%len(fuzzPolicies)]
		fuzzDecide(t, askable(planning{file: modelFile}), said, typ, ciaddr, giaddr, chaddr, options)
	})
}

// fuzzPolicies are what policies say, a line each.
var fuzzPolicies = []string{
	"choose config-3", "define 10.99.0.51 time=7 host=h 7=10.0.0.1", "define - class=staff", "define 10.80.0.100", "nak", "ignore", "pending",
	"pool 10.99.0.56-10.99.0.58", "reply time=9 t1=3 -1 3=10.0.0.1 119=hex:00 51=1 82=hex:00 61=", "reply nak 56=x", "reply silent",
	"reply next=10.0.0.9 file=f sname=s broadcast", "filter suspend",
}

func fuzzDecide(t *testing.T, p planning, said string, typ uint8, ciaddr, giaddr uint32, chaddr, options []byte) {
	w := newWorld(t, p)
	w.grant("A", "10.99.0.50")
	if said != "" {
		(&script{world: w}).line("policy " + said)
	}
	for _, link := range []string{"eth1", "eth2", "eth3", "eth5", "eth8"} {
		for turn := range 4 { // the second time it is a retransmission, the third time it comes to the PXE port
			q := w.query(engine.MessageType(typ), engine.HWOf(1, chaddr), link, options)
			if turn > 1 {
				q.Port = boot.PXEPort
			}
			q.CIAddr, q.GIAddr, q.XID = engine.IP(ciaddr), engine.IP(giaddr), 7
			before := append([]byte(nil), options...)
			q.Index()
			if e, _ := engine.Explain(w.s, q, w.now); !e.Options.Valid() {
				t.Errorf("explained with options %x", e.Options)
			}
			d := w.send(q)
			if !bytes.Equal(before, options) {
				t.Error("the message was changed")
			}
			seen := map[option.Code]bool{}
			for c := range d.Options.All() {
				if seen[c] {
					t.Errorf("option %d stands twice in %x", c, d.Options)
				}
				seen[c] = true
			}
			// Nothing in the state may refer to the memory of the message, which is used again.
			scribble := options
			for i := range scribble {
				scribble[i] ^= 0xff
			}
			w.check()
			for i := range scribble {
				scribble[i] ^= 0xff
			}
		}
	}
}

// What a decision keeps must be its own: the memory of a message is used again for the next one.
func TestNothingRefersToTheMessage(t *testing.T) {
	w := newWorld(t, planning{})
	mem := option.List(nil).AppendString(option.ClientID, "client-id").AppendString(option.HostName, "hostname").
		AppendString(option.VendorClass, "vendor").Append(option.RelayAgentInfo, []byte{1, 1, 'c', 2, 1, 'r'})
	mem = binary.BigEndian.AppendUint32(append(mem, byte(option.RequestedAddress), 0, 4), uint32(ip("10.80.0.105")))
	q := w.query(engine.Discover, hwOf("A"), "eth6", mem)
	w.send(q)
	q = w.query(engine.Request, hwOf("A"), "eth6", mem.AppendUint32(option.ServerID, uint32(ip("10.80.0.1"))))
	if d := w.send(q); d.Kind != engine.Ack {
		t.Fatalf("came %v %s", d.Kind, d.Reason)
	}
	clear(q.Options)
	clear(mem)
	l := w.s.Lease(ip("10.80.0.105"))
	circuitID, remoteID := l.RelayIDs()
	if string(l.ClientID) != "client-id" || l.Hostname != "hostname" || string(l.VendorClass) != "vendor" ||
		string(circuitID) != "c" || string(remoteID) != "r" {
		t.Errorf("the lease changed with the message: %+v", l)
	}
	for _, e := range w.all {
		if string(e.Machine.ClientID) != "client-id" || string(e.Machine.CircuitID) != "c" {
			t.Errorf("event %s changed with the message: %+v", e.Kind, e.Machine)
		}
	}
	w.check()
	// The client is found again, by an equal message in other memory.
	(&script{world: w}).line("A/client-id discover on=eth6 -> OFFER 10.80.0.105")
}
