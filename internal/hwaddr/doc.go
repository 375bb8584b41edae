// Package hwaddr reads and writes hardware addresses the way people and vendors write them.
//
// People copy addresses from stickers, switches, Windows and Unix, each with its own notation, so input accepts them all
// and output has exactly one: lower-case hexadecimal with colons. The package is pure and safe for concurrent use. It never
// decides what an address means; whether a machine is known is the engine's business.
package hwaddr
