// Package headroom decides when the garbage collector runs: not when the heap has grown by a share of what lives in it, as Go does by
// itself, but by a fixed amount.
//
// A server that remembers leases has a heap of two kinds: what it remembers, which is large and stays, and what each packet allocates,
// which dies with its answer. The collector's work grows with the first, the memory to be won with the second. A percentage fits
// neither: at Go's 100 % a small server collects every few megabytes, some ten times a second under load; at 400 % one with a million
// leases, 120 MB, would grow to 600 MB before it looked for the first time.
//
// 64 MiB are what 10,000 exchanges a second allocate in more than a second, so there is at most about one collection a second; and
// what is remembered has next to no pointers, so that one takes some five milliseconds of one processor, beside the packets. Only a
// heap beyond 256 MiB gets more room, a quarter of itself, so that a collection that takes longer also comes less often.
package headroom
