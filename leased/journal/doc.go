// Package journal makes a group of changes durable with one write: the write-ahead log in front of a database that takes longer.
//
// It knows octets and numbers. What a group means, when the database has caught up and what to do about a journal that does not
// fit are the caller's business; there is one goroutine that appends.
//
// # Files
//
// A journal is two files, the segments, side by side with the database. They are written in turn: when one is full and the
// database has everything that is in the other, the other is written from its beginning. Both were filled with zeros when they
// were made, so a group changes octets of a file and nothing about it: neither its length nor where its blocks are, which would
// cost the file system a commit of its own. They are opened with O_DSYNC: a write that returns is on disk, in one system call.
//
// A segment begins with a page (4096 octets) that says whose it is. It is never written again:
//
//	octets    what
//	0..15     "rollcall journal"
//	16..19    version of this layout, big-endian; now 1
//	20..23    which of the segments it is, 0 or 1
//	24..31    size of the segment as it was made
//	32..63    id of the database, 32 hexadecimal digits
//	64..79    id of the journal, drawn when it was made
//	80..83    CRC-32C of the octets before
//
// Then frames follow, each beginning on a page. Pages between them hold whatever was there before.
//
//	0..7      the first half of the id of the journal
//	8..15     number of the frame, big-endian: 1 for the first ever, each one more than the last, whatever segment it is in
//	16..19    length of what it carries
//	20..23    CRC-32C of the id of the journal, of octets 0 to 19 and of what it carries
//	24..      what it carries, then zeros to the end of the page
//
// # Which frames count
//
// The database remembers the number up to which it has everything. Frames up to there are old, whatever they say. The valid ones
// behind it must go on from there without a gap, over both segments; so nothing has to be erased when a segment is written again.
// The number of a frame that was lost in a crash is given again, but no two frames of a number are ever valid: the second one is
// written only after the first was found broken.
//
// # Crashes
//
// A frame begins on a page of its own, so no write touches a page that holds an acknowledged frame: a power failure in the middle
// of one cannot take another with it, even on a disk that destroys the sectors it is writing to. Frames are written one at
// a time. A crash leaves the last one whole or broken; nobody was told about it, and both are right: a whole one is kept, a broken
// one is as if it had never been.
//
// A broken frame in front of valid ones was acknowledged: it is damage, and [Journal.Replay] refuses it ([ErrDamaged]). So is a
// gap behind what the database has ([ErrGap]): either the database is an older copy or frames were lost. Damage to the last
// frame of all cannot be told from a torn write; no log that is written once can.
//
// While a journal is made, it has .new behind its name and gets its own once it is whole and on disk.
package journal
