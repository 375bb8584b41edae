// Package firmware judges the bytes of boot replies as the firmware of machines does: what it throws away without a word, which of
// several offers it takes, and what it fetches in the end. A Model is one machine during one boot: it is told what the machine
// sends, and handed what comes back.
//
// The models follow PXE 2.1, RFC 4578 and UEFI where firmware does, and what the firmware really does where it does not: EDK2's
// DHCP and PXE drivers and its HTTP boot, iPXE's DHCP client, shim, U-Boot, the boot ROM of the Raspberry Pi, and the ROMs of
// network cards before UEFI. They share no code with rollcall's codec, nor with each other where firmware differs: one reads only
// the first of two options with the same code, another a text up to its first zero octet, wherever that is.
//
// It is for tests.
package firmware
