package engine_test

import (
	"testing"

	"rollcall/leased/engine"
)

const amendFile = `
  authoritative: true
  probe: {enabled: false}
  offer_time: 60s
  bootp: true
  rapid_commit: true
  limits: {actions: 0}
  boot: {files: {bios: undionly.kpxe, uefi-x64: ipxe.efi}, server: 10.99.0.3}
  subnets:
    - name: lobby
      prefix: 10.99.0.0/24
      lease: {time: 100s, reuse: 50%}
      options: {routers: [10.99.0.1], domain-name: example.org}
      pools: [{range: 10.99.0.50-10.99.0.52}]
    - {name: proxied, prefix: 10.80.0.0/24, boot: {role: proxy}}
`

func TestAmendment(t *testing.T) {
	stories(t, planning{file: amendFile}, []story{
		{"options", `
			policy reply 15=b.example 15=a.example -3 7=10.0.0.3 61= 51=5 54=10.0.0.9 53=hex:09 82=hex:00 255= 0= 57=9
			A/id discover 55=3,15         -> OFFER 10.99.0.50 order=54,51,1,15,7 15=a.example 7=10.0.0.3 54=10.99.0.1 51=100
			policy reply -15 15=again -3 3=10.0.0.9
			A/id discover 55=3,15         -> OFFER 10.99.0.50 order=54,51,1,3,15 3=10.0.0.9 15=again`},
		{"the lease", `
			policy reply time=70 t1=20 t2=30
			A discover                    -> OFFER 10.99.0.50 51=70 58=20 59=30
			A select 10.99.0.50           -> ACK 10.99.0.50 51=70 58=20 59=30 writes=1
			left 10.99.0.50               -> 1m10s
			later 10s
			A renew 10.99.0.50            -> ACK 10.99.0.50 51=70 writes=1
			left 10.99.0.50               -> 1m10s
			policy reply time=4294967295 t1=20
			A renew 10.99.0.50            -> ACK 10.99.0.50 51=4294967295 -58 writes=1
			left 10.99.0.50               -> never`},
		{"times that do not fit", `
			policy reply t1=95 t2=100
			A discover                    -> OFFER 10.99.0.50 58=95 -59
			policy reply t1=100
			A discover                    -> OFFER 10.99.0.50 -58
			policy reply t1=0 t2=0
			A discover 55=58,59           -> OFFER 10.99.0.50 -58 -59
			policy reply t1=95
			A discover 55=58,59           -> OFFER 10.99.0.50 58=95 -59
			policy reply t2=5
			A discover 55=58,59           -> OFFER 10.99.0.50 -58 59=5
			policy reply t1=9 t2=5
			A discover 55=58,59           -> OFFER 10.99.0.50 58=5 59=5
			policy reply time=0
			A discover                    -> OFFER 10.99.0.50 51=1`},
		{"a lease that is used again keeps its time", `
			A select 10.99.0.50           -> ACK 10.99.0.50 writes=1
			later 10s
			policy reply t1=60
			A renew 10.99.0.50            -> ACK 10.99.0.50 51=90 58=60 writes=0`},
		{"silence", `
			policy reply silent
			A discover                    -> DROP policy-silent ! client.unknown
			B discover                    -> DROP policy-silent
			policy off
			B discover                    -> OFFER 10.99.0.52
			policy reply error
			B select 10.99.0.52           -> DROP policy-error writes=0 ! -
			lease 10.99.0.52              -> none
			policy off
			A discover                    -> OFFER 10.99.0.50`},
		{"a NAK", `
			policy reply nak 56=go 3=10.0.0.1 60=hex:01
			A discover                    -> DROP policy-silent
			A select 10.99.0.50           -> NAK policy-nak 56=go -3 -60 writes=0 ! -
			A inform 10.99.0.80           -> DROP policy-silent
			A discover 80=                -> DROP policy-silent writes=0
			A bootp                       -> DROP policy-silent writes=0
			A select 192.0.2.1            -> NAK wrong-network 56=go
			lease 10.99.0.50              -> none`},
		{"of a NAK", `
			policy reply silent
			A select 192.0.2.1            -> DROP policy-silent
			policy reply 56=no 3=10.0.0.1 next=10.0.0.1 file=f time=9
			A select 192.0.2.1            -> NAK wrong-network 56=no -3 -51 next="" file=""`},
		{"no NAK without a lease to refuse", `
			policy reply nak
			A request on=eth6 as=uefi 50=10.80.0.60 port=4011 -> DROP policy-silent`},
		{"the header", `
			policy reply next=10.0.0.9 file=f sname=s broadcast
			A discover                    -> OFFER 10.99.0.50 next=10.0.0.9 file=f sname=s broadcast=true
			policy reply noaddress
			A select 10.99.0.50           -> ACK writes=1 51=100
			lease 10.99.0.50              -> active renewals=0
			B select 10.99.0.50           -> NAK address-taken`},
		{"the boot file", `
			policy reply file=other.efi
			A select 10.99.0.50 as=uefi   -> ACK 10.99.0.50 file=other.efi stage=file rule=reply() ! lease.granted boot.offered
			policy reply file= -67
			B select 10.99.0.51 as=uefi   -> ACK 10.99.0.51 file="" stage="" ! lease.granted
			policy reply 67=third.efi file=
			C select 10.99.0.52 as=uefi   -> ACK 10.99.0.52 67=hex:74686972642e65666900 stage=file ! lease.granted pool.low boot.offered`},
		{"BOOTP", `
			policy reply time=9 15=x 66=y 119=hex:00
			A bootp                       -> ACK 10.99.0.50 15=x -66 -51
			left 10.99.0.50               -> never`},
		{"of one that informs", `
			policy reply time=9 t1=3 15=x
			A inform 10.99.0.80           -> ACK 15=x -51 -58`},
		{"what has no answer", `
			policy reply 15=x
			A select 10.99.0.50           -> ACK 10.99.0.50
			A release 10.99.0.50          -> DROP release-done
			asked                         -> []
			A discover on=eth7            -> DROP no-subnet
			asked                         -> []`},
		{"filter", `
			policy filter drop
			A discover                    -> DROP policy-filter ! -
			policy filter error
			A discover                    -> DROP policy-error
			policy filter suspend
			A discover                    -> DROP policy-suspend ! client.suspended
			admit A                       -> suspended
			admit B                       -> yes
			later 150s
			admit A                       -> yes`},
	})
}

// An address that the policy has not spoken of yet goes to nobody else, and is free again when it wants silence.
func TestAskedAboutIsHeld(t *testing.T) {
	w := newWorld(t, planning{file: amendFile})
	s := &script{world: w, p: planning{file: amendFile}}
	s.rules = &rules{stages: engine.StageReply}
	s.rules.onto(w.s.Plan())
	var others []engine.IP
	s.rules.between = func(d *engine.Decision) {
		rules := w.rules
		w.rules = nil
		s.s.Plan().Stages = 0
		for _, other := range []string{"B", "C"} {
			others = append(others, w.send(s.message([]string{other, "discover"})).IP)
		}
		s.s.Plan().Stages, w.rules = engine.StageReply, rules
	}
	s.line("A discover 80= -> ACK 10.99.0.50")
	if len(others) != 2 || others[0] != ip("10.99.0.51") || others[1] != ip("10.99.0.52") {
		t.Errorf("others were offered %v", others)
	}
}

// When the answer has become another one, the policy is asked again.
func TestOvertaken(t *testing.T) {
	w := newWorld(t, planning{file: amendFile})
	s := &script{world: w, p: planning{file: amendFile}}
	s.line("A select 10.99.0.50 -> ACK 10.99.0.50")
	s.line("policy reply 15=x")
	s.rules.between = func(*engine.Decision) {
		if len(s.rules.asked) == 0 {
			if _, err := w.reserve(engine.ByHardware, string(hwOf("A").Bytes()), "lobby", ip("10.99.0.9")); err != nil {
				t.Error(err)
			}
		}
	}
	s.line("A renew 10.99.0.50 -> NAK move-to-reservation")
	s.line("asked -> [reply reply]")
}
