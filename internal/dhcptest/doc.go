// Package dhcptest builds the messages of DHCP clients for tests, so that a case
// is one line:
//
//	dhcptest.Discover("02:00:00:00:00:01", dhcptest.ClientID("01020000000001"), dhcptest.Giaddr("10.1.0.1"))
//
// and reads replies with [Parse]. Both go through insomniacslk/dhcp and never
// through rollcall's own codec, so that a mistake there is not made twice.
//
// Arguments are literals of a test: a malformed one panics. Every message has
// the transaction id [DefaultXID] unless [XID] says otherwise; a run is the same
// each time.
package dhcptest
