// Package boottest boots machines with real firmware from the real binary, and holds no code of its own: SeaBIOS with iPXE's option
// ROM and OVMF, in QEMU without acceleration, on links in network namespaces, beside dnsmasq and dhcrelay where another server or a
// relay has a part.
//
// The tests need root and run with the build tag netns, as `make test` does; those that also have the tag boot take minutes and run
// with `make test-boot`, which prints a table of all of them and what `rollcall boot show` says of each machine. The Debian packages
// that they need are listed in the Makefile. The binary is the one that ROLLCALL_BINARY names; without it, they build one.
//
// A machine that boots ends in a script of iPXE's that tells the server that it is done and reboots, which ends its QEMU. The
// configuration of each test is in testdata, and so is what the machines fetch; firmware's own files come from the packages. Tests
// run one after the other, one machine at a time: without acceleration a machine keeps a processor busy. Where a test fails, its log
// has the ends of the machine's serial line and of the logs of all processes.
package boottest
