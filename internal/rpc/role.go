package rpc

import (
	"crypto/x509"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rollcall/internal/fault"
)

// Role is what a caller is for; the allowlist of a service names the roles that may call it.
type Role string

// The roles. A peer on a unix socket has all of them, and so has one in the process of the server, whatever the endpoint it dials.
const (
	Frontend Role = "frontend" // sends queries to be decided
	Notifier Role = "notifier" // follows the event log
	Reader   Role = "reader"   // looks, changes nothing
	Operator Role = "operator" // looks and changes
)

// Roles returns every role.
func Roles() []Role { return []Role{Frontend, Notifier, Reader, Operator} }

// The reasons of refused calls.
const (
	ReasonRoleMissing   = "ROLE_MISSING"
	ReasonNoCertificate = "NO_CERTIFICATE"
)

// caller is who is at the other end of a connection.
type caller struct {
	name  string // certificate name for logs, "unix" on a socket, "process" within one
	local bool   // on a unix socket or in this process: may do everything
	roles []Role
}

// roster says which certificate names have which roles. It does not change after construction.
type roster map[string][]Role

// newRoster turns the configuration's role → names into name → roles.
func newRoster(byRole map[Role][]string) (roster, error) {
	r := make(roster)
	for _, role := range slices.Sorted(maps.Keys(byRole)) {
		if !slices.Contains(Roles(), role) {
			return nil, fmt.Errorf("tls.roles: unknown role %q; the roles are %s", role, join(Roles()))
		}
		for _, name := range byRole[role] {
			r[name] = append(r[name], role)
		}
	}
	return r, nil
}

// identify returns the caller that holds a verified certificate, with the roles of all its names.
func (r roster) identify(cert *x509.Certificate) caller {
	names := cert.DNSNames
	if cn := cert.Subject.CommonName; cn != "" {
		names = append([]string{cn}, names...)
	}
	c := caller{name: "a certificate without a name"}
	if len(names) > 0 {
		c.name = names[0]
	}
	for _, name := range names {
		c.roles = append(c.roles, r[name]...)
	}
	return c
}

// admit returns nil if one of the caller's roles is allowed. Local callers are always admitted; without a role in
// the list nobody else is.
func (c caller) admit(method string, allowed []Role) error {
	if c.local {
		return nil
	}
	for _, role := range c.roles {
		if slices.Contains(allowed, role) {
			return nil
		}
	}
	return fault.New(fault.Denied, ReasonRoleMissing,
		"certificate %q may not call %s: it needs a role of %s; give it one under tls.roles of the service that was called",
		c.name, strings.TrimPrefix(method, "/"), join(allowed))
}

func join(roles []Role) string {
	if len(roles) == 0 {
		return "none (unix socket only)"
	}
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, " or ")
}
