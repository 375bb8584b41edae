package service_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// A backup made while leases are granted is a database: a leased that is started on it knows what had been acknowledged by then.
func TestBackup(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	ip := f.Lease(guest)
	(&roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}).mustAdd(in("hall", other, "10.20.0.201", "desk7"))
	before := s.Events(t)

	stream, err := leasedv1.NewBackupServiceClient(s.Conn).Backup(leasedtest.Context(t), &leasedv1.BackupRequest{})
	if err != nil {
		t.Fatal(err)
	}
	first, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	f.Lease("52:54:00:00:00:99") // meanwhile: nobody waits for the backup
	var copied bytes.Buffer
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		copied.Write(m.GetChunk())
	}
	if uint64(copied.Len()) != first.GetSize() || first.GetSequence() != before[len(before)-1].GetSequence() {
		t.Errorf("%d octets up to event %d, announced were %d up to %d", copied.Len(), before[len(before)-1].GetSequence(),
			first.GetSize(), first.GetSequence())
	}

	dir := leasedtest.Dir(t)
	if err := os.WriteFile(filepath.Join(dir, "leased.db"), copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	restored := leasedtest.Run(t, leased.Config{Leased: leasedtest.Read(t, dir, leasedtest.Floor), DataDir: dir})
	if diff := cmp.Diff(before, restored.Events(t), protocmp.Transform()); diff != "" {
		t.Errorf("events (-had +restored):\n%s", diff)
	}
	list, err := leasedv1.NewLeaseServiceClient(restored.Conn).List(leasedtest.Context(t), &leasedv1.LeaseServiceListRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if ls := list.GetLeases(); len(ls) != 1 || ls[0].GetAddress() != ip.String() || ls[0].GetHardware() != guest {
		t.Errorf("restored leases are %v, want that of %v", ls, ip)
	}
	got, err := leasedv1.NewReservationServiceClient(restored.Conn).Get(leasedtest.Context(t), &leasedv1.ReservationServiceGetRequest{
		Key: &leasedv1.ReservationServiceGetRequest_Address{Address: "10.20.0.201"},
	})
	if err != nil || got.GetReservation().GetHostname() != "desk7" {
		t.Errorf("restored reservation is %v, %v", got.GetReservation(), err)
	}
}
