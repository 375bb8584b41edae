package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// UEFI boots by the ACK, and by HTTP from the OFFER: both say the same, for every firmware, style and intent, in a loop and out of it.
func TestOfferAndAckSayTheSame(t *testing.T) {
	type says struct {
		Next             engine.IP
		ServerName, File string
		Broadcast        bool
		Options          string
	}
	of := func(d engine.Decision) says {
		var b strings.Builder
		for _, code := range []option.Code{43, 60, 66, 67, 97, 175} {
			if v, ok := d.Options.Get(code); ok {
				fmt.Fprintf(&b, "%d=%x ", code, v)
			}
		}
		return says{d.Next, d.ServerName, d.File, d.Broadcast, b.String()}
	}
	for _, block := range []string{
		"", "style: pxe", "quirk: dell", "quirk: ampere", "server: 10.99.0.8", "server_name: boot1",
		"menu: {prompt: Boot, items: [{type: 1, text: Installer, file: install.efi}]}",
	} {
		file := strings.Replace(bootFile, "  boot:\n", "  boot:\n    "+block+"\n", 1)
		for _, machine := range []string{"A", "K", "N", "O"} {
			w := run(t, planning{file: file}, "")
			s := &script{world: w}
			for turn := range 7 { // some are in a loop by then
				for _, kind := range []string{"bios", "uefi", "http", "ipxe", "arm", "u-boot"} {
					if turn == 5 {
						w.s.FinishBoot(hwOf(machine), w.now)
					}
					s.where = fmt.Sprintf("%s: %s of %s, turn %d", block, kind, machine, turn)
					words := fmt.Sprintf("as=%s xid=%d 55=%s", kind, w.xid, []string{"1", "1,3,66,67", "43,60,97,175"}[turn%3])
					offer := w.send(s.message(strings.Fields(machine + " discover " + words)))
					ack := w.send(s.message(strings.Fields(fmt.Sprintf("%s select %v %s", machine, offer.IP, words))))
					if ack.Kind != engine.Ack {
						s.errorf("came %v %s", ack.Kind, ack.Reason)
					}
					if diff := cmp.Diff(of(offer), of(ack)); diff != "" {
						s.errorf("the ACK is not like the OFFER (-offer +ack):\n%s", diff)
					}
				}
			}
		}
	}
}
