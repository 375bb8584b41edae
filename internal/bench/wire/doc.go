// Package wire is the virtual wire of the benchmark: two network namespaces joined
// by a veth pair, the server at one end and the load at the other.
//
// The namespaces are named after the process that made them, so that several can
// stand side by side, and those that a process left behind when it was killed are
// removed by the next [Open].
package wire
