package service

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"rollcall/internal/arch"
	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	leasedv1 "rollcall/proto/leased/v1"
)

// addBoot makes the message one of firmware or a loader, as the request says: with the vendor class of PXE or of HTTP boot where none is
// named, as all of them send one.
func addBoot(q *engine.Query, req *leasedv1.ExplainRequest) error {
	code := uint16(req.GetArch())
	if req.Arch != nil && req.GetArch() > math.MaxUint16 {
		return fault.New(fault.Invalid, "BAD_ARCH", "%d is no client architecture: 0 to 65535", req.GetArch()).On("arch")
	}
	if req.GetHttp() {
		if req.Arch == nil {
			return fault.New(fault.Invalid, "BAD_ARCH", "firmware that boots by HTTP has an architecture").On("arch")
		}
		var ok bool
		if code, ok = byHTTP(code); !ok {
			return fault.New(fault.Invalid, "BAD_ARCH", "no %v boots by HTTP", arch.Firmware(code)).On("arch")
		}
	}
	if req.Arch == nil && !req.GetIpxe() && req.GetUuid() == "" {
		return nil
	}
	if req.GetVendorClass() == "" {
		class, undi := "PXEClient", "003016"
		if req.GetHttp() && !req.GetIpxe() {
			class, undi = "HTTPClient", "003000"
		}
		q.Options = q.Options.AppendString(option.VendorClass, fmt.Sprintf("%s:Arch:%05d:UNDI:%s", class, code, undi))
	}
	if req.Arch != nil {
		q.Options = q.Options.AppendUint16(option.ClientArch, code)
	}
	if req.GetIpxe() && req.GetUserClass() == "" {
		q.Options = q.Options.AppendString(option.UserClass, "iPXE")
	}
	if t := req.GetUuid(); t != "" {
		uuid, err := parseUUID(t)
		if err != nil {
			return err
		}
		q.Options = q.Options.Append(option.ClientUUID, uuid)
	}
	return nil
}

// byHTTP returns the architecture type of firmware that boots by HTTP, for one of the same kind. ok is false where there is none.
func byHTTP(code uint16) (_ uint16, ok bool) {
	f, http, _ := arch.Of(code)
	if http {
		return code, true
	}
	for _, other := range f.Codes() {
		if _, http, _ := arch.Of(other); http {
			return other, true
		}
	}
	return 0, false
}

// parseUUID makes option 97 (RFC 4578 §2.3) of the text of a UUID, as firmware shows it: the octets of its first three groups go the
// other way round.
func parseUUID(text string) ([]byte, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(b) != 16 {
		return nil, fault.New(fault.Invalid, "BAD_UUID", "%q is no UUID, such as 00112233-4455-6677-8899-aabbccddeeff", text).On("uuid")
	}
	return append([]byte{0, b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]}, b[8:]...), nil
}
