// Package script makes iPXE scripts for one machine: from templates of the operator, and the few that rollcall has of its own.
//
// A template is one of text/template. Its data is a [Machine]; a key of Extra that the machine does not have is an error (index .Extra
// "key" is not), and nothing that a template can call reaches beyond its data:
//
//	#!ipxe
//	kernel {{.HTTP}}/vmlinuz host={{.Hostname}} role={{.Extra.role}} done={{.Done}}
//	initrd {{.HTTP}}/initrd.gz
//	boot
//
// Beside what text/template has there are upper, lower, replace OLD NEW TEXT and default VALUE TEXT (VALUE if TEXT is empty).
// A script has at most 1 MiB, what a function makes at most 64 KiB, and a template goes through its loops at most 100,000 times.
//
// What comes from a machine ends up in what a machine runs. So no value holds a line break or another control character, and what a
// machine can say of itself, such as its host name, has nothing left that means anything to iPXE.
package script
