// Package bootname knows the names of what machines boot, wherever an operator writes them: paths that firmware fetches by TFTP, URLs
// that it fetches by HTTP, and what iPXE takes, which may be either. All of them may have placeholders for what is known of the
// machine, such as {mac}.
//
// What Path, URL, Script, Text and Menu accept fits its place in a message for every machine: names that could become too long are
// refused when they are written, and not when a machine asks.
package bootname
