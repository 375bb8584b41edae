package rpc

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
)

// The networks of an [Endpoint].
const (
	NetworkUnix = "unix"
	NetworkTCP  = "tcp"
)

// MaxUnixPath is how many bytes the path of a unix socket can have: sizeof(sockaddr_un.sun_path) less the terminating zero (unix(7)).
const MaxUnixPath = 107

// Endpoint is where a service listens or is reached.
type Endpoint struct {
	Network string // NetworkUnix or NetworkTCP
	Address string // absolute path of the socket, or host:port
}

// Parse reads unix:///path/of/socket or tcp://host:port. An empty host is allowed and means every address when listening.
func Parse(s string) (Endpoint, error) {
	network, address, ok := strings.Cut(s, "://")
	switch {
	case !ok && filepath.IsAbs(s):
		return Endpoint{}, fmt.Errorf("endpoint %q has no scheme; write unix://%s", s, s)
	case !ok:
		return Endpoint{}, fmt.Errorf("endpoint %q has no scheme; write unix:///path/of/socket or tcp://host:port", s)
	}
	switch network {
	case NetworkUnix:
		if !filepath.IsAbs(address) {
			return Endpoint{}, fmt.Errorf("endpoint %q: the path of the socket is not absolute; write unix:///%s", s, address)
		}
		if len(address) > MaxUnixPath {
			return Endpoint{}, fmt.Errorf("endpoint %q: the path has %d bytes, and a unix socket can have %d; use a shorter one",
				s, len(address), MaxUnixPath)
		}
		return Endpoint{NetworkUnix, filepath.Clean(address)}, nil
	case NetworkTCP:
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return Endpoint{}, fmt.Errorf("endpoint %q: write tcp://host:port, such as tcp://leased.example.org:8068", s)
		}
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return Endpoint{}, fmt.Errorf("endpoint %q: port %q is not a number from 0 to 65535", s, port)
		}
		return Endpoint{NetworkTCP, address}, nil
	}
	return Endpoint{}, fmt.Errorf("endpoint %q: unknown scheme %q; write unix:///path/of/socket or tcp://host:port", s, network)
}

// String returns the endpoint in the form that Parse reads.
func (e Endpoint) String() string { return e.Network + "://" + e.Address }
