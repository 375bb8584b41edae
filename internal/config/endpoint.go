package config

// Endpoint is where a service listens or is reached: unix:///run/rollcall/leased.sock or tcp://host:port.
type Endpoint struct {
	// Network is "unix" or "tcp".
	Network string
	// Address is the path of the socket, or host:port.
	Address string
}

// String returns the endpoint as it is written in the file.
func (e Endpoint) String() string { return e.Network + "://" + e.Address }

// TLS is the mutual TLS of one service: what it shows, whom it believes, and who may do what. Every TCP endpoint,
// listening or calling, needs it.
type TLS struct {
	// CertFile and KeyFile are this service's certificate chain and private key in PEM. They serve both directions.
	CertFile, KeyFile string
	// CAFile holds the authorities, in PEM, that sign the certificates of the other side.
	CAFile string
	// Roles names the certificates (subject common name, or DNS subject alternative name) that hold each role. A
	// certificate without a role may call nothing.
	Roles map[Role][]string
}

// Role is what a certificate entitles its bearer to.
type Role string

// The roles of callers.
const (
	RoleFrontend Role = "frontend" // sends queries for decision
	RoleNotifier Role = "notifier" // follows the event log
	RoleReader   Role = "reader"   // lists and explains, changes nothing
	RoleOperator Role = "operator" // everything an administrator may do
)
