// Package boot says what a machine that boots from the network is told to fetch, and why where it is told nothing. It is pure: it
// looks at what a message says (Client, by Read) and at what the configuration says at each level (Settings), and returns what goes
// into the reply (Answer, by Decide). The same question has the same answer, so OFFER and ACK of an exchange agree, which firmware
// relies on: UEFI reads the ACK of PXE and the OFFER of HTTP boot.
//
// A message passes MayBoot first, which costs ordinary clients a few comparisons and no memory.
//
// The wire is that of PXE 2.1, RFC 4578 (options 93, 94, 97), RFC 3004 (77) and UEFI HTTP boot, and of what firmware really does
// where that differs: the kinds of firmware with a mind of their own are rows of a table (see Quirk).
//
// What is told is one of these:
//
//	plain     siaddr, file, 67                       PXE firmware, with an address
//	PXE       60=PXEClient, 43={6}, siaddr, file, 67 PXE firmware that is to heed no other server; on port 4011; by a proxy
//	to 4011   60=PXEClient, siaddr, file, 67         UEFI, by a proxy
//	menu      60=PXEClient, 43={6,8,9,10}            PXE firmware; what is chosen is asked for on port 4011 (43.71)
//	HTTP      60=HTTPClient, 67=URL                  UEFI HTTP boot
//	iPXE      siaddr, file, 67, 175                  iPXE: a script, by a URL or a path
//
// Each has 97 as the machine sent it (RFC 4578 §2.3). 67 ends with a zero.
package boot
