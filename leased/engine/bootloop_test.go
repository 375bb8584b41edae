package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestBootLoop(t *testing.T) {
	turn := func(xid int) string {
		return fmt.Sprintf(`
			A discover as=uefi xid=%d -> OFFER 10.99.0.50 file=ipxe.efi
			A select 10.99.0.50 as=uefi xid=%d -> ACK 10.99.0.50 file=ipxe.efi`, xid, xid)
	}
	script := func(xid int) string {
		return fmt.Sprintf(`
			A select 10.99.0.50 as=ipxe xid=%d -> ACK 10.99.0.50 stage=script`, xid)
	}
	offer := func(xid int) string {
		return fmt.Sprintf(`
			A discover on=eth6 as=bios xid=%d -> OFFER file=undionly.kpxe !boot.offered`, xid)
	}
	takes := func(xid int) string {
		return fmt.Sprintf(`
			A select 10.80.0.60 server=10.80.0.2 on=eth6 as=bios xid=%d -> DROP address-servers`, xid)
	}
	// UEFI tries PXE and then, by the same start, HTTP boot.
	both := func(xid int, file string) string {
		class, want := "", "ipxe.efi"
		if file != "ipxe" {
			class, want = " 77=hex:077370656369616c", "class.efi"
		}
		return fmt.Sprintf(`
			A select 10.99.0.50 as=uefi%s xid=%d -> ACK 10.99.0.50 file=%s
			A select 10.99.0.50 as=http xid=%d -> ACK 10.99.0.50 file=http://10.99.0.1/ipxe.efi`, class, xid, want, xid+10)
	}
	stories(t, planning{file: bootFile}, []story{
		{"the fourth turn is told, the fifth is refused", turn(11) + `
			+30s` + turn(12) + `
			A select 10.99.0.50 as=uefi xid=12 -> ACK 10.99.0.50 file=ipxe.efi # again, which is no other turn
			+30s` + turn(13) + `
			A discover as=ipxe xid=33 -> OFFER 10.99.0.50 stage=script
			+30s` + turn(14) + ` !boot.offered boot.loop
			A select 10.99.0.50 as=uefi xid=14 -> ACK 10.99.0.50 file=ipxe.efi ! -
			A discover as=ipxe xid=34 -> OFFER 10.99.0.50 because=boot-loop !boot.refused
			+30s
			A discover as=uefi xid=15 -> OFFER 10.99.0.50 because=boot-loop file= -67 ! -
			A select 10.99.0.50 as=uefi xid=15 -> ACK 10.99.0.50 because=boot-loop file= -67 ! -
			B discover as=uefi -> OFFER 10.99.0.51 file=ipxe.efi
			restarted A -> true
			A discover as=uefi xid=16 -> OFFER 10.99.0.50 file=ipxe.efi
			restarted A -> false`},
		{"an exchange is judged alike", turn(11) + turn(12) + turn(13) + turn(14) + `
			later 4m59s
			A discover as=uefi xid=15 -> OFFER 10.99.0.50 because=boot-loop
			later 2s
			A select 10.99.0.50 as=uefi xid=15 -> ACK 10.99.0.50 because=boot-loop
			A discover as=uefi xid=16 -> OFFER 10.99.0.50 file=ipxe.efi`},
		{"progress ends it", turn(11) + turn(12) + turn(13) + `
			fetched A /ipxe.efi # the first stage itself` + turn(14) + `
			fetched A tftp://10.99.0.7/ipxe.efi
			A discover as=uefi xid=15 -> OFFER 10.99.0.50 because=boot-loop
			fetched A /vmlinuz
			A discover as=uefi xid=16 -> OFFER 10.99.0.50 file=ipxe.efi`},
		{"a script is progress", turn(11) + turn(12) + turn(13) + turn(14) + `
			fetched A
			A discover as=uefi -> OFFER 10.99.0.50 file=ipxe.efi`},
		{"so is the operating system", turn(11) + turn(12) + turn(13) + turn(14) + `
			A discover -> OFFER 10.99.0.50
			A discover as=uefi -> OFFER 10.99.0.50 file=ipxe.efi`},
		{"a loop at the PXE port", `
			A request on=eth6 as=uefi port=4011 ciaddr=10.80.0.60 xid=1 -> ACK ! boot.offered
			A request on=eth6 as=uefi port=4011 ciaddr=10.80.0.60 xid=2 -> ACK ! boot.offered
			A request on=eth6 as=uefi port=4011 ciaddr=10.80.0.60 xid=3 -> ACK ! boot.offered
			A request on=eth6 as=uefi port=4011 ciaddr=10.80.0.60 xid=4 -> ACK ! boot.offered boot.loop
			A request on=eth6 as=uefi port=4011 ciaddr=10.80.0.60 xid=4 -> ACK ! -
			A request on=eth6 as=uefi port=4011 ciaddr=10.80.0.60 xid=5 -> DROP boot-loop`},
		{"one that takes its time is kept from its file too", turn(11) + `
			+75s` + turn(12) + `
			+75s` + turn(13) + `
			+75s` + turn(14) + ` !boot.offered boot.loop
			+75s
			A discover as=uefi xid=15 -> OFFER 10.99.0.50 because=boot-loop !boot.refused
			+75s
			A discover as=uefi xid=16 -> OFFER 10.99.0.50 because=boot-loop ! -
			+2m31s` + turn(17) + ` !boot.offered # it may try again`},
		{"a start with two attempts is one turn of each", both(11, "ipxe") + both(12, "ipxe") + both(13, "ipxe") + `
			A select 10.99.0.50 as=uefi xid=14 -> ACK 10.99.0.50 file=ipxe.efi ! boot.offered boot.loop
			A select 10.99.0.50 as=http xid=24 -> ACK 10.99.0.50 because=boot-loop`},
		{"nor does the second make the first forgotten", both(11, "other") + both(12, "other") + both(13, "other") + `
			fetched A /class.efi # what was handed out before
			A select 10.99.0.50 as=uefi 77=hex:077370656369616c xid=14 -> ACK 10.99.0.50 file=class.efi ! boot.offered boot.loop`},
		{"iPXE that is in the machine comes back for its script", script(11) + `
			+30s` + script(12) + script(13) + script(14) + ` !boot.offered boot.loop
			A select 10.99.0.50 as=ipxe xid=15 -> ACK 10.99.0.50 because=boot-loop stage= !boot.refused
			+5m` + script(16)},
		{"unless it gets that script, or further", script(11) + script(12) + script(13) + `
			fetched A /boot/52-54-00-00-00-41.ipxe` + script(14) + script(15) + script(16) + `
			A discover -> OFFER 10.99.0.50` + script(17) + ` ! boot.offered`},
		{"what firmware loads does not count besides", turn(11) + script(21) + turn(12) + script(22) + turn(13) + script(23) + ` ! boot.offered` +
			turn(14) + ` !boot.offered boot.loop
			A select 10.99.0.50 as=ipxe xid=24 -> ACK 10.99.0.50 because=boot-loop`},
		{"beside another server, a turn is one with its address", offer(1) + offer(2) + offer(3) + offer(4) + offer(5) + takes(5) + `
			+10s` + offer(6) + takes(6) + takes(6) + offer(7) + takes(7) + offer(8) + takes(8) + ` !boot.loop
			A discover on=eth6 as=bios xid=9 -> DROP boot-loop !boot.refused`},
		{"what is not decided is not remembered", turn(11) + turn(12) + turn(13) + turn(14) + `
			A select 10.99.0.50 server=10.99.0.77 as=uefi xid=15 -> DROP other-server
			A discover as=uefi xid=15 -> OFFER 10.99.0.50 because=boot-loop`},
		{"the clock is set", turn(11) + turn(12) + turn(13) + `
			shift 3h` + turn(14) + `
			A discover as=uefi -> OFFER 10.99.0.50 because=boot-loop`},
	})
}

// A file server is asked for the path of a URL, without its query and escapes: that is the first stage all the same, and no progress.
func TestBootLoopByURL(t *testing.T) {
	const url = "http://10.99.0.1/a%20b.efi?by=firmware"
	file := strings.Replace(bootFile, "http://10.99.0.1/ipxe.efi", url, 1)
	w := newWorld(t, planning{file: file})
	s := &script{world: w}
	for i := range 3 {
		s.line(fmt.Sprintf("A select 10.99.0.50 as=http xid=%d -> ACK 10.99.0.50 file=%s", 100+i, url))
		w.s.BootProgress(hwOf("A"), "/a b.efi")
	}
	s.line("A select 10.99.0.50 as=http xid=104 -> ACK 10.99.0.50 ! boot.offered boot.loop")
}

// iPXE in a loop is told why, where a frontend can say it.
func TestBootLoopDiagnostic(t *testing.T) {
	w := run(t, planning{file: bootFile}, `A discover as=uefi -> OFFER 10.99.0.50`)
	w.front.HTTPPort = 8080
	for i := range 4 {
		(&script{world: w}).line(fmt.Sprintf("A select 10.99.0.50 as=uefi xid=%d -> ACK 10.99.0.50", 100+i))
	}
	(&script{world: w}).line("A discover as=ipxe -> OFFER 10.99.0.50 stage=diagnostic file=http://10.99.0.1:8080/rollcall/why.ipxe")
}
