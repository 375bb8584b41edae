package deliver

import (
	"encoding/json"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	leasedv1 "rollcall/proto/leased/v1"
)

// document is what is posted; the package comment has an example.
type document struct {
	SpecVersion     string `json:"specversion"`
	ID              string `json:"id"`
	Source          string `json:"source"`
	Type            string `json:"type"`
	Subject         string `json:"subject,omitempty"`
	Time            string `json:"time,omitempty"`
	DataContentType string `json:"datacontenttype"`
	Data            data   `json:"data"`
}

type data struct {
	Sequence        uint64   `json:"sequence"`
	Machine         *machine `json:"machine,omitempty"`
	Link            string   `json:"link,omitempty"`
	Subnet          string   `json:"subnet,omitempty"`
	Address         string   `json:"address,omitempty"`
	LeaseSeconds    int64    `json:"lease_seconds,omitempty"`
	Expires         string   `json:"expires,omitempty"`
	Reason          string   `json:"reason,omitempty"`
	Pool            string   `json:"pool,omitempty"`
	Reservation     string   `json:"reservation,omitempty"`
	PreviousAddress string   `json:"previous_address,omitempty"`

	Extra       map[string]string `json:"extra,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Boot        *boot             `json:"boot,omitempty"`
}

type boot struct {
	Firmware string `json:"firmware,omitempty"`
	File     string `json:"file,omitempty"`
	Server   string `json:"server,omitempty"`
	Stage    string `json:"stage,omitempty"`
	UUID     string `json:"uuid,omitempty"`
	IPXE     bool   `json:"ipxe,omitempty"`
	Rule     string `json:"rule,omitempty"`
	Port     uint32 `json:"port,omitempty"`
}

type machine struct {
	Hardware    string `json:"hardware"`
	Randomised  bool   `json:"randomised"`
	ClientID    string `json:"client_id,omitempty"`
	Hostname    string `json:"hostname,omitempty"`
	VendorClass string `json:"vendor_class,omitempty"`
	Relay       string `json:"relay,omitempty"`
	CircuitID   string `json:"circuit_id,omitempty"`
	RemoteID    string `json:"remote_id,omitempty"`
	Vendor      string `json:"vendor,omitempty"`
}

// Document returns the JSON that tells of an event. Source is a URI reference that names this installation.
//
// The id is made of the sequence number and the time of the event in microseconds, so it stays unique when leased loses its
// database and counts from 1 again, and stays the same when webhookd loses its own and takes the event over twice.
func Document(source string, e *leasedv1.Event) ([]byte, error) {
	doc := document{
		SpecVersion:     "1.0",
		ID:              fmt.Sprintf("%d-%d", e.GetSequence(), e.GetTime().AsTime().UnixMicro()),
		Source:          source,
		Type:            e.GetKind(),
		Subject:         e.GetMachine().GetHardware(),
		Time:            instant(e.GetTime()),
		DataContentType: "application/json",
		Data: data{
			Sequence: e.GetSequence(), Link: e.GetLink(), Subnet: e.GetSubnet(), Address: e.GetAddress(),
			LeaseSeconds: int64(e.GetLeaseTime().AsDuration() / time.Second), Expires: instant(e.GetExpires()),
			Reason: e.GetReason(), Pool: e.GetPool(), Reservation: e.GetReservation(), PreviousAddress: e.GetPreviousAddress(),
			Extra: e.GetExtra(), Annotations: e.GetAnnotations(),
		},
	}
	if m := e.GetMachine(); m != nil {
		doc.Data.Machine = &machine{
			Hardware: m.GetHardware(), Randomised: m.GetRandomised(), ClientID: m.GetClientId(), Hostname: m.GetHostname(),
			VendorClass: m.GetVendorClass(), Relay: m.GetRelay(), CircuitID: m.GetCircuitId(), RemoteID: m.GetRemoteId(),
			Vendor: m.GetVendor(),
		}
	}
	if b := e.GetBoot(); b != nil {
		doc.Data.Boot = &boot{
			Firmware: b.GetFirmware(), File: b.GetFile(), Server: b.GetServer(), Stage: b.GetStage(), UUID: b.GetUuid(),
			IPXE: b.GetIpxe(), Rule: b.GetRule(), Port: b.GetPort(),
		}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("encode event %d: %w", e.GetSequence(), err)
	}
	return b, nil
}

// instant returns RFC 3339 text, "" for a time that is absent.
func instant(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return t.AsTime().Format(time.RFC3339Nano)
}
