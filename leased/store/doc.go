// Package store keeps leases, reservations and the event log on disk: in a bbolt file, and in a journal in front of it.
//
// It owns the files, the numbers of events and the numbers of reservations. It decides nothing: it never looks at whether a
// lease makes sense, whether two machines hold one address or whether a reservation is taken. It keeps nothing in memory but
// what the journal has and the database does not yet; who needs leases at packet speed loads them once ([Store.Load]) and
// remembers them.
//
// # Group commit
//
// One goroutine writes, the committer ([Store.Run]). While it waits for the disk, commits gather; then it takes all of them,
// writes them as one group and tells everyone in the order of submission. There is no timer: the write under way is the time
// in which the next group gathers, so a lone commit waits for nothing and a thousand share one write.
//
// A group is written to the journal (package journal): one system call that changes some pages of a file that was made before and
// returns when they are on disk. A transaction of bbolt is two syncs, and a write for each page of a tree that it touches.
//
// A commit is visible once it is durable: Done is called, [Store.LastSequence] grows and [Store.Changed] wakes only after the
// write, so no watcher learns of an event that a crash takes back.
//
// # Checkpoint
//
// What the journal has and the database does not is the tail, in memory: the groups as they were written, and an index. Who
// reads sees the tail laid over the database, so nobody can tell how far the database is, and watchers of new events read no disk.
//
// When a segment of the journal is full, the committer goes on in the other, and a second goroutine, the checkpointer, writes what
// the first has to the database: the last record of each key, in the order of keys, in small transactions with pauses between them.
// It does the same when nothing was committed for 5 s, after a minute at the latest, and before a backup. If the segments fill faster
// than that, the checkpointer pauses less, then the segment in use grows, to four times its size, and then [Store.Submit] waits. So
// the tail takes some 16 MiB of memory for each segment while there is much to do, four times that at worst, and none afterwards.
//
// A clean stop and Open write all that is left, so a database at rest needs no journal, unless a stop had to leave that to the next
// start because it would have taken more than 1.5 s.
//
// # Files
//
//	leased.db            the database, in bbolt's format
//	leased.db.journal.0  the segments of the journal; package journal says what is in them
//	leased.db.journal.1
//
// Numbers in keys are big-endian, so that keys sort by them. Messages are those of proto/storage/v1.
//
//	bucket        key                       value
//	meta          "schema"                  schema version, 4 octets, big-endian; now 3
//	meta          "id"                      id of the database, 32 hexadecimal digits
//	meta          "journal"                 id of its journal, 16 octets
//	meta          "applied"                 number of the last group that is in here, 8 octets, big-endian
//	meta          "ahead"                   1 while the journal may have groups that are not in here, else 0
//	leases        address, 4 octets         LeaseRecord
//	reservations  number, 8 octets          ReservationRecord
//	events        sequence number, 8 octets EventRecord
//	boots         machine, 18 octets        BootStateRecord
//
// The sequence of the bucket reservations is the highest number ever used, that of events the newest event. Events are
// gapless: from the oldest one kept to the newest none is missing. A later program may add fields to the messages; where an
// older one would lose or misread something it raises the schema version, and the older one refuses the file. Version 1 had no
// journal and version 2 no boots; such a file becomes version 3 when it is first written to.
//
// A machine is known by its hardware type and the length of its hardware address, an octet each, and 16 octets of address.
//
// In the journal the same records stand in groups; see group.go.
//
// The log is trimmed from its old end by count and age, some records with each transaction and, when there is none, once a
// minute. The database does not shrink; its free pages are used again.
//
// # Crashes
//
//   - While a file is made: packages boltfile and journal make it under another name and rename it when it is whole.
//   - While a group is written: the group is whole in the journal or broken there, and nobody was told. A whole one is kept, a broken
//     one has never been. A client that got no answer asks again and is given what is on disk; events are read by cursor, so watchers
//     see them.
//   - After the write, before the Dones or after them: everything is there.
//   - In a checkpoint: bbolt never overwrites a page that the last transaction uses. It writes new pages, syncs, writes one of two meta
//     pages that makes them current, and syncs. So each transaction is there as a whole or not at all. "applied" is written with
//     the last one; before it, the next start writes the whole segment again, the same records under the same keys.
//
// Nothing is there in part: lease, reservation and events of a commit are in one group.
//
// An error of a write (a full disk, a failing one) says nothing about which of these it was. So Run returns it, no Done of the group
// is called, and the process ends; the next one reads what is there. Trying again could write over the only good state. A full
// disk shows in a checkpoint first: the journal has had its room since it was made. When there is room again, the next start finds
// everything.
//
// # Damage, backup, restore
//
// [Open] checks every page of the database, by package boltfile, and every frame of the journal that counts, and [Store.Load] decodes
// every record; all refuse with the name of the file and the remedy. A database with "ahead" set is refused without its journal:
// acknowledged leases are missing. An operator who knows and accepts that leaves empty files in its place.
//
// [Store.Backup] makes a copy that is complete without a journal, "ahead" unset. To restore one, it is laid in place and the files of
// the journal are removed. If they are still there and have more than it, they are refused: what they have goes on from another
// state of the database. A copy of the three files made while nothing runs is a backup too.
package store
