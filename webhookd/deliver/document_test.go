package deliver_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	leasedv1 "rollcall/proto/leased/v1"
	"rollcall/webhookd/deliver"
)

// The example in the package comment is what receivers are written against, so it is what Document must make.
func TestDocumentIsTheOneInTheManual(t *testing.T) {
	at := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	got, err := deliver.Document("//gate.example.org/rollcall", &leasedv1.Event{
		Sequence: 5021, Time: timestamppb.New(at), Kind: "client.unknown",
		Machine: &leasedv1.Machine{
			Hardware: "52:54:00:12:34:56", Randomised: true, ClientId: "01525400123456", Hostname: "laptop", VendorClass: "MSFT 5.0",
			Relay: "10.20.0.1", CircuitId: "ge-0/0/7", RemoteId: "hex:0a0b", Vendor: "Example Networks",
		},
		Link: "gate/eth1", Subnet: "lobby", Address: "10.99.0.50", LeaseTime: durationpb.New(2 * time.Minute),
		Expires: timestamppb.New(at.Add(2 * time.Minute)), Reason: "no-reservation", Pool: "10.99.0.50-10.99.0.250",
		Reservation: "r17", PreviousAddress: "10.99.0.60", Extra: map[string]string{"owner": "desk 7"}, Annotations: map[string]string{"rack": "12"},
		Boot: &leasedv1.BootInfo{
			Firmware: "uefi-x64", File: "http://10.20.0.1:8080/boot/52-54-00-12-34-56.ipxe", Server: "10.20.0.1", Stage: "script",
			Uuid: "5b3dc9a1-0c8e-4c5a-9a1b-3f2d1e0c9b8a", Ipxe: true, Rule: "boot.ipxe (rollcall.yaml:12)", Port: 67,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, got, "", "  "); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(manual(t), indented.String()); diff != "" {
		t.Errorf("document (-manual +got):\n%s", diff)
	}
}

// manual cuts the example out of doc.go.
func manual(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		text, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "//\t")
		if ok && (text == "{" || len(lines) > 0) {
			lines = append(lines, text)
		}
		if text == "}" {
			return strings.Join(lines, "\n")
		}
	}
	t.Fatal("doc.go has no example")
	return ""
}

func TestDocumentLeavesOutWhatDoesNotApply(t *testing.T) {
	got, err := deliver.Document("//gate/rollcall", &leasedv1.Event{Sequence: 7, Time: timestamppb.New(time.Unix(0, 0)), Kind: "link.up", Link: "eth1"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"specversion":"1.0","id":"7-0","source":"//gate/rollcall","type":"link.up","time":"1970-01-01T00:00:00Z",` +
		`"datacontenttype":"application/json","data":{"sequence":7,"link":"eth1"}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}
