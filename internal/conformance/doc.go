// Package conformance proves, case by case, that rollcall answers as the RFCs say and where its peers do not. It holds no
// code: the cases are data (testdata/*.yaml), and the tests play the same cases twice.
//
//   - rules: bytes through frontend/packet, the decision of leased/engine on a plan made from the configuration, and back to
//     bytes and a destination. No process, no socket, and time passes as the case says.
//   - wire: `rollcall up` in a network namespace, frames in and frames out of a veth, counters over HTTP, changes through the
//     command line. Needs root and the build tag netns. Cases in which more time passes than a test should wait are
//     played on the rules alone.
//
// Messages are built, and answers read, by code of this package and by insomniacslk/dhcp, never by rollcall's own codec, so
// that a mistake there is not made twice.
//
// `make conformance` prints the table by group with the deliberate differences and why they are there. One case, or some:
//
//	go test -run TestRules/relay/stash ./internal/conformance
//	go test -tags netns -run TestWire/relay ./internal/conformance
//
// # The notation
//
// A file of testdata is a group. A case has a name, its source (RFC and section, or the fault of a peer that it guards
// against), a base configuration (testdata/config) with changes laid over it, and steps. A step sends one message and says
// what must come back:
//
//	send: request mac=A 50=192.168.50.5 54=$S 55=1,3
//	want: ack yiaddr=192.168.50.5 51=4000 !3 to=chaddr
//	why:  address-taken          the reason that must be counted, for a NAK, silence, or an answer with nothing to boot
//
// Words of send: the type of the message, then fields of the header by their RFC 2131 names, then options by code. A
// letter stands for a machine. Numbers take the width the option has; 'text', hex:0a0b, u8:1,2, u16:, u32:, 61x300 (one byte
// repeated), z'x.efi' (with a zero octet behind it) and {1='eth0' 5=10.0.0.1 end} (sub-options) say it exactly. Words of want: one
// of the kinds of answer (with | between them) or silence, then what must hold; N alone means the option is there and !N that it is
// not; a-b is a range. save=NAME keeps yiaddr for later steps as $NAME. Every answer is also held to what is true of all: see
// universal.
//
// A case (and a reload) may have a policy: the text of a file, or of several. The configuration then names these, and a script has
// time enough; leased.policy says the rest, such as on_error. On the wire, an INFORM of a machine that begins with 06:fe:ce follows each
// message that gets no answer, to tell when to stop waiting for one, so policies should leave machines alone that they are not about.
// No such case may pass without its policy, or with an answer that is spoilt: see TestPolicyMatters and TestPolicySabotage.
//
//	policy: |
//	  def unknown(request):
//	      return "guests" if request.mac == "02:00:00:00:00:42" else None
//
// A machine that boots from the network has as=KIND among the words of send, for what its firmware sends beside (testdata/machines;
// -N leaves an option out, and what the line says itself wins). The model of that firmware (package firmware) hears every answer,
// and must not throw it away. What it does in the end is a word of want:
//
//	send: discover as=uefi mac=B
//	beside: offer yiaddr=192.168.50.77 54=192.168.50.2 51=3600      what other servers answer
//	want: offer yiaddr=0.0.0.0 60='PXEClient' !43 boots='pxe-port $S'
//
// boots= is a firmware.Step in words, second= what shim fetches next, waits= how long iPXE waited for a proxy.
package conformance
