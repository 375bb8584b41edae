// Package timeline remembers how machines that boot from the network came along, and judges why one of them did not come further.
//
// It is told what leased decided ([Timeline.Decided]), what the file servers of frontends sent ([Timeline.Fetched]) and which other
// servers they saw ([Timeline.Saw]). Each of that becomes a step of a run: one boot of one machine, from the first message of its
// firmware to its operating system, with the loaders in between (iPXE asks for an address of its own, in the same run). What the steps
// mean is told by a [Verdict], made anew whenever somebody looks, because silence is what most failures consist of.
//
// Everything is in memory, bounded, and gone with the process; what must outlive it are events and engine.BootState. Time is always an
// argument. All methods may be called from any goroutine; Decided is on the way of packets, so none of the others holds the lock for
// longer than it takes to look at one machine.
package timeline
