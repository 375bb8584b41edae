package config

import (
	"slices"
	"strings"

	"rollcall/internal/option"
)

// foreign are the keys of other servers (Kea, ISC dhcpd, dnsmasq) and other words for ours, with what they are here: keys of which
// the first may stand around the others, or a sentence where it is not done with a key. Of several the first that fits the place
// counts.
var foreign = map[string][]string{
	"valid-lifetime": {"lease.time"}, "default-lease-time": {"lease.time"}, "lease-time": {"lease.time"}, "lease_time": {"lease.time"},
	"min-valid-lifetime": {"lease.min"}, "min-lease-time": {"lease.min"},
	"max-valid-lifetime": {"lease.max"}, "max-lease-time": {"lease.max"},
	"renew-timer": {"lease.t1"}, "t1-percent": {"lease.t1"}, "rebind-timer": {"lease.t2"}, "t2-percent": {"lease.t2"},
	"cache-threshold": {"lease.reuse"}, "dhcp-cache-threshold": {"lease.reuse"},

	"next-server": {"boot.server"}, "next_server": {"boot.server"}, "siaddr": {"boot.server"},
	"server-name": {"boot.server_name"}, "server-hostname": {"boot.server_name"}, "sname": {"boot.server_name"},
	"filename": {"boot.file"}, "boot-file-name": {"boot.file"}, "boot_file": {"boot.file"}, "bootfile": {"boot.file"}, "dhcp-boot": {"boot.files"},
	"pxe-service": {"boot.menu"}, "pxe-prompt": {"boot.menu"}, "dhcp-reply-delay": {"boot.delay"}, "dhcp-pxe-vendor": {"boot.vendor_classes"},
	"chainload_url": {"boot.ipxe"}, "script": {"boot.ipxe"}, "http_boot": {"boot.http"}, "allowPXE": {"netboot"}, "proxy_port": {"pxe_port"},
	"enable-tftp": {"assets.tftp"}, "tftp-root": {"assets.root"}, "tftp_root": {"assets.root"}, "directory": {"root"},
	"tftp-server": {"boot.server"}, "tftp_server": {"boot.server"}, "bootfile-name": {"boot.file"},

	"netboot":  {"write it in a reservation, beside mac; what holds for many machines is said with boot"},
	"assets":   {"write it below frontend, which serves the files"},
	"pxe_port": {"write it below frontend, which listens there"},

	"option-data": {"options"}, "dhcp-option": {"options"}, "option-def": {"option_definitions"},
	"client-class": {"classes"}, "client-classes": {"classes"}, "require-client-classes": {"classes"}, "class": {"classes"},
	"test": {"match"}, "match-client-id": {"identity"}, "server-identifier": {"server_id"}, "dhcp-server-identifier": {"server_id"},
	"ping-check": {"probe.enabled"}, "decline-probation-period": {"quarantine.time"}, "abandon-lease-time": {"quarantine.time"},
	"one-lease-per-client": {"limits.leases_per_client"},
	"host":                 {"reservations"}, "hosts": {"reservations"}, "dhcp-host": {"reservations"},

	"mac": {"hardware"}, "hwaddr": {"mac", "hardware"}, "hw-address": {"mac", "hardware"}, "hardware": {"mac"}, "ethernet": {"mac"},
	"chaddr": {"mac", "hardware"}, "mac-address": {"mac", "hardware"}, "mac_address": {"mac", "hardware"},
	"ip": {"address"}, "ip-address": {"address"}, "ip_address": {"address"}, "fixed-address": {"address"},
	"host-name": {"hostname"}, "host_name": {"hostname"}, "client-identifier": {"client_id"}, "dhcp-client-identifier": {"client_id"},
	"user-context": {"extra"}, "comment": {"extra.comment"}, "circuit": {"circuit_id"}, "remote": {"remote_id"},

	"subnet": {"prefix"}, "network": {"prefix"}, "cidr": {"prefix"}, "netmask": {"prefix"}, "id": {"name"},
	"interface": {"links"}, "interfaces": {"links"}, "range": {"pools.range"}, "pool": {"pools.range", "range"}, "dhcp-range": {"pools.range"},
	"deny": {"for", "classes"}, "allow": {"for", "classes"},

	"gateway": {"options.routers"}, "default-gateway": {"options.routers"}, "dns": {"options.domain-name-servers"}, "nameservers": {"options.domain-name-servers"},
	"domain": {"options.domain-name"}, "ntp": {"options.ntp-servers"},

	"relay":        {"remove it: the subnet whose prefix has the address of the relay serves what comes through that relay"},
	"ip-addresses": {"remove it: the subnet whose prefix has the address of the relay serves what comes through that relay"},
	"dhcp4":        {"this is a configuration of Kea; deploy/rollcall.yaml shows what is written here"},
	"Dhcp4":        {"this is a configuration of Kea; deploy/rollcall.yaml shows what is written here"},
}

// translate says what to write for a key that is known to other servers; "" if it is not.
func (m *mapping) translate(name string) string {
	for _, ours := range foreign[name] {
		if strings.Contains(ours, " ") {
			return ours
		}
		outer, inner, nested := strings.Cut(ours, ".")
		switch {
		case nested && slices.Contains(m.asked, inner) && !slices.Contains(m.asked, outer):
			return "write " + inner + " in its place"
		case !slices.Contains(m.asked, outer):
		case outer == "pools":
			return "write pools: [{" + inner + ": …}] in its place"
		case nested:
			return "write " + outer + ": {" + inner + ": …} in its place"
		default:
			return "write " + outer + " in its place"
		}
	}
	return ""
}

// optionOutside says what to write for an option that does not stand in options; "" if the key is none.
func (m *mapping) optionOutside(name string) string {
	def, ok := option.ByName(name)
	if !ok || def.Reserved != "" || !slices.Contains(m.asked, "options") {
		return ""
	}
	return "write options: {" + def.Name + ": …} if the option is meant"
}
