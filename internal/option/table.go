package option

import (
	"strconv"
	"strings"
)

// Def is one row of the table.
type Def struct {
	Code Code
	// Name is the name operators write: lower case with dashes.
	Name string
	Type Type
	// Reserved, when not empty, says why an operator may not set the option
	// and what to do instead. It reads after "option NAME ...".
	Reserved string

	// aliases are other spellings, those of the registry, ISC dhcpd, Kea and
	// dnsmasq, separated by spaces.
	aliases string
	// min is the smallest legal number where the RFC names one.
	min uint32
	// exact is the length in bytes of a value that the server itself goes by.
	exact int
	// filled is whether a value has at least one byte: UEFI firmware drops a whole message for one of these that is empty.
	filled bool
	// only are the legal numbers where the RFC names them all.
	only []uint32
	// fields are the types of a [Record]; only the last may be of no fixed size.
	fields []Type
	// example is shown in errors where that of the type would not do.
	example string
	// names is where the definition was found; nil stands for the standard.
	names *Names
}

// Why the server keeps an option to itself.
const (
	framing    = "frames the message and carries no value"
	computed   = "is set by the server for each answer"
	fromClient = "is sent by clients only"
	echoed     = "is returned to the relay or client as it came"
	leasequery = "belongs to leasequery"
)

// table has a row for each code the registry assigns; a row without a type is
// raw bytes. That is so for the codes 128 to 135 and 177, which several vendors
// use for different things, and for those whose structure only machines write:
// 90, 97, 99, 123, 144, 220, 221.
var table = [...]Def{
	{Code: Pad, Name: "pad", Reserved: framing},
	{Code: SubnetMask, Name: "subnet-mask", Type: Addr, aliases: "netmask"},
	{Code: TimeOffset, Name: "time-offset", Type: Int32},
	{Code: Router, Name: "routers", Type: AddrList, aliases: "router"},
	{Code: TimeServer, Name: "time-servers", Type: AddrList, aliases: "time-server"},
	{Code: NameServer, Name: "name-servers", Type: AddrList, aliases: "name-server ien116-name-servers"},
	{Code: DomainNameServer, Name: "domain-name-servers", Type: AddrList, aliases: "domain-server dns-servers dns-server domain-name-server"},
	{Code: LogServer, Name: "log-servers", Type: AddrList, aliases: "log-server"},
	{Code: CookieServer, Name: "cookie-servers", Type: AddrList, aliases: "quotes-server quotes-servers"},
	{Code: LPRServer, Name: "lpr-servers", Type: AddrList, aliases: "lpr-server"},
	{Code: ImpressServer, Name: "impress-servers", Type: AddrList, aliases: "impress-server"},
	{Code: ResourceLocationServer, Name: "resource-location-servers", Type: AddrList, aliases: "rlp-server"},
	{Code: HostName, Name: "host-name", Type: String, filled: true, aliases: "hostname"},
	{Code: BootFileSize, Name: "boot-size", Type: Uint16, aliases: "boot-file-size"},
	{Code: MeritDumpFile, Name: "merit-dump", Type: String, aliases: "merit-dump-file"},
	{Code: DomainName, Name: "domain-name", Type: String, filled: true, example: "lan.example.org"},
	{Code: SwapServer, Name: "swap-server", Type: Addr},
	{Code: RootPath, Name: "root-path", Type: String},
	{Code: ExtensionsPath, Name: "extensions-path", Type: String, aliases: "extension-file"},
	{Code: IPForwarding, Name: "ip-forwarding", Type: Bool, aliases: "forward-on-off"},
	{Code: NonLocalSourceRouting, Name: "non-local-source-routing", Type: Bool, aliases: "srcrte-on-off"},
	{Code: PolicyFilter, Name: "policy-filter", Type: AddrPairList},
	{Code: MaxDatagramReassembly, Name: "max-dgram-reassembly", Type: Uint16, min: 576, aliases: "max-dg-assembly"},
	{Code: DefaultIPTTL, Name: "default-ip-ttl", Type: Uint8, min: 1},
	{Code: PathMTUAgingTimeout, Name: "path-mtu-aging-timeout", Type: Seconds, aliases: "mtu-timeout"},
	{Code: PathMTUPlateauTable, Name: "path-mtu-plateau-table", Type: Uint16List, min: 68, aliases: "mtu-plateau"},
	{Code: InterfaceMTU, Name: "interface-mtu", Type: Uint16, min: 68, aliases: "mtu-interface mtu"},
	{Code: AllSubnetsLocal, Name: "all-subnets-local", Type: Bool, aliases: "mtu-subnet"},
	{Code: BroadcastAddress, Name: "broadcast-address", Type: Addr},
	{Code: PerformMaskDiscovery, Name: "perform-mask-discovery", Type: Bool, aliases: "mask-discovery"},
	{Code: MaskSupplier, Name: "mask-supplier", Type: Bool},
	{Code: RouterDiscovery, Name: "router-discovery", Type: Bool},
	{Code: RouterSolicitation, Name: "router-solicitation-address", Type: Addr, aliases: "router-request"},
	{Code: StaticRoute, Name: "static-routes", Type: AddrPairList, aliases: "static-route"},
	{Code: TrailerEncapsulation, Name: "trailer-encapsulation", Type: Bool, aliases: "trailers"},
	{Code: ARPCacheTimeout, Name: "arp-cache-timeout", Type: Seconds, aliases: "arp-timeout"},
	{Code: EthernetEncapsulation, Name: "ieee802-3-encapsulation", Type: Bool, aliases: "ethernet ethernet-encapsulation"},
	{Code: DefaultTCPTTL, Name: "default-tcp-ttl", Type: Uint8, min: 1},
	{Code: TCPKeepaliveInterval, Name: "tcp-keepalive-interval", Type: Seconds, aliases: "keepalive-time tcp-keepalive-internal"},
	{Code: TCPKeepaliveGarbage, Name: "tcp-keepalive-garbage", Type: Bool, aliases: "keepalive-data"},
	{Code: NISDomain, Name: "nis-domain", Type: String},
	{Code: NISServer, Name: "nis-servers", Type: AddrList},
	{Code: NTPServer, Name: "ntp-servers", Type: AddrList, aliases: "ntp-server"},
	{Code: VendorSpecific, Name: "vendor-specific", Type: SubOptions, filled: true, aliases: "vendor-encapsulated-options vendor-specific-information"},
	{Code: NetBIOSNameServer, Name: "netbios-name-servers", Type: AddrList, aliases: "netbios-name-srv wins-servers"},
	{Code: NetBIOSDistributionServer, Name: "netbios-dd-server", Type: AddrList, aliases: "netbios-dist-srv netbios-dd-servers"},
	{Code: NetBIOSNodeType, Name: "netbios-node-type", Type: Uint8, only: []uint32{1, 2, 4, 8}, example: "8"},
	{Code: NetBIOSScope, Name: "netbios-scope", Type: String},
	{Code: XFontServer, Name: "font-servers", Type: AddrList, aliases: "x-window-font"},
	{Code: XDisplayManager, Name: "x-display-manager", Type: AddrList, aliases: "x-window-manager"},
	{Code: RequestedAddress, Name: "requested-address", Type: Addr, Reserved: fromClient, aliases: "address-request dhcp-requested-address"},
	{Code: LeaseTime, Name: "lease-time", Type: Seconds, Reserved: "comes from lease.time; set that instead", aliases: "address-time dhcp-lease-time"},
	{Code: Overload, Name: "overload", Type: Uint8, Reserved: computed, aliases: "dhcp-option-overload"},
	{Code: MessageType, Name: "message-type", Type: Uint8, Reserved: computed, aliases: "dhcp-msg-type dhcp-message-type"},
	{Code: ServerID, Name: "server-identifier", Type: Addr, Reserved: computed, aliases: "dhcp-server-id server-id dhcp-server-identifier"},
	{Code: ParameterRequestList, Name: "parameter-request-list", Type: Uint8List, Reserved: fromClient, aliases: "parameter-list dhcp-parameter-request-list"},
	{Code: Message, Name: "message", Type: String, Reserved: computed, aliases: "dhcp-message"},
	{Code: MaxMessageSize, Name: "max-message-size", Type: Uint16, Reserved: fromClient, aliases: "dhcp-max-msg-size dhcp-max-message-size"},
	{Code: RenewalTime, Name: "renewal-time", Type: Seconds, Reserved: "comes from lease.t1; set that instead", aliases: "dhcp-renewal-time"},
	{Code: RebindingTime, Name: "rebinding-time", Type: Seconds, Reserved: "comes from lease.t2; set that instead", aliases: "dhcp-rebinding-time"},
	{Code: VendorClass, Name: "vendor-class-identifier", Type: String, filled: true, aliases: "class-id vendor-class"},
	{Code: ClientID, Name: "client-identifier", Reserved: echoed, aliases: "client-id dhcp-client-identifier"},
	{Code: NetWareIPDomain, Name: "nwip-domain-name", Type: String, aliases: "netware-ip-domain nwip-domain"},
	{Code: NetWareIPInformation, Name: "nwip-suboptions", Type: SubOptions, aliases: "netware-ip-option nwip-information"},
	{Code: NISPlusDomain, Name: "nisplus-domain", Type: String, aliases: "nis-domain-name nisplus-domain-name"},
	{Code: NISPlusServer, Name: "nisplus-servers", Type: AddrList, aliases: "nis-server-addr"},
	{Code: TFTPServerName, Name: "tftp-server-name", Type: String, filled: true, aliases: "server-name tftp-server"},
	{Code: BootfileName, Name: "bootfile-name", Type: String, filled: true, aliases: "boot-file-name"},
	{Code: MobileIPHomeAgent, Name: "mobile-ip-home-agent", Type: AddrList, aliases: "home-agent-addrs"},
	{Code: SMTPServer, Name: "smtp-server", Type: AddrList, aliases: "smtp-servers"},
	{Code: POPServer, Name: "pop-server", Type: AddrList, aliases: "pop3-server pop-servers pop3-servers"},
	{Code: NNTPServer, Name: "nntp-server", Type: AddrList, aliases: "nntp-servers"},
	{Code: WWWServer, Name: "www-server", Type: AddrList, aliases: "www-servers"},
	{Code: FingerServer, Name: "finger-server", Type: AddrList, aliases: "finger-servers"},
	{Code: IRCServer, Name: "irc-server", Type: AddrList, aliases: "irc-servers"},
	{Code: StreetTalkServer, Name: "streettalk-server", Type: AddrList, aliases: "streettalk-servers"},
	{Code: STDAServer, Name: "streettalk-directory-assistance-server", Type: AddrList, aliases: "stda-server streettalk-directory-assistance-servers stda-servers"},
	{Code: UserClass, Name: "user-class", Type: CountedStrings},
	{Code: SLPDirectoryAgent, Name: "slp-directory-agent", Type: Record, fields: []Type{Bool, AddrList}, example: `"true 10.20.0.5"`, aliases: "directory-agent"},
	{Code: SLPServiceScope, Name: "slp-service-scope", Type: Record, fields: []Type{Bool, String}, example: `"true example"`, aliases: "service-scope"},
	{Code: RapidCommit, Name: "rapid-commit", Type: Flag, Reserved: "comes from rapid_commit; set that instead"},
	{Code: ClientFQDN, Name: "fqdn", Type: ClientName, Reserved: computed, aliases: "client-fqdn"},
	{Code: RelayAgentInfo, Name: "relay-agent-information", Type: SubOptions, Reserved: echoed, aliases: "dhcp-agent-options agent-options"},
	{Code: ISNS, Name: "isns", Type: Record, fields: []Type{Uint16, Uint16, Uint16, Uint32, AddrList}, example: `"1 0 1 0 10.20.0.5"`, aliases: "isns-servers"},
	{Code: NDSServer, Name: "nds-servers", Type: AddrList},
	{Code: NDSTreeName, Name: "nds-tree-name", Type: String},
	{Code: NDSContext, Name: "nds-context", Type: String},
	{Code: BCMCSControllerDomain, Name: "bcms-controller-names", Type: NameList, aliases: "bcmcs-controller-domain-name-list bcmcs-controller-names"},
	{Code: BCMCSControllerAddress, Name: "bcms-controller-address", Type: AddrList, aliases: "bcmcs-controller-ipv4-address bcmcs-controller-address"},
	{Code: Authentication, Name: "authentication", Reserved: computed},
	{Code: ClientLastTransaction, Name: "client-last-transaction-time", Type: Seconds, Reserved: leasequery},
	{Code: AssociatedIP, Name: "associated-ip", Type: AddrList, Reserved: leasequery},
	{Code: ClientArch, Name: "client-system", Type: Uint16List, Reserved: fromClient, aliases: "client-arch pxe-system-type"},
	{Code: ClientNDI, Name: "client-ndi", Type: Uint8List, Reserved: fromClient, aliases: "pxe-interface-id"},
	{Code: LDAP, Name: "ldap", Type: String},
	{Code: ClientUUID, Name: "uuid-guid", Reserved: echoed, aliases: "client-uuid pxe-client-id"},
	{Code: UserAuthentication, Name: "uap-servers", Type: String, aliases: "user-auth"},
	{Code: GeoConfCivic, Name: "geoconf-civic"},
	{Code: TimezonePOSIX, Name: "pcode", Type: String, aliases: "posix-timezone tz-posix"},
	{Code: TimezoneDatabase, Name: "tcode", Type: String, aliases: "tzdb-timezone tz-database"},
	{Code: IPv6OnlyPreferred, Name: "v6-only-preferred", Type: Seconds, exact: 4, aliases: "ipv6-only-preferred"},
	{Code: Softwire46Source, Name: "dhcp4o6-s46-saddr", Type: Addr6},
	{Code: NetInfoAddress, Name: "netinfo-server-address", Type: AddrList, aliases: "netinfo-address"},
	{Code: NetInfoTag, Name: "netinfo-server-tag", Type: String, aliases: "netinfo-tag"},
	{Code: CaptivePortal, Name: "v4-captive-portal", Type: String, aliases: "dhcp-captive-portal captive-portal default-url"},
	{Code: AutoConfigure, Name: "auto-configure", Type: Bool, exact: 1, aliases: "auto-config"},
	{Code: NameServiceSearch, Name: "name-service-search", Type: Uint16List},
	{Code: SubnetSelection, Name: "subnet-selection", Type: Addr, Reserved: echoed},
	{Code: DomainSearch, Name: "domain-search", Type: DomainList},
	{Code: SIPServer, Name: "sip-servers", Type: SIPServers, aliases: "sip-server"},
	{Code: ClasslessRoute, Name: "classless-static-routes", Type: Routes, aliases: "classless-static-route rfc3442-classless-static-routes"},
	{Code: CableLabsClient, Name: "ccc", Type: SubOptions, aliases: "cablelabs-client-configuration"},
	{Code: GeoConf, Name: "geoconf"},
	{Code: VIVendorClass, Name: "vi-vendor-class", Type: VendorClasses, aliases: "v-i-vendor-class vivco-suboptions"},
	{Code: VIVendorSpecific, Name: "vi-vendor-specific", Type: VendorOptions, aliases: "v-i-vendor-specific-information vendor-id-encap vivso-suboptions vi-vendor-specific-information"},
	{Code: 128, Name: "pxe-128"},
	{Code: 129, Name: "pxe-129"},
	{Code: 130, Name: "pxe-130"},
	{Code: 131, Name: "pxe-131"},
	{Code: 132, Name: "pxe-132"},
	{Code: 133, Name: "pxe-133"},
	{Code: 134, Name: "pxe-134"},
	{Code: 135, Name: "pxe-135"},
	{Code: PANAAgent, Name: "pana-agent", Type: AddrList},
	{Code: LoSTServer, Name: "v4-lost", Type: WireName},
	{Code: CAPWAPAccessController, Name: "capwap-ac-v4", Type: AddrList},
	{Code: MoSAddress, Name: "ipv4-address-mos", Type: SubOptions},
	{Code: MoSDomain, Name: "ipv4-fqdn-mos", Type: SubOptions},
	{Code: SIPUAConfiguration, Name: "sip-ua-cs-domains", Type: NameList, aliases: "sip-ua-configuration-service-domains"},
	{Code: ANDSFAddress, Name: "ipv4-address-andsf", Type: AddrList},
	{Code: SZTPRedirect, Name: "v4-sztp-redirect", Type: URIs},
	{Code: GeoLoc, Name: "geoloc"},
	{Code: ForcerenewNonce, Name: "forcerenew-nonce-capable", Reserved: fromClient},
	{Code: RDNSSSelection, Name: "rdnss-selection", Type: Record, fields: []Type{Uint8, Addr, Addr, NameList}, example: `"0 10.20.0.2 10.20.0.3 corp.example.org"`},
	{Code: DOTSReferenceIdentifier, Name: "v4-dots-ri", Type: WireName},
	{Code: DOTSAddress, Name: "v4-dots-address", Type: AddrList},
	{Code: TFTPServerAddress, Name: "tftp-server-address", Type: AddrList},
	{Code: StatusCode, Name: "status-code", Reserved: leasequery},
	{Code: BaseTime, Name: "base-time", Type: Uint32, Reserved: leasequery},
	{Code: StartTimeOfState, Name: "start-time-of-state", Type: Uint32, Reserved: leasequery},
	{Code: QueryStartTime, Name: "query-start-time", Type: Uint32, Reserved: leasequery},
	{Code: QueryEndTime, Name: "query-end-time", Type: Uint32, Reserved: leasequery},
	{Code: DHCPState, Name: "dhcp-state", Type: Uint8, Reserved: leasequery},
	{Code: DataSource, Name: "data-source", Type: Uint8, Reserved: leasequery},
	{Code: PCPServer, Name: "v4-pcp-server", Type: AddrGroups, aliases: "pcp-servers"},
	{Code: PortParameters, Name: "v4-portparams", Type: Record, fields: []Type{Uint8, Uint8, Uint16}, example: `"0 6 52"`},
	{Code: FormerCaptivePortal, Name: "former-captive-portal", Type: String},
	{Code: MUDURL, Name: "mud-url-v4", Type: String, Reserved: fromClient},
	{Code: EncryptedDNS, Name: "v4-dnr", Type: Resolvers, aliases: "encrypted-dns"},
	{Code: Etherboot, Name: "etherboot", Type: SubOptions, aliases: "ipxe ipxe-encapsulated-options"},
	{Code: IPTelephone, Name: "ip-telephone", Type: String},
	{Code: PacketCable, Name: "packetcable"},
	{Code: PXELinuxMagic, Name: "loader-magic", aliases: "pxelinux-magic"},
	{Code: PXELinuxConfigFile, Name: "loader-configfile", Type: String, aliases: "pxelinux-configfile configuration-file"},
	{Code: PXELinuxPathPrefix, Name: "loader-pathprefix", Type: String, aliases: "pxelinux-pathprefix path-prefix"},
	{Code: PXELinuxRebootTime, Name: "loader-reboottime", Type: Seconds, aliases: "pxelinux-reboottime reboot-time"},
	{Code: SixRD, Name: "option-6rd", Type: Record, fields: []Type{Uint8, Uint8, Addr6, AddrList}, example: `"8 32 2001:db8:: 10.20.0.1"`, aliases: "v4-6rd"},
	{Code: AccessDomain, Name: "v4-access-domain", Type: WireName},
	{Code: SubnetAllocation, Name: "subnet-allocation"},
	{Code: VirtualSubnetSelection, Name: "virtual-subnet-selection", Reserved: echoed},
	{Code: MSClasslessRoute, Name: "ms-classless-static-routes", Type: Routes},
	{Code: WebProxyAutoDiscovery, Name: "wpad-url", Type: String, aliases: "wpad"},
	{Code: End, Name: "end", Reserved: framing},
}

// byCode and byName index the table; nothing writes to them later.
var (
	byCode = indexCodes()
	byName = indexNames()
)

func indexCodes() (idx [256]Def) {
	for c := range idx {
		idx[c] = Def{Code: Code(c), Name: "option-" + strconv.Itoa(c)}
	}
	for _, d := range table {
		idx[d.Code] = d
	}
	return idx
}

func indexNames() map[string]Code {
	idx := make(map[string]Code, 2*len(table))
	for _, d := range table {
		idx[d.Name] = d.Code
		for alias := range strings.FieldsSeq(d.aliases) {
			idx[alias] = d.Code
		}
	}
	return idx
}
