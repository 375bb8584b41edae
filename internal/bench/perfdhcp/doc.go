// Package perfdhcp runs the load generator of that name (Debian: kea-admin) and
// reads what it says.
//
// perfdhcp plays a relay agent with many clients behind it. Client n has the
// hardware address [FirstMAC] plus n, and a run goes through them in order, from
// the first one. An answer that comes later than a second is a drop, and so is one
// that the generator's own socket had no room for: see [Result.Lost].
package perfdhcp
