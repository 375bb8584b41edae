package store

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"rollcall/internal/arch"
	"rollcall/internal/event"
	"rollcall/internal/option"
	storagev1 "rollcall/proto/storage/v1"

	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

func someOctets(t *rapid.T, name string) []byte {
	return octets(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, name))
}

func someHW(t *rapid.T) engine.HW {
	return engine.HWOf(rapid.Uint8().Draw(t, "htype"), rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, "chaddr"))
}

// wantCanonical checks that a record is written by hand as proto.Marshal would write it, but for the order of pairs.
func wantCanonical(t *rapid.T, value []byte, rec proto.Message) {
	t.Helper()
	if err := proto.Unmarshal(value, rec); err != nil {
		t.Fatal(err)
	}
	if len(rec.ProtoReflect().GetUnknown()) > 0 {
		t.Fatalf("fields that nobody knows: %x", rec.ProtoReflect().GetUnknown())
	}
	canonical, err := proto.MarshalOptions{Deterministic: true}.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	event, _ := rec.(*storagev1.EventRecord)
	ordered := len(event.GetExtra()) < 2 && len(event.GetAnnotations()) < 2
	if len(value) != len(canonical) || ordered && !bytes.Equal(value, canonical) {
		t.Fatalf("written as %x, want %x", value, canonical)
	}
}

func TestLeaseRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &engine.Lease{
			IP:          engine.IP(rapid.Uint32Min(1).Draw(t, "ip")),
			State:       engine.LeaseState(rapid.Uint8Range(1, 4).Draw(t, "state")),
			HW:          someHW(t),
			ClientID:    someOctets(t, "client id"),
			ByHardware:  rapid.Bool().Draw(t, "by hardware"),
			Subnet:      rapid.String().Draw(t, "subnet"),
			Hostname:    rapid.String().Draw(t, "hostname"),
			Started:     rapid.Int64().Draw(t, "started"),
			CLTT:        rapid.Int64().Draw(t, "cltt"),
			Expires:     rapid.Int64().Draw(t, "expires"),
			Renewals:    rapid.Uint32().Draw(t, "renewals"),
			FoundByARP:  rapid.Bool().Draw(t, "found by arp"),
			VendorClass: someOctets(t, "vendor class"),
			Giaddr:      engine.IP(rapid.Uint32().Draw(t, "giaddr")),
			RelayInfo:   someOctets(t, "relay agent information"),
			Reservation: rapid.String().Draw(t, "reservation"),
			Quarantines: rapid.Uint32().Draw(t, "quarantines"),
			Reason:      rapid.String().Draw(t, "reason"),
			Revision:    rapid.Uint64().Draw(t, "revision"),
		}
		value := appendLease(nil, want)
		wantCanonical(t, value, new(storagev1.LeaseRecord))
		got, err := decodeLease(appendIP(nil, want.IP), value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// options compares those of reservations, whose parts are not exported.
var options = cmp.Options{cmp.AllowUnexported(engine.Options{}), cmpopts.EquateComparable(netip.Addr{})}

// someDetails returns some that are not empty.
func someDetails(t *rapid.T) *engine.Details {
	d := &engine.Details{
		Classes: rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "classes"),
		Extra:   rapid.MapOfN(rapid.String(), rapid.String(), 1, 3).Draw(t, "extra"),
	}
	var list []engine.Option
	for _, code := range rapid.SliceOfDistinct(rapid.Uint8Range(1, 254), rapid.ID[uint8]).Draw(t, "codes") {
		list = append(list, engine.Option{
			Code:  option.Code(code),
			Value: rapid.SampledFrom([][]byte{nil, {}, {1}, {0xff, 0}}).Draw(t, "value"),
			Send:  engine.Send(rapid.Uint8Range(0, 2).Draw(t, "send")),
		})
	}
	d.Options = engine.NewOptions(list)
	if rapid.Bool().Draw(t, "boot") {
		d.Boot = someBoot(t)
	}
	d.Netboot = boot.Netboot(rapid.Uint8Range(0, uint8(boot.Local)).Draw(t, "netboot"))
	return d
}

// somewhere returns an address, or none.
func somewhere(t *rapid.T) netip.Addr { return engine.IP(rapid.Uint32().Draw(t, "address")).Addr() }

// maybe returns a value that is said, or is not.
func maybe[T any](t *rapid.T, name string, draw *rapid.Generator[T]) (v boot.Value[T]) {
	if rapid.Bool().Draw(t, name+" is said") {
		v = boot.Says(draw.Draw(t, name), "")
	}
	return v
}

func someBoot(t *rapid.T) *boot.Settings {
	b := &boot.Settings{
		ServerName: maybe(t, "server name", rapid.String()), File: maybe(t, "file", rapid.String()), IPXE: maybe(t, "ipxe", rapid.String()),
		Style:       maybe(t, "style", rapid.SampledFrom([]boot.Style{boot.Plain, boot.PXE})),
		Quirk:       maybe(t, "quirk", rapid.SampledFrom([]boot.Quirk{boot.QuirkAuto, boot.QuirkNone, boot.QuirkAmpere})),
		Delay:       maybe(t, "delay", rapid.SampledFrom([]time.Duration{0, time.Millisecond, 10 * time.Second})),
		NoProxyWait: maybe(t, "no proxy wait", rapid.Bool()), Files: someFiles(t, "files"), HTTP: someFiles(t, "http"),
	}
	switch rapid.IntRange(0, 2).Draw(t, "server") {
	case 0:
		b.Server = boot.Says(netip.IPv4Unspecified(), "")
	case 1:
		if a := somewhere(t); a.IsValid() {
			b.Server = boot.Says(a, "")
		}
	}
	switch rapid.IntRange(0, 2).Draw(t, "menu") {
	case 0:
		b.Menu = boot.Says[*boot.Menu](nil, "")
	case 1:
		menu := &boot.Menu{Prompt: rapid.String().Draw(t, "prompt"), Timeout: rapid.Uint8().Draw(t, "timeout")}
		for range rapid.IntRange(1, 3).Draw(t, "items") {
			menu.Items = append(menu.Items, boot.MenuItem{
				Type: rapid.Uint16().Draw(t, "type"), Text: rapid.String().Draw(t, "text"), File: rapid.String().Draw(t, "file"),
				Server: somewhere(t),
			})
		}
		b.Menu = boot.Says(menu, "")
	}
	return b
}

func someFiles(t *rapid.T, name string) (files []boot.FirmwareFile) {
	codes := rapid.SliceOfNDistinct(rapid.Uint16(), 0, 3, rapid.ID[uint16]).Draw(t, name)
	slices.Sort(codes)
	for _, code := range codes {
		files = append(files, boot.FirmwareFile{Firmware: arch.Firmware(code), Value: boot.Says(rapid.String().Draw(t, name), "")})
	}
	return files
}

func TestReservationRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &engine.Reservation{
			ID:       "18446744073709551615",
			Kind:     engine.IdentifierKind(rapid.Uint8Range(1, 5).Draw(t, "kind")),
			Value:    string(someOctets(t, "value")),
			Subnet:   rapid.String().Draw(t, "subnet"),
			IP:       engine.IP(rapid.Uint32().Draw(t, "ip")),
			Hostname: rapid.String().Draw(t, "hostname"),
			Revision: rapid.Uint64().Draw(t, "revision"),
			Updated:  rapid.Int64().Draw(t, "updated"),
		}
		if rapid.Bool().Draw(t, "details") {
			want.Details = someDetails(t)
			want.Details.SaidBy(want.ID)
		}
		n, err := reservationNumber(want.ID)
		if err != nil {
			t.Fatal(err)
		}
		value, err := appendReservation(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeReservation(appendSequence(nil, n), value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, options); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestEventRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &engine.Event{
			Sequence:    rapid.Uint64Min(1).Draw(t, "sequence"),
			Time:        rapid.Int64().Draw(t, "time"),
			Kind:        rapid.SampledFrom(event.Kinds()).Draw(t, "kind"),
			Link:        rapid.String().Draw(t, "link"),
			Subnet:      rapid.String().Draw(t, "subnet"),
			IP:          engine.IP(rapid.Uint32().Draw(t, "ip")),
			Previous:    engine.IP(rapid.Uint32().Draw(t, "previous")),
			LeaseTime:   rapid.Uint32().Draw(t, "lease time"),
			Expires:     rapid.Int64().Draw(t, "expires"),
			Reason:      rapid.String().Draw(t, "reason"),
			Pool:        rapid.String().Draw(t, "pool"),
			Reservation: rapid.String().Draw(t, "reservation"),
			Extra:       rapid.MapOfN(rapid.String(), rapid.String(), 1, 3).Draw(t, "extra"),
		}
		if rapid.Bool().Draw(t, "annotated") {
			want.Annotations = rapid.MapOfN(rapid.String(), rapid.String(), 1, 3).Draw(t, "annotations")
		}
		if rapid.Bool().Draw(t, "machine") {
			want.Machine = &engine.Machine{
				HW: someHW(t), ClientID: someOctets(t, "client id"), Hostname: rapid.String().Draw(t, "hostname"),
				VendorClass: someOctets(t, "vendor class"), Giaddr: engine.IP(rapid.Uint32().Draw(t, "giaddr")),
				CircuitID: someOctets(t, "circuit id"), RemoteID: someOctets(t, "remote id"),
			}
		}
		if rapid.Bool().Draw(t, "boot") {
			want.Boot = &engine.BootInfo{
				Firmware: rapid.String().Draw(t, "firmware"), File: rapid.String().Draw(t, "file"), Server: rapid.String().Draw(t, "server"),
				Stage: rapid.String().Draw(t, "stage"), UUID: rapid.String().Draw(t, "uuid"), IPXE: rapid.Bool().Draw(t, "ipxe"),
				Rule: rapid.String().Draw(t, "rule"), Port: rapid.Uint16().Draw(t, "port"),
			}
		}
		value := appendEvent(nil, want)
		wantCanonical(t, value, new(storagev1.EventRecord))
		got, err := decodeEvent(appendSequence(nil, want.Sequence), value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestBootRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &engine.BootState{HW: someHW(t), Done: rapid.Int64().Draw(t, "done")}
		key, value := bootKeyOf(want.HW), appendBoot(nil, want)
		wantCanonical(t, value, new(storagev1.BootStateRecord))
		got, err := decodeBoot(key[:], value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A host name that is no UTF-8 must neither end the committer nor make a record that cannot be read.
func TestNameThatIsNotUTF8IsStored(t *testing.T) {
	value := appendLease(nil, &engine.Lease{IP: 1, State: engine.Active, Hostname: "a\xffb"})
	got, err := decodeLease(appendIP(nil, 1), value)
	if err != nil || got.Hostname != "a\uFFFDb" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func FuzzRecords(f *testing.F) {
	lease := appendLease(nil, &engine.Lease{State: engine.Active, HW: engine.HWOf(1, []byte("123456"))})
	event := appendEvent(nil, &engine.Event{Machine: &engine.Machine{}})
	f.Add([]byte("\x0a\x00\x00\x01"), lease)
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x01"), event)
	file := "pxelinux.0"
	reservation, _ := appendReservation(nil, &engine.Reservation{Kind: engine.ByHardware, Value: "123456", Details: &engine.Details{
		Options: engine.NewOptions([]engine.Option{{Code: option.Router, Value: []byte{10, 20, 0, 1}, Send: engine.SendAlways}}),
		Boot:    &boot.Settings{File: boot.Says(file, "")}, Classes: []string{"phones"}, Extra: map[string]string{"owner": "desk 7"},
	}})
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x01"), reservation)
	f.Fuzz(func(t *testing.T, key, value []byte) {
		var plain, scanned storagev1.LeaseRecord
		err, scanErr := proto.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(value, &plain), scanLease(&scanned, value, &interner{})
		if (err == nil) != (scanErr == nil) || err == nil && !proto.Equal(&plain, &scanned) {
			t.Errorf("lease %v (%v) is scanned as %v (%v)", &plain, err, &scanned, scanErr)
		}
		if want, err := decodeLease(key, value); err == nil {
			again := appendLease(nil, want)
			if got, err := decodeLease(key, again); err != nil || !cmp.Equal(want, got) {
				t.Errorf("lease %+v comes back as %+v, %v", want, got, err)
			}
		}
		if want, err := decodeReservation(key, value); err == nil {
			again, err := appendReservation(nil, want)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := decodeReservation(key, again); err != nil || !cmp.Equal(want, got, options) {
				t.Errorf("reservation %+v comes back as %+v, %v", want, got, err)
			}
		}
		if want, err := decodeEvent(key, value); err == nil {
			again := appendEvent(nil, want)
			if got, err := decodeEvent(key, again); err != nil || !cmp.Equal(want, got) {
				t.Errorf("event %+v comes back as %+v, %v", want, got, err)
			}
		}
	})
}

// FuzzGroup reads groups of arbitrary octets: never a panic, and what is taken can be found.
func FuzzGroup(f *testing.F) {
	group, last, err := appendGroup(nil, []*Pending{{Commit: engine.Commit{
		Leases: []*engine.Lease{{IP: 1, State: engine.Active}, {IP: 7, State: engine.Active}, {IP: 1, State: engine.Released}},
		Put:    []*engine.Reservation{{ID: "3", Kind: engine.ByHardware, Value: "123456"}}, Delete: []string{"3", "4"},
		Boots:  []*engine.BootState{{HW: engine.HWOf(1, []byte("machin")), Done: 7}, {HW: engine.HWOf(1, []byte("machin"))}},
		Events: []*engine.Event{{Kind: event.LeaseGranted}, {Kind: event.LeaseReleased}},
	}}}, 41)
	if err != nil || last != 43 {
		f.Fatalf("last event %d, %v", last, err)
	}
	f.Add(group)
	f.Fuzz(func(t *testing.T, group []byte) {
		p := newPart()
		if err := p.add(group, 1, time.Time{}); err != nil {
			return
		}
		for ip, at := range p.leases {
			_, _ = decodeLease(appendIP(nil, ip), p.value(at))
		}
		for i := range p.events {
			_, _ = decodeEvent(appendSequence(nil, p.first+uint64(i)), p.value(p.events[i]))
			_, _ = eventTime(p.value(p.events[i]))
		}
		for key, at := range p.boots {
			if at != deleted {
				_, _ = decodeBoot(key[:], p.value(at))
			}
		}
		if len(p.addresses) != len(p.leases) {
			t.Errorf("%d addresses of %d leases", len(p.addresses), len(p.leases))
		}
	})
}
