// Package ledger keeps account of transfers: how many there may be at a time, what became of each, and who is told.
//
// TFTP and HTTP have as many places each, so that the one, whose clients need not even have the address that they write from, cannot
// take those of the other.
package ledger
