package boot_test

import (
	"bytes"
	"strings"
	"testing"

	"rollcall/internal/arch"
	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// Whatever a message says, what it is told fits its place, and leads no firmware where nobody answers.
func FuzzDecide(f *testing.F) {
	for i, m := range []boot.Message{
		bios(), uefi(), httpBoot(), uBoot(), ipxe(0x13, 0x14), pi(), changed(uefi(), item(1, 0)), changed(uefi(), item(9, 0x8000)), message("HW-Client"),
		changed(pi(), func(m *boot.Message) { m.VendorClass = nil }), {},
	} {
		f.Add(m.VendorClass, m.Encapsulated, m.UserClass, m.Arch, m.NIC, m.UUID, m.Features, m.Requested, m.Hardware, uint64(i)*0x9e3779b97f4a7c15)
	}
	long := strings.Repeat("long/", 50)
	f.Fuzz(func(t *testing.T, class, encapsulated, user, code, nic, uuid, features, requested, hardware []byte, choice uint64) {
		if len(hardware) > 16 {
			hardware = hardware[:16]
		}
		m := boot.Message{
			VendorClass: class, Encapsulated: encapsulated, UserClass: user, Arch: code, NIC: nic, UUID: uuid, Features: features, Requested: requested,
			Hardware: hardware,
		}
		pick := func(n uint64) uint64 { c := choice % n; choice /= n; return c }
		var with []func(*boot.Settings)
		for _, f := range []func(*boot.Settings){
			proxy, pxe, fullPort, menu,
			func(s *boot.Settings) { s.VendorClasses = says([]string{"HW-Client", ""}) },
			func(s *boot.Settings) { s.File = says(long) },
			func(s *boot.Settings) { s.Files = files(map[arch.Firmware]string{arch.X64: "{hostname}/{uuid}/{mac}"}) },
			func(s *boot.Settings) { s.IPXE = says("{http}/" + long) },
			func(s *boot.Settings) { s.Menu = says(&boot.Menu{Items: make([]boot.MenuItem, 60)}) },
			func(s *boot.Settings) { s.Server = says(other) },
		} {
			if pick(2) == 1 {
				with = append(with, f)
			}
		}
		with = append(with, quirk(boot.Quirk(pick(6))))
		l := append(boot.Levels{nil, {File: says(long[:127])}}[:2*pick(2)], hall(with...)...)
		p := here(func(p *boot.Place) {
			p.Kind, p.Netboot, p.Done, p.Looping = boot.MessageKind(pick(4)), boot.Netboot(pick(4)), pick(2) == 1, pick(3) == 0
			if pick(2) == 1 {
				p.Port = boot.PXEPort
			}
			if pick(2) == 1 {
				p.HTTPPort = 0
			}
			p.Hostname = string(user)
		})
		c := boot.Read(&m, l)
		if c.Boots() && !boot.MayBoot(&m, l.VendorClasses()) {
			t.Error("MayBoot denies a machine that boots")
		}
		a := boot.Decide(&c, l, p)
		checkLimits(t, &c, l, p, a)
	})
}

func checkLimits(t *testing.T, c *boot.Client, l boot.Levels, p *boot.Place, a boot.Answer) {
	t.Helper()
	if !a.Options.Valid() || len(a.File) > 127 || len(a.ServerName) > 63 || len(a.Name) > 254 {
		t.Fatalf("what fits nowhere: file %q, name %q, options %x", a.File, a.Name, []byte(a.Options))
	}
	seen := map[option.Code][]byte{}
	for code, v := range a.Options.All() {
		if _, twice := seen[code]; twice || len(v) == 0 || len(v) > 255 {
			t.Errorf("option %d of %d octets, or twice", code, len(v))
		}
		seen[code] = v
	}
	if string(seen[option.VendorClass]) == "PXEClient" && seen[option.VendorSpecific] == nil && a.Stage != boot.StagePort {
		t.Error("marked as PXE without 43: the machine goes to port 4011")
	}
	if v := seen[option.VendorSpecific]; v != nil && (v[len(v)-1] != 255 || seen[option.VendorClass] == nil) {
		t.Errorf("43 is %x, 60 %q", v, seen[option.VendorClass])
	}
	if v := seen[option.BootfileName]; v != nil && (string(v) != a.Name+"\x00" || bytes.IndexByte(v, 0) != len(v)-1) {
		t.Errorf("67 is %q for %q", v, a.Name)
	}
	if a.Silent && (a.Reason == "" || a.Stage != boot.StageNone || len(a.Options) > 0 || a.Name != "") {
		t.Errorf("silence that says something: %+v", a)
	}
	if a.Silent && !boot.WithoutAddress(c, l, p) {
		t.Error("silence where an address is to be given")
	}
	if a.Reason != "" && a.Reason.Text() == "" {
		t.Errorf("%s has no words", a.Reason)
	}
	url := strings.Contains(a.Name, "://")
	switch {
	case !c.Boots() && len(a.Options) > 0:
		t.Errorf("an ordinary client is told %x", []byte(a.Options))
	case p.Kind == boot.KindBOOTP || a.Name == "" || !c.Boots():
	case c.IPXE:
	case c.ByHTTP != url:
		t.Errorf("class %d is told %q", c.Class, a.Name)
	}
}
