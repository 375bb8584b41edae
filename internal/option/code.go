package option

// Code is an option code of the IANA registry "BOOTP Vendor Extensions and
// DHCP Options". [Pad] and [End] delimit; they carry no length and no value.
type Code uint8

// Options of RFC 2132.
const (
	Pad                       Code = 0
	SubnetMask                Code = 1
	TimeOffset                Code = 2
	Router                    Code = 3
	TimeServer                Code = 4
	NameServer                Code = 5
	DomainNameServer          Code = 6
	LogServer                 Code = 7
	CookieServer              Code = 8
	LPRServer                 Code = 9
	ImpressServer             Code = 10
	ResourceLocationServer    Code = 11
	HostName                  Code = 12
	BootFileSize              Code = 13
	MeritDumpFile             Code = 14
	DomainName                Code = 15
	SwapServer                Code = 16
	RootPath                  Code = 17
	ExtensionsPath            Code = 18
	IPForwarding              Code = 19
	NonLocalSourceRouting     Code = 20
	PolicyFilter              Code = 21
	MaxDatagramReassembly     Code = 22
	DefaultIPTTL              Code = 23
	PathMTUAgingTimeout       Code = 24
	PathMTUPlateauTable       Code = 25
	InterfaceMTU              Code = 26
	AllSubnetsLocal           Code = 27
	BroadcastAddress          Code = 28
	PerformMaskDiscovery      Code = 29
	MaskSupplier              Code = 30
	RouterDiscovery           Code = 31
	RouterSolicitation        Code = 32
	StaticRoute               Code = 33
	TrailerEncapsulation      Code = 34
	ARPCacheTimeout           Code = 35
	EthernetEncapsulation     Code = 36
	DefaultTCPTTL             Code = 37
	TCPKeepaliveInterval      Code = 38
	TCPKeepaliveGarbage       Code = 39
	NISDomain                 Code = 40
	NISServer                 Code = 41
	NTPServer                 Code = 42
	VendorSpecific            Code = 43
	NetBIOSNameServer         Code = 44
	NetBIOSDistributionServer Code = 45
	NetBIOSNodeType           Code = 46
	NetBIOSScope              Code = 47
	XFontServer               Code = 48
	XDisplayManager           Code = 49
	RequestedAddress          Code = 50
	LeaseTime                 Code = 51
	Overload                  Code = 52
	MessageType               Code = 53
	ServerID                  Code = 54
	ParameterRequestList      Code = 55
	Message                   Code = 56
	MaxMessageSize            Code = 57
	RenewalTime               Code = 58
	RebindingTime             Code = 59
	VendorClass               Code = 60
	ClientID                  Code = 61
	NISPlusDomain             Code = 64
	NISPlusServer             Code = 65
	TFTPServerName            Code = 66
	BootfileName              Code = 67
	MobileIPHomeAgent         Code = 68
	SMTPServer                Code = 69
	POPServer                 Code = 70
	NNTPServer                Code = 71
	WWWServer                 Code = 72
	FingerServer              Code = 73
	IRCServer                 Code = 74
	StreetTalkServer          Code = 75
	STDAServer                Code = 76
	End                       Code = 255
)

// Options registered after RFC 2132.
const (
	NetWareIPDomain         Code = 62  // RFC 2242
	NetWareIPInformation    Code = 63  // RFC 2242
	UserClass               Code = 77  // RFC 3004
	SLPDirectoryAgent       Code = 78  // RFC 2610
	SLPServiceScope         Code = 79  // RFC 2610
	RapidCommit             Code = 80  // RFC 4039
	ClientFQDN              Code = 81  // RFC 4702
	RelayAgentInfo          Code = 82  // RFC 3046
	ISNS                    Code = 83  // RFC 4174
	NDSServer               Code = 85  // RFC 2241
	NDSTreeName             Code = 86  // RFC 2241
	NDSContext              Code = 87  // RFC 2241
	BCMCSControllerDomain   Code = 88  // RFC 4280
	BCMCSControllerAddress  Code = 89  // RFC 4280
	Authentication          Code = 90  // RFC 3118
	ClientLastTransaction   Code = 91  // RFC 4388
	AssociatedIP            Code = 92  // RFC 4388
	ClientArch              Code = 93  // RFC 4578
	ClientNDI               Code = 94  // RFC 4578
	LDAP                    Code = 95  // RFC 3679
	ClientUUID              Code = 97  // RFC 4578
	UserAuthentication      Code = 98  // RFC 2485
	GeoConfCivic            Code = 99  // RFC 4776
	TimezonePOSIX           Code = 100 // RFC 4833
	TimezoneDatabase        Code = 101 // RFC 4833
	IPv6OnlyPreferred       Code = 108 // RFC 8925
	Softwire46Source        Code = 109 // RFC 8539
	NetInfoAddress          Code = 112 // RFC 3679
	NetInfoTag              Code = 113 // RFC 3679
	CaptivePortal           Code = 114 // RFC 8910
	AutoConfigure           Code = 116 // RFC 2563
	NameServiceSearch       Code = 117 // RFC 2937
	SubnetSelection         Code = 118 // RFC 3011
	DomainSearch            Code = 119 // RFC 3397
	SIPServer               Code = 120 // RFC 3361
	ClasslessRoute          Code = 121 // RFC 3442
	CableLabsClient         Code = 122 // RFC 3495
	GeoConf                 Code = 123 // RFC 6225
	VIVendorClass           Code = 124 // RFC 3925
	VIVendorSpecific        Code = 125 // RFC 3925
	PANAAgent               Code = 136 // RFC 5192
	LoSTServer              Code = 137 // RFC 5223
	CAPWAPAccessController  Code = 138 // RFC 5417
	MoSAddress              Code = 139 // RFC 5678
	MoSDomain               Code = 140 // RFC 5678
	SIPUAConfiguration      Code = 141 // RFC 6011
	ANDSFAddress            Code = 142 // RFC 6153
	SZTPRedirect            Code = 143 // RFC 8572
	GeoLoc                  Code = 144 // RFC 6225
	ForcerenewNonce         Code = 145 // RFC 6704
	RDNSSSelection          Code = 146 // RFC 6731
	DOTSReferenceIdentifier Code = 147 // RFC 8973
	DOTSAddress             Code = 148 // RFC 8973
	TFTPServerAddress       Code = 150 // RFC 5859
	StatusCode              Code = 151 // RFC 6926
	BaseTime                Code = 152 // RFC 6926
	StartTimeOfState        Code = 153 // RFC 6926
	QueryStartTime          Code = 154 // RFC 6926
	QueryEndTime            Code = 155 // RFC 6926
	DHCPState               Code = 156 // RFC 6926
	DataSource              Code = 157 // RFC 6926
	PCPServer               Code = 158 // RFC 7291
	PortParameters          Code = 159 // RFC 7618
	MUDURL                  Code = 161 // RFC 8520
	EncryptedDNS            Code = 162 // RFC 9463
	Etherboot               Code = 175 // Etherboot and iPXE, tentatively assigned
	PXELinuxMagic           Code = 208 // RFC 5071
	PXELinuxConfigFile      Code = 209 // RFC 5071
	PXELinuxPathPrefix      Code = 210 // RFC 5071
	PXELinuxRebootTime      Code = 211 // RFC 5071
	SixRD                   Code = 212 // RFC 5969
	AccessDomain            Code = 213 // RFC 5986
	SubnetAllocation        Code = 220 // RFC 6656
	VirtualSubnetSelection  Code = 221 // RFC 6607
	MSClasslessRoute        Code = 249 // private use: Microsoft's twin of 121
	WebProxyAutoDiscovery   Code = 252 // private use: WPAD, the URL of a proxy script
)

// String is the option's name, such as "routers" or "option-224".
func (c Code) String() string { return ByCode(c).Name }
