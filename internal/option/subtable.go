package option

// The sub-options that standards define, by the option that holds them. Names
// are unique within one option only.

// relaySubs belong to [RelayAgentInfo]; the relay writes them, the server reads
// and returns them.
var relaySubs = [...]Def{
	{Code: 1, Name: "circuit-id", Type: Opaque},                       // RFC 3046
	{Code: 2, Name: "remote-id", Type: Opaque},                        // RFC 3046
	{Code: 4, Name: "docsis-device-class", Type: Uint32},              // RFC 3256
	{Code: 5, Name: "link-selection", Type: Addr},                     // RFC 3527
	{Code: 6, Name: "subscriber-id", Type: Opaque},                    // RFC 3993
	{Code: 7, Name: "radius-attributes"},                              // RFC 4014
	{Code: 8, Name: "authentication"},                                 // RFC 4030
	{Code: 9, Name: "vendor-specific"},                                // RFC 4243
	{Code: 10, Name: "relay-flags", Type: Uint8},                      // RFC 5010
	{Code: 11, Name: "server-id-override", Type: Addr},                // RFC 5107
	{Code: 12, Name: "relay-id"},                                      // RFC 6925
	{Code: 13, Name: "access-technology-type", Type: Uint16},          // RFC 7839
	{Code: 14, Name: "access-network-name", Type: Opaque},             // RFC 7839
	{Code: 15, Name: "access-point-name", Type: Opaque},               // RFC 7839
	{Code: 16, Name: "access-point-bssid"},                            // RFC 7839
	{Code: 17, Name: "operator-identifier", Type: Uint32},             // RFC 7839
	{Code: 18, Name: "operator-realm", Type: Opaque},                  // RFC 7839
	{Code: 19, Name: "relay-port", Type: Flag},                        // RFC 8357
	{Code: 151, Name: "virtual-subnet-selection"},                     // RFC 6607
	{Code: 152, Name: "virtual-subnet-selection-control", Type: Flag}, // RFC 6607
}

// netWareSubs belong to [NetWareIPInformation] (RFC 2242 §3).
var netWareSubs = [...]Def{
	{Code: 1, Name: "does-not-exist", Type: Flag},
	{Code: 2, Name: "exist-in-options-area", Type: Flag},
	{Code: 3, Name: "exist-in-sname-file", Type: Flag},
	{Code: 4, Name: "exist-but-too-big", Type: Flag},
	{Code: 5, Name: "nsq-broadcast", Type: Bool},
	{Code: 6, Name: "preferred-dss", Type: AddrList},
	{Code: 7, Name: "nearest-nwip-server", Type: AddrList},
	{Code: 8, Name: "autoretries", Type: Uint8},
	{Code: 9, Name: "autoretry-secs", Type: Uint8},
	{Code: 10, Name: "nwip-1-1", Type: Bool},
	{Code: 11, Name: "primary-dss", Type: Addr},
}

// cableLabsSubs belong to [CableLabsClient] (RFC 3495 §5, RFC 3634).
var cableLabsSubs = [...]Def{
	{Code: 1, Name: "primary-dhcp-server", Type: Addr},
	{Code: 2, Name: "secondary-dhcp-server", Type: Addr},
	{Code: 3, Name: "provisioning-server", Type: SIPServers}, // a name or an address, told apart alike
	{Code: 4, Name: "as-backoff", Type: Record, fields: kerberosBackoff, example: `"10000 10000 5"`},
	{Code: 5, Name: "ap-backoff", Type: Record, fields: kerberosBackoff, example: `"10000 10000 5"`},
	{Code: 6, Name: "kerberos-realm", Type: WireName},
	{Code: 7, Name: "use-ticket-granting-ticket", Type: Bool},
	{Code: 8, Name: "provisioning-timer", Type: Uint8},
	{Code: 9, Name: "ticket-control", Type: Uint16},
	{Code: 10, Name: "key-distribution-centers", Type: AddrList},
}

// kerberosBackoff is nominal time-out, largest time-out and retries.
var kerberosBackoff = []Type{Uint32, Uint32, Uint32}

// mobilityAddrSubs and mobilityDomainSubs belong to [MoSAddress] and
// [MoSDomain] (RFC 5678 §2, §3): information, command and event service.
var (
	mobilityAddrSubs = [...]Def{
		{Code: 1, Name: "is", Type: AddrList},
		{Code: 2, Name: "cs", Type: AddrList},
		{Code: 3, Name: "es", Type: AddrList},
	}
	mobilityDomainSubs = [...]Def{
		{Code: 1, Name: "is", Type: NameList},
		{Code: 2, Name: "cs", Type: NameList},
		{Code: 3, Name: "es", Type: NameList},
	}
)

// ipxeSubs belong to [Etherboot], as iPXE reads and writes them. A feature is
// a version number that iPXE sends.
var ipxeSubs = [...]Def{
	{Code: 1, Name: "priority", Type: Int8},
	{Code: 8, Name: "keep-san", Type: Uint8},
	{Code: 9, Name: "skip-san-boot", Type: Uint8},
	{Code: 16, Name: "feature-pxeext", Type: Uint8List},
	{Code: 17, Name: "feature-iscsi", Type: Uint8List},
	{Code: 18, Name: "feature-aoe", Type: Uint8List},
	{Code: 19, Name: "feature-http", Type: Uint8List},
	{Code: 20, Name: "feature-https", Type: Uint8List},
	{Code: 21, Name: "feature-tftp", Type: Uint8List},
	{Code: 22, Name: "feature-ftp", Type: Uint8List},
	{Code: 23, Name: "feature-dns", Type: Uint8List},
	{Code: 24, Name: "feature-bzimage", Type: Uint8List},
	{Code: 25, Name: "feature-multiboot", Type: Uint8List},
	{Code: 26, Name: "feature-slam", Type: Uint8List},
	{Code: 27, Name: "feature-srp", Type: Uint8List},
	{Code: 32, Name: "feature-nbi", Type: Uint8List},
	{Code: 33, Name: "feature-pxe", Type: Uint8List},
	{Code: 34, Name: "feature-elf", Type: Uint8List},
	{Code: 35, Name: "feature-comboot", Type: Uint8List},
	{Code: 36, Name: "feature-efi", Type: Uint8List},
	{Code: 37, Name: "feature-fcoe", Type: Uint8List},
	{Code: 38, Name: "feature-vlan", Type: Uint8List},
	{Code: 39, Name: "feature-menu", Type: Uint8List},
	{Code: 40, Name: "feature-sdi", Type: Uint8List},
	{Code: 41, Name: "feature-nfs", Type: Uint8List},
	{Code: 81, Name: "scriptlet", Type: String},
	{Code: 85, Name: "syslogs", Type: String},
	{Code: 90, Name: "trust"},
	{Code: 91, Name: "cert"},
	{Code: 92, Name: "privkey"},
	{Code: 93, Name: "crosscert", Type: String},
	{Code: 176, Name: "no-pxedhcp", Type: Uint8},
	{Code: 177, Name: "bus-id"},
	{Code: 188, Name: "san-filename", Type: String},
	{Code: 189, Name: "bios-drive", Type: Uint8},
	{Code: 190, Name: "username", Type: String},
	{Code: 191, Name: "password", Type: String},
	{Code: 192, Name: "reverse-username", Type: String},
	{Code: 193, Name: "reverse-password", Type: String},
	{Code: 235, Name: "version", Type: Uint8List},
}

var standardSubs = map[Code]*definitions{
	RelayAgentInfo:       index(relaySubs[:]),
	NetWareIPInformation: index(netWareSubs[:]),
	CableLabsClient:      index(cableLabsSubs[:]),
	MoSAddress:           index(mobilityAddrSubs[:]),
	MoSDomain:            index(mobilityDomainSubs[:]),
	Etherboot:            index(ipxeSubs[:]),
}

func index(rows []Def) *definitions {
	ds := &definitions{byCode: make(map[Code]Def, len(rows)), byName: make(map[string]Code, len(rows))}
	for _, d := range rows {
		ds.byCode[d.Code] = d
		ds.byName[d.Name] = d.Code
	}
	return ds
}
