// Package capture reads the DHCP datagrams of a packet capture, as tcpdump and Wireshark write them: pcap and pcapng, gzipped or not,
// of Ethernet (with up to two 802.1Q tags), of Linux cooked sockets ("any"), of BSD loopback and of bare IP.
//
// A file may come from anybody. What is not a whole UDP datagram over IPv4 is passed over and counted under a closed [Skip]; a file that is
// damaged ends where the damage begins, and what was read until then counts. Nothing panics, and memory does not grow with what a
// header claims. UDP checksums are not verified: frames caught on the host that sends them carry unfinished ones.
//
// The package knows nothing of DHCP but its ports (RFC 2131 §4.1; 4011 is that of PXE).
package capture
