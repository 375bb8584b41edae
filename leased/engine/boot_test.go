package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// bootFile has a network that gives addresses and files, and on another link one where another server gives the addresses.
const bootFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  boot:
    files: {bios: undionly.kpxe, uefi-x64: ipxe.efi, uboot-arm64: boot.scr.uimg}
    http: {uefi-x64: "http://10.99.0.1/ipxe.efi"}
    ipxe: "http://10.99.0.1/boot/{mac}.ipxe"
  classes:
    - {name: special, match: {user_class: special}, boot: {files: {uefi-x64: class.efi}}}
  subnets:
    - name: lobby
      prefix: 10.99.0.0/24
      options: {routers: [10.99.0.1]}
      pools: [{range: 10.99.0.50-10.99.0.99, boot: {server: 10.99.0.7}}]
    - name: yard
      prefix: 10.80.0.0/24
      options: {routers: [10.80.0.1]}
      boot: {role: proxy}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: lobby, address: 10.99.0.9, boot: {file: custom.efi}}
    - {mac: "52:54:00:00:00:4e", subnet: lobby, netboot: never}
    - {mac: "52:54:00:00:00:4f", subnet: lobby, netboot: once}
`

// firmware returns what a kind of machine sends that boots from the network.
func firmware(kind string) option.List {
	return append(option.List(nil).Append(option.ParameterRequestList, []byte{1, 3, 6, 43, 60, 66, 67, 97}), asksNothing(kind)...)
}

// asksNothing is firmware without the options that it asks for.
func asksNothing(kind string) (o option.List) {
	arch := func(class string, code byte) option.List {
		return o.AppendString(option.VendorClass, fmt.Sprintf("%s:Arch:%05d:UNDI:003000", class, code)).
			Append(option.ClientArch, []byte{0, code}).Append(option.ClientNDI, []byte{1, 3, 0}).Append(option.ClientUUID, uuid)
	}
	switch kind {
	case "bios":
		return arch("PXEClient", 0)
	case "uefi":
		return arch("PXEClient", 7)
	case "arm":
		return arch("PXEClient", 11)
	case "http":
		return arch("HTTPClient", 16)
	case "ipxe":
		return arch("PXEClient", 7).AppendString(option.UserClass, "iPXE")
	case "u-boot":
		return o.AppendString(option.VendorClass, "U-Boot.armv8").Append(option.ClientArch, []byte{0, 22})
	}
	panic("no such firmware: " + kind)
}

var uuid = []byte("\x00\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff")

func bootAnswer(d *engine.Decision) boot.Answer {
	if d.Boot == nil {
		return boot.Answer{}
	}
	return d.Boot.Answer
}

func TestBootBesideAnAddress(t *testing.T) {
	stories(t, planning{file: bootFile}, []story{
		{"UEFI gets its file in OFFER and ACK, asked for or not", `
			A discover as=uefi xid=7 55=1   -> OFFER 10.99.0.50 stage=file file=ipxe.efi next=10.99.0.7 67=hex:697078652e65666900 -60 -43 97=hex:0033221100554477668899aabbccddeeff !client.unknown
			A select 10.99.0.50 as=uefi xid=7 55=1 -> ACK 10.99.0.50 stage=file file=ipxe.efi next=10.99.0.7 67=hex:697078652e65666900 -60 -43 97=hex:0033221100554477668899aabbccddeeff !lease.granted boot.offered
			A select 10.99.0.50 as=uefi xid=7 -> ACK 10.99.0.50 file=ipxe.efi ! -
			A renew 10.99.0.50 as=uefi      -> ACK 10.99.0.50 file=ipxe.efi ! -
			A select 10.99.0.50 as=uefi xid=9 -> ACK 10.99.0.50 !boot.offered`},
		{"each firmware its own", `
			A discover as=bios   -> OFFER 10.99.0.50 file=undionly.kpxe rule=boot.files.bios
			A discover as=http   -> OFFER 10.99.0.50 60=HTTPClient file=http://10.99.0.1/ipxe.efi rule=boot.http.uefi-x64
			A discover as=u-boot -> OFFER 10.99.0.50 file=boot.scr.uimg next=10.99.0.7 -60 -43
			A discover as=ipxe   -> OFFER 10.99.0.50 stage=script file=http://10.99.0.1/boot/52-54-00-00-00-41.ipxe 175=hex:b00101 -60`},
		{"one without a file gets an address, and it is told why", `
			A discover as=arm -> OFFER 10.99.0.50 because=no-file-for-arch file= next= -67 -60 -43 -66 !client.unknown boot.refused
			A select 10.99.0.50 as=arm -> ACK 10.99.0.50 because=no-file-for-arch !lease.granted
			+4m
			A discover as=arm -> OFFER 10.99.0.50 ! -
			+2m
			A discover as=arm -> OFFER 10.99.0.50 !boot.refused`},
		{"others are told what was always told", `
			A discover 55=66,67 -> OFFER 10.99.0.50 next=10.99.0.7 file= -67 66=10.99.0.7 -97
			K discover 55=66,67 on=eth1 -> OFFER 10.99.0.9 next=10.99.0.1 file=custom.efi 67=custom.efi 66=10.99.0.1`},
		{"the reservation is the nearest level", `K discover as=uefi -> OFFER 10.99.0.9 file=custom.efi rule=boot.file`},
		{"never", `N discover as=uefi -> OFFER 10.99.0.50 because=netboot-never file= -67 !boot.refused`},
		{"a machine without an address is known to boot all the same", `A discover as=uefi on=eth4 -> DROP no-subnet boots=true`},
	})
}

// The quirk of a pool, and what counts as firmware in the subnet that the address is from, hold for its clients.
func TestBootQuirkOfThePool(t *testing.T) {
	file := strings.Replace(bootFile, "boot: {server: 10.99.0.7}}]", "boot: {quirk: dell}}]", 1)
	run(t, planning{file: file}, `
		A discover as=uefi -> OFFER 10.99.0.50 60=PXEClient broadcast=true
		A select 10.99.0.50 as=uefi -> ACK 10.99.0.50 60=PXEClient broadcast=true
		A renew 10.99.0.50 as=uefi -> ACK 10.99.0.50 60=PXEClient broadcast=false # it has an address to answer to
		K discover as=uefi -> OFFER 10.99.0.9 -60 broadcast=false`)
}

// What an operator writes as options counts for more than what is made of the rules.
func TestBootOptionsOfTheOperator(t *testing.T) {
	file := strings.Replace(bootFile, "options: {routers: [10.99.0.1]}",
		`options: {routers: [10.99.0.1], bootfile-name: mine.efi, vendor-class-identifier: Mine}`, 1)
	file = strings.Replace(file, "  boot:\n", "  boot:\n    style: pxe\n", 1)
	run(t, planning{file: file}, `A discover as=uefi 55=1 -> OFFER 10.99.0.50 60=Mine 67=hex:6d696e652e65666900 43=hex:060108ff file=ipxe.efi`)
}

// An operator who writes options 66 and 67 and no rule means them for machines that boot.
func TestBootByOptions(t *testing.T) {
	file := strings.Replace(bootFile, "boot: {files: {uefi-x64: class.efi}}",
		"options: {bootfile-name: arm.efi, tftp-server-name: tftp.example.org}", 1)
	file = strings.Replace(file, "options: {routers: [10.99.0.1]}", `options: {routers: [10.99.0.1], bootfile-name: all.efi, vendor-class-identifier: PXEClient}`, 1)
	run(t, planning{file: file}, `
		N discover as=uefi -> OFFER 10.99.0.50 because=netboot-never -67 -66 -60 # it is to boot nothing
		A select 10.99.0.51 as=arm 77=hex:077370656369616c -> ACK 10.99.0.51 67=hex:61726d2e65666900 66=tftp.example.org because= stage=file !lease.granted boot.offered`)
}

func TestBootBesideAnotherServer(t *testing.T) {
	stories(t, planning{file: bootFile}, []story{
		{"BIOS is offered its file and no address", `
			A discover on=eth6 as=bios xid=5 -> OFFER next=10.80.0.1 file=undionly.kpxe 60=PXEClient 43=hex:060108ff broadcast=true order=54,60,43,67,97,66 writes=0 !boot.offered
			A discover on=eth6 as=bios xid=5 -> OFFER ! -
			A select 10.80.0.60 server=10.80.0.2 on=eth6 as=bios -> DROP address-servers ! -
			A inform 10.80.0.60 on=eth6 as=bios -> DROP address-servers`},
		{"UEFI is sent on to port 4011", `
			A discover on=eth6 as=uefi -> OFFER stage=port next=10.80.0.1 60=PXEClient -43 file=ipxe.efi broadcast=true ! -
			A request on=eth6 as=uefi port=4011 ciaddr=10.80.0.60 to=10.80.0.1 xid=9 -> ACK stage=file next=10.80.0.1 file=ipxe.efi 60=PXEClient -1 -3 -51 writes=0 !boot.offered
			A request on=eth6 as=uefi port=4011 ciaddr=10.80.0.60 to=10.80.0.1 xid=9 -> ACK file=ipxe.efi ! -`},
		{"iPXE is offered its script", `A discover on=eth6 as=ipxe -> OFFER stage=script file=http://10.99.0.1/boot/52-54-00-00-00-41.ipxe`},
		{"one without a file hears nothing", `A discover on=eth6 as=arm -> DROP no-file-for-arch !boot.refused`},
		{"nor does who does not boot", `
			A discover on=eth6 -> DROP not-a-boot-client ! -
			A request on=eth6 -> DROP address-servers
			A release 10.80.0.60 on=eth6 -> DROP address-servers
			A request on=eth6 port=4011 ciaddr=10.80.0.60 -> DROP not-a-boot-client`},
		{"behind a relay", `A discover on=eth1 via=10.80.0.9 82/11=10.80.0.9 as=bios -> OFFER file=undionly.kpxe next=10.20.0.1 54=10.20.0.1`},
	})
}

func TestPXEPort(t *testing.T) {
	stories(t, planning{file: bootFile}, []story{
		{"boot files and nothing else", `
			A request port=4011 as=uefi ciaddr=10.99.0.60 to=10.99.0.1 -> ACK stage=file file=ipxe.efi next=10.99.0.7 54=10.99.0.1 -51 -1 -3 writes=0 !boot.offered
			A inform 10.99.0.60 port=4011 as=uefi -> ACK file=ipxe.efi
			A discover port=4011 as=uefi -> OFFER file=ipxe.efi
			A request port=4011 as=uefi server=10.99.0.1 ciaddr=10.99.0.60 -> ACK file=ipxe.efi # as iPXE does
			A request port=4011 as=uefi 50=10.1.2.3 ciaddr=10.99.0.200 -> ACK file=ipxe.efi # which would be a NAK elsewhere
			fetched A /other
			A request port=4011 as=arm ciaddr=10.99.0.60 -> DROP no-file-for-arch
			A request port=4011 ciaddr=10.99.0.60 -> DROP not-a-boot-client
			A release 10.99.0.60 port=4011 as=uefi -> DROP unknown-message`},
		{"of its own network", `A request on=eth6 port=4011 as=uefi ciaddr=10.99.0.60 to=10.80.0.1 -> ACK file=ipxe.efi next=10.99.0.7`},
	})
	full := strings.Replace(bootFile, "  boot:\n", "  boot:\n    pxe_port_mode: full\n", 1)
	run(t, planning{file: full}, `
		A discover port=4011 as=uefi -> OFFER 10.99.0.50 file=ipxe.efi 51=3600
		A select 10.99.0.50 port=4011 as=uefi -> ACK 10.99.0.50 file=ipxe.efi
		B discover port=4011 -> OFFER 10.99.0.51
		A request port=4011 on=eth6 as=uefi ciaddr=10.80.0.60 -> ACK file=ipxe.efi -51 writes=0 # no addresses there`)
	run(t, planning{}, `A request port=4011 as=uefi ciaddr=10.99.0.60 -> DROP no-boot-rule ! -`)
}

func TestBootMenu(t *testing.T) {
	file := strings.Replace(bootFile, "  boot:\n", `  boot:
    menu: {prompt: "Boot from", timeout: 5s, items: [{type: 1, text: Installer, file: install.efi}, {type: 0, text: Local disk}]}
`, 1)
	run(t, planning{file: file}, `
		A discover as=uefi -> OFFER 10.99.0.50 stage=menu 60=PXEClient next=10.99.0.1
		A select 10.99.0.50 as=uefi -> ACK 10.99.0.50 stage=menu !lease.granted boot.offered
		A request port=4011 as=uefi ciaddr=10.99.0.50 to=10.99.0.1 43=hex:470400010000ff -> ACK stage=file file=install.efi 43=hex:470400010000ff writes=0 !boot.offered
		A rebind 10.99.0.50 as=uefi 43=hex:470400010000ff -> ACK file=install.efi -51 writes=0 # by broadcast
		A rebind 10.99.0.50 as=uefi 43=hex:470400090000ff -> DROP other-boot-server ! -
		A rebind 10.99.0.50 as=uefi 43=hex:470400018000ff -> DROP boot-integrity !boot.refused
		A rebind 10.99.0.50 as=uefi 43=hex:47020001ff -> DROP malformed-boot-item
		A rebind 10.99.0.50 as=uefi -> ACK 10.99.0.50 51=3600`)
}

func TestNetbootOnce(t *testing.T) {
	stories(t, planning{file: bootFile}, []story{
		{"until it is done", `
			O select 10.99.0.50 as=uefi -> ACK 10.99.0.50 file=ipxe.efi
			finished O -> true ! boot.done
			finished O -> false ! -
			O select 10.99.0.50 as=uefi -> ACK 10.99.0.50 because=netboot-done file= !boot.refused
			restart
			O discover as=uefi -> OFFER 10.99.0.50 because=netboot-done file=
			O select 10.99.0.50 as=ipxe -> ACK 10.99.0.50 because=netboot-done
			finished O -> false # by a system that says so at each start
			restarted O -> true
			O discover as=uefi -> OFFER 10.99.0.50 file=ipxe.efi
			restart
			O discover as=uefi -> OFFER 10.99.0.50 file=ipxe.efi`},
		{"an exchange is judged alike", `
			O discover as=uefi xid=5 -> OFFER 10.99.0.50 file=ipxe.efi
			finished O -> true
			O select 10.99.0.50 as=uefi xid=5 -> ACK 10.99.0.50 file=ipxe.efi
			O discover as=uefi xid=6 -> OFFER 10.99.0.50 because=netboot-done`},
		{"others are done too, and boot again all the same", `
			finished A -> false ! -
			A select 10.99.0.50 as=uefi -> ACK 10.99.0.50 !lease.granted boot.offered
			finished A -> true !boot.done
			finished A -> false ! -
			A select 10.99.0.50 as=uefi -> ACK 10.99.0.50 file=ipxe.efi !boot.offered
			finished A -> true !boot.done`},
	})
}

// A reservation that is to boot once begins anew when it is made so.
func TestNetbootOnceAgain(t *testing.T) {
	w := run(t, planning{file: bootFile}, `A select 10.99.0.50 as=uefi -> ACK 10.99.0.50`)
	s := &script{world: w}
	once := &engine.Details{Netboot: boot.Once}
	r, err := w.enrol(engine.Reservation{ID: "1", Kind: engine.ByHardware, Value: string(hwOf("A").Bytes()), Subnet: "lobby", Details: once})
	if err != nil {
		t.Fatal(err)
	}
	s.line("finished A -> true !boot.done")
	s.line("A discover as=uefi -> OFFER 10.99.0.50 because=netboot-done")
	change := *r
	change.Hostname = "other"
	if r, err = w.enrol(change); err != nil {
		t.Fatal(err)
	}
	s.line("A discover as=uefi -> OFFER 10.99.0.50 because=netboot-done")
	for _, d := range []*engine.Details{nil, once} {
		change = *r
		change.Details = d
		if r, err = w.enrol(change); err != nil {
			t.Fatal(err)
		}
	}
	s.line("A discover as=uefi -> OFFER 10.99.0.50 file=ipxe.efi")
	s.line("finished A -> true !boot.done")
	if err := w.unreserve(r.ID); err != nil {
		t.Fatal(err)
	}
	if len(w.boots) != 0 {
		t.Errorf("the disk remembers %v of machines without a reservation", w.boots)
	}
}

func TestBootEvents(t *testing.T) {
	w := run(t, planning{file: bootFile}, `K select 10.99.0.9 as=uefi`)
	e := w.all[len(w.all)-1]
	want := engine.BootInfo{
		Firmware: "uefi-x64", File: "custom.efi", Server: "10.99.0.1", Stage: "file", UUID: "00112233-4455-6677-8899-aabbccddeeff",
		Rule: "boot.file of reservation config-1 (test.yaml:22)", Port: 67,
	}
	if e.Boot == nil || *e.Boot != want {
		t.Errorf("the event says %+v, want %+v", e.Boot, want)
	}
	if e.IP != ip("10.99.0.9") || e.Subnet != "lobby" || e.Reservation != "config-1" || e.Machine.HW != hwOf("K") {
		t.Errorf("the event is about %+v", e)
	}
}

// What is told of a machine that is done says which one it is.
func TestBootDoneEvent(t *testing.T) {
	w := run(t, planning{file: bootFile}, `
		K select 10.99.0.9 as=uefi
		finished K -> true`)
	e := w.all[len(w.all)-1]
	if want := (engine.BootInfo{Firmware: "uefi-x64", UUID: "00112233-4455-6677-8899-aabbccddeeff"}); e.Boot == nil || *e.Boot != want {
		t.Errorf("the event says %+v, want %+v", e.Boot, want)
	}
	if e.IP != ip("10.99.0.9") || e.Subnet != "lobby" || e.Reservation != "config-1" || e.Machine.HW != hwOf("K") {
		t.Errorf("the event is about %+v", e)
	}
}

func TestBootMachine(t *testing.T) {
	w := run(t, planning{file: bootFile}, `
		A select 10.99.0.50 as=uefi -> ACK 10.99.0.50
		O select 10.99.0.51 as=uefi -> ACK 10.99.0.51
		finished O -> true`)
	w.front.HTTPPort = 8080
	for _, test := range []struct {
		name string
		ip   engine.IP
		hw   engine.HW
		want string
	}{
		{"by address", ip("10.99.0.50"), engine.HW{}, "52:54:00:00:00:41 10.99.0.50 lobby script http://10.99.0.1/boot/52-54-00-00-00-41.ipxe"},
		{"by hardware", 0, hwOf("A"), "52:54:00:00:00:41 10.99.0.50 lobby script http://10.99.0.1/boot/52-54-00-00-00-41.ipxe"},
		{"done", 0, hwOf("O"), "52:54:00:00:00:4f 10.99.0.51 lobby netboot-done once done local http://10.99.0.1:8080/rollcall/local.ipxe"},
		{"of another server", ip("10.80.0.60"), hwOf("B"), "52:54:00:00:00:42 10.80.0.60 yard script http://10.99.0.1/boot/52-54-00-00-00-42.ipxe"},
		{"from afar", ip("172.16.0.1"), hwOf("A"), "52:54:00:00:00:41 10.99.0.50 lobby script http://10.99.0.1/boot/52-54-00-00-00-41.ipxe"},
		{"never seen", 0, hwOf("K"), "08:00:27:2c:49:4b  lobby config-1 script http://10.99.0.1/boot/08-00-27-2c-49-4b.ipxe"},
		{"unknown", ip("172.16.0.1"), engine.HW{}, " 172.16.0.1   "},
	} {
		m := w.s.BootMachine(test.ip, test.hw, "f1", w.now)
		parts := []string{fmt.Sprint(m.HW), fmt.Sprint(m.IP), m.Subnet}
		if m.Reservation != nil && m.Done == 0 {
			parts = append(parts, m.Reservation.ID)
		}
		if m.Answer.Reason != "" {
			parts = append(parts, string(m.Answer.Reason), m.Netboot.String())
		}
		if m.Done != 0 {
			parts = append(parts, "done")
		}
		parts = append(parts, m.Answer.Stage.String(), m.Answer.Name)
		if got := strings.Join(parts, " "); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// However many machines there are, what is remembered of their boots is bounded: the one that was heard of least recently goes.
func TestBootsAreBounded(t *testing.T) {
	w := newWorld(t, planning{file: bootFile})
	boots := func(machine int) {
		q := w.query(engine.Discover, benchHW(0x30, machine), "eth6", firmware("bios"))
		q.Index()
		d := engine.Decide(w.s, q, w.now)
		w.s.Apply(q, &d, w.now.Unix())
	}
	remembered := func(machine int) bool {
		_, changed := w.s.FinishBoot(benchHW(0x30, machine), w.now)
		return changed
	}
	const most = 1 << 16
	for i := range most {
		boots(i)
	}
	if !remembered(0) {
		t.Error("the first of as many as can be was forgotten")
	}
	boots(most)
	if remembered(1) || !remembered(2) || !remembered(most) {
		t.Error("not the one went that was heard of least recently")
	}
	w.check()
}

// Whoever invents hardware addresses where no leases are given makes no more events than the disk bears, and what a lease is written for is
// told all the same.
func TestBootEventsAreBounded(t *testing.T) {
	w := newWorld(t, planning{file: bootFile})
	told, untold := 0, 0
	for i := range 10_000 {
		kind := []string{"bios", "arm"}[i%2]
		q := w.query(engine.Discover, benchHW(0x30, i), "eth6", firmware(kind))
		q.Index()
		d := engine.Decide(w.s, q, w.now)
		w.s.Apply(q, &d, w.now.Unix())
		told += len(d.Commit.Events)
		untold += d.Boot.Untold
		if kind == "bios" && d.Kind != engine.Offer {
			t.Fatal(d.Kind, d.Reason)
		}
	}
	if told != 4096 || untold != 10_000-4096 {
		t.Errorf("%d events at once, %d not told; want 4096 and the rest", told, untold)
	}
	s := &script{world: w}
	s.line("A select 10.99.0.50 as=uefi -> ACK 10.99.0.50 file=ipxe.efi !lease.granted boot.offered")
	s.line("B discover on=eth6 as=bios -> OFFER file=undionly.kpxe ! -")
	s.line("C discover on=eth6 as=arm -> DROP no-file-for-arch ! -")
	w.now = w.now.Add(time.Second)
	s.line("B discover on=eth6 as=bios -> OFFER file=undionly.kpxe !boot.offered")
	s.line("C discover on=eth6 as=arm -> DROP no-file-for-arch !boot.refused")
}
