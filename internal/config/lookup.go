package config

import "time"

// Lookup asks an HTTP service about machines without reservation.
type Lookup struct {
	// URL is http or https, without user information and fragment.
	URL string
	// Method is POST, the default, or GET.
	Method string
	// Headers are sent with each request, by their canonical names; those of HeadersFile, which [ParseHeaders] reads, come on top. There
	// are at most [MaxHeaders] of them, of [MaxHeaderBytes] at most.
	Headers     map[string]string
	HeadersFile string
	// Fields says for some of [LookupFields] where they stand in an answer: a name, or a path of names with dots between them. What is
	// not mentioned stands where its own name says.
	Fields map[string]string
	// Timeout of one request. Default 2s, 10ms to 1m.
	Timeout time.Duration
	// Positive and Negative are how long an answer counts that knows the machine (default 5m) or does not (default 30s), 1s to 1d each.
	// Stale is how long a positive one is used beyond that, or beyond the first failure to renew it, while there is no newer one. Default
	// 1d, 0 to 30d.
	Positive, Negative, Stale time.Duration
	// Concurrent is how many requests are under way at most. Default 4, 1 to 1000.
	Concurrent int
	// Rate is how many requests are begun in a second at most. Default 50, 1 to 100000.
	Rate int
	// Machines is how many answers are kept at most. Default 65536, 100 to 10000000.
	Machines int
	// Pos is where url is given, HeadersPos where headers_file is.
	Pos, HeadersPos Pos
}

// What an answer of a registration system may say.
const (
	FieldIP                = "ip"
	FieldHostname          = "hostname"
	FieldGateway           = "gateway"
	FieldSubnetMask        = "subnet_mask"
	FieldBroadcastAddress  = "broadcast_address"
	FieldDomainName        = "domain_name"
	FieldDomainNameServers = "domain_name_servers"
	FieldNTPServers        = "ntp_servers"
	FieldLeaseTime         = "lease_time"
	FieldSubnet            = "subnet"
	FieldSerial            = "serial"
	FieldPool              = "pool"
	FieldOptions           = "options"
	FieldClasses           = "classes"
	FieldExtra             = "extra"
	FieldIgnore            = "ignore"
)

// LookupFields returns all of them.
func LookupFields() []string {
	return []string{
		FieldIP, FieldHostname, FieldGateway, FieldSubnetMask, FieldBroadcastAddress, FieldDomainName, FieldDomainNameServers,
		FieldNTPServers, FieldLeaseTime, FieldSubnet, FieldSerial, FieldPool, FieldOptions, FieldClasses, FieldExtra, FieldIgnore,
	}
}
