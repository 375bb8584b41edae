// Package storetest fills lease databases with leases that no client had to ask for, so that benchmarks and tests can begin with a
// server that has been busy for long. What it writes goes through the store itself and is what real clients would have left there.
package storetest
