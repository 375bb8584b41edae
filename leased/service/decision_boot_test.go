package service_test

import (
	"strings"
	"testing"

	"rollcall/internal/option"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// pxe makes a message that of UEFI that boots from the network.
func pxe(q *leasedv1.Query) *leasedv1.Query {
	q = leasedtest.Add(q, option.VendorClass, []byte("PXEClient:Arch:00007:UNDI:003000"))
	return leasedtest.Add(q, option.ClientArch, []byte{0, 7})
}

// What a frontend must know of the answer to a machine that boots reaches it.
func TestAnswerToAMachineThatBoots(t *testing.T) {
	s := leasedtest.Start(t, strings.Replace(leasedtest.Floor, "leased:\n", "leased:\n  boot: {files: {uefi-x64: ipxe.efi}, delay: 20ms, quirk: dell}\n", 1))
	f := s.Connect(t, "gate")
	offer := f.Ask(pxe(leasedtest.Discover(guest)))[0]
	wantAnswer(t, offer, leasedv1.Answer_KIND_OFFER, "")
	if !offer.GetBoot() || !offer.GetBroadcast() || offer.GetDelay() != 20 || offer.GetFile() != "ipxe.efi" || offer.GetSiaddr() == 0 {
		t.Errorf("the offer says %v", offer)
	}
	ack := f.Ask(pxe(leasedtest.Select(guest, offer)))[0]
	if !ack.GetBoot() || !ack.GetBroadcast() || ack.GetDelay() != 20 || ack.GetFile() != "ipxe.efi" || ack.GetSiaddr() != offer.GetSiaddr() {
		t.Errorf("the ACK says %v", ack)
	}
	if told := s.Events(t, "boot.offered"); len(told) != 1 || told[0].GetBoot().GetFile() != "ipxe.efi" || told[0].GetMachine().GetHardware() != guest {
		t.Errorf("told was %v", told)
	}
	plain := f.Ask(leasedtest.Discover(other))[0]
	if plain.GetBoot() || plain.GetBroadcast() || plain.GetDelay() != 0 || plain.GetFile() != "" {
		t.Errorf("one that does not boot is told %v", plain)
	}
}

// Where the frontend serves files, what leased makes up itself is fetched there.
func TestHelloTellsOfFileServers(t *testing.T) {
	s := leasedtest.Start(t, strings.Replace(leasedtest.Floor, "  reservations:\n", `  reservations:
    - {mac: "52:54:00:12:34:56", subnet: lobby, address: 10.99.0.9, netboot: local}
`, 1))
	f := s.Open(t)
	if err := f.Stream.Send(&leasedv1.DecideRequest{Hello: &leasedv1.Hello{
		Frontend: "gate", Links: []*leasedv1.Link{leasedtest.Eth1()}, HttpPort: 8080, Tftp: true,
	}}); err != nil {
		t.Fatal(err)
	}
	offer := f.Ask(leasedtest.Add(pxe(leasedtest.Discover(guest)), option.UserClass, []byte("iPXE")))[0]
	if want := "http://10.99.0.1:8080/rollcall/local.ipxe"; offer.GetFile() != want {
		t.Errorf("told is %v, want %s", offer, want)
	}
	f = s.Open(t)
	f.Stream.Send(&leasedv1.DecideRequest{Hello: &leasedv1.Hello{Frontend: "gate", HttpPort: 1 << 16}})
	_, err := f.Stream.Recv()
	wantFault(t, err, invalid("BAD_HELLO", "hello.http_port"))
}
