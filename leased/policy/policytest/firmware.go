package policytest

import (
	"math"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"rollcall/internal/arch"
	"rollcall/internal/option"
)

// bootable are the keywords that only machines have that boot from the network.
var bootable = []string{"arch", "arch_number", "ipxe", "http"}

// uuidOctets are those of a UUID; option 97 has its type, 0, before them (RFC 4578 §2.3).
const uuidOctets = 16

// firmware adds what a machine says that boots from the network (RFC 4578).
func (k *keywords) firmware(o *options) {
	class := ""
	switch http := k.yes("http", false); {
	case http:
		class = "HTTPClient"
	case slices.ContainsFunc(bootable, k.has):
		class = "PXEClient"
	}
	o.set(k, "vendor_class", option.VendorClass, []byte(k.text("vendor_class", class)))
	if code, ok := k.arch(class == "HTTPClient"); ok {
		o.set(k, "arch", option.ClientArch, []byte{byte(code >> 8), byte(code)})
	}
	classes := k.userClasses()
	switch ipxe := k.yes("ipxe", false); {
	case ipxe && classes == nil:
		o.set(k, "ipxe", option.UserClass, []byte("iPXE"))
	case ipxe:
		o.set(k, "ipxe", option.Etherboot, []byte{0xeb, 3, 1, 21, 1}) // its version
	}
	if classes != nil {
		b, err := option.ByCode(option.UserClass).Encode(classes)
		if err != nil {
			k.fail("user_classes: %v", err)
		}
		o.set(k, "user_classes", option.UserClass, b)
	}
	if id := k.octets("uuid"); id != nil {
		if len(id) != uuidOctets {
			k.fail("uuid has %d octets; it must have %d", len(id), uuidOctets)
			return
		}
		for _, group := range [][]byte{id[:4], id[4:6], id[6:8]} { // firmware shows these the other way round
			slices.Reverse(group)
		}
		o.set(k, "uuid", option.ClientUUID, append([]byte{0}, id...))
	}
}

// arch reads the architecture by name or number. A name stands for several numbers, some of which are for firmware that fetches by HTTP.
func (k *keywords) arch(http bool) (code uint16, ok bool) {
	if k.has("arch_number") {
		return uint16(k.number("arch_number", 0, math.MaxUint16)), true
	}
	k.known = append(k.known, "arch_number")
	v := k.get("arch")
	if v == nil {
		return 0, false
	}
	if _, isNumber := v.(starlark.Int); isNumber {
		return uint16(k.number("arch", 0, math.MaxUint16)), true
	}
	name, _ := starlark.AsString(v)
	f, err := arch.Parse(name)
	if err != nil {
		k.wrong("arch", v, "one of "+strings.Join(arch.Names(), ", "))
		return 0, false
	}
	for _, code := range f.Codes() {
		if _, byHTTP, _ := arch.Of(code); byHTTP == http {
			return code, true
		}
	}
	return uint16(f), true
}

// userClasses reads the classes (77) by either name.
func (k *keywords) userClasses() []string {
	one, all := k.texts("user_class"), k.texts("user_classes")
	if one != nil && all != nil {
		k.fail("user_class and user_classes are both given; one of them will do")
	}
	return append(all, one...)
}
