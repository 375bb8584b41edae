package cli

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"rollcall/internal/config"
	"rollcall/internal/hwaddr"
	leasedv1 "rollcall/proto/leased/v1"
)

// identifierKinds are the kinds of identifiers in the order of their columns.
var identifierKinds = []config.IdentifierKind{
	config.ByHardware, config.ByClientID, config.ByDUID, config.ByCircuitID, config.ByRemoteID,
}

// parseIdentifier reads an identifier as the configuration file writes it; bare hexadecimal digits, which is how the API writes
// client identifiers and DUIDs, are their octets.
func parseIdentifier(kind config.IdentifierKind, s string) (config.Identifier, error) {
	if kind == config.ByClientID || kind == config.ByDUID {
		if b, err := hex.DecodeString(s); err == nil && len(b) > 0 {
			s = "hex:" + s
		}
	}
	return config.ParseIdentifier(kind, s)
}

// formatIdentifier writes an identifier so that parseIdentifier, and the configuration file, read it back.
func formatIdentifier(id config.Identifier) string {
	switch id.Kind {
	case config.ByHardware:
		return hwaddr.Format(id.Value)
	case config.ByCircuitID, config.ByRemoteID:
		text := string(id.Value)
		back, err := config.ParseIdentifier(id.Kind, text)
		if err == nil && bytes.Equal(back.Value, id.Value) && isPlain(text) {
			return text
		}
	}
	return "hex:" + hex.EncodeToString(id.Value)
}

// isPlain reports whether a text survives every file format and terminal.
func isPlain(s string) bool {
	for _, r := range s {
		if r == '\uFFFD' || !strconv.IsPrint(r) {
			return false
		}
	}
	return s == strings.TrimSpace(s)
}

// identify writes an identifier into a reservation, in the notation of the API.
func identify(r *leasedv1.Reservation, id config.Identifier) {
	octets := hex.EncodeToString(id.Value)
	switch id.Kind {
	case config.ByHardware:
		r.Identifier = &leasedv1.Reservation_Hardware{Hardware: hwaddr.Format(id.Value)}
	case config.ByClientID:
		r.Identifier = &leasedv1.Reservation_ClientId{ClientId: octets}
	case config.ByDUID:
		r.Identifier = &leasedv1.Reservation_Duid{Duid: octets}
	case config.ByCircuitID:
		r.Identifier = &leasedv1.Reservation_CircuitId{CircuitId: "hex:" + octets}
	case config.ByRemoteID:
		r.Identifier = &leasedv1.Reservation_RemoteId{RemoteId: "hex:" + octets}
	}
}

// identifierOf reads the identifier of a reservation that the API returned.
func identifierOf(r *leasedv1.Reservation) (config.Identifier, error) {
	var id config.Identifier
	var text string
	switch x := r.GetIdentifier().(type) {
	case *leasedv1.Reservation_Hardware:
		id.Kind, text = config.ByHardware, strings.ReplaceAll(x.Hardware, ":", "")
	case *leasedv1.Reservation_ClientId:
		id.Kind, text = config.ByClientID, strings.ReplaceAll(x.ClientId, ":", "")
	case *leasedv1.Reservation_Duid:
		id.Kind, text = config.ByDUID, strings.ReplaceAll(x.Duid, ":", "")
	case *leasedv1.Reservation_CircuitId:
		id.Kind, text = config.ByCircuitID, x.CircuitId
	case *leasedv1.Reservation_RemoteId:
		id.Kind, text = config.ByRemoteID, x.RemoteId
	}
	digits, isHex := strings.CutPrefix(text, "hex:")
	if !isHex && (id.Kind == config.ByCircuitID || id.Kind == config.ByRemoteID) {
		id.Value = []byte(text)
		return id, nil
	}
	var err error
	if id.Value, err = hex.DecodeString(digits); err != nil {
		return id, fmt.Errorf("reservation %s: read its %s %q: %w", r.GetId(), id.Kind, text, err)
	}
	return id, nil
}
