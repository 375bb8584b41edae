// Package lookup finds what a request is answered with, the same for TFTP and HTTP. In this order:
//
//  1. the scripts that rollcall always has, rollcall/local.ipxe and rollcall/why.ipxe;
//  2. the file of the directory;
//  3. for NAME.ipxe the template NAME.ipxe.tmpl;
//  4. for autoexec.ipxe a script that goes on to what leased tells the machine's iPXE;
//  5. for every other NAME.ipxe the template default.ipxe.tmpl of its directory.
//
// A script is made for the machine that asks, whichever the path names. Templates themselves are not sent.
package lookup
