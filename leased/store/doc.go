// Package store keeps leases, reservations and the event log on disk, in one bbolt file.
//
// It owns the file, the numbers of events and the numbers of reservations. It decides nothing: it never looks at whether a
// lease makes sense, whether two machines hold one address or whether a reservation is taken. It keeps nothing in memory but
// the extent of the log; who needs leases at packet speed loads them once ([Store.Load]) and remembers them.
//
// # Group commit
//
// One goroutine writes, the committer ([Store.Run]). While it waits for the disk, commits gather; then it takes all of them,
// writes one transaction and tells everyone in the order of submission. There is no timer: the sync under way is the time
// in which the next batch gathers, so a lone commit waits for nothing and a thousand share one sync.
//
// A commit is visible once it is durable: Done is called, [Store.LastSequence] grows and [Store.Changed] wakes only after the
// transaction was synced, so no watcher learns of an event that a crash takes back.
//
// # The file
//
// Numbers in keys are big-endian, so that keys sort by them. Messages are those of proto/storage/v1.
//
//	bucket        key                       value
//	meta          "schema"                  schema version, 4 octets, big-endian; now 1
//	meta          "id"                      id of the file, 32 hexadecimal digits
//	leases        address, 4 octets         LeaseRecord
//	reservations  number, 8 octets          ReservationRecord
//	events        sequence number, 8 octets EventRecord
//
// The sequence of the bucket reservations is the highest number ever used, that of events the newest event. Events are
// gapless: from the oldest one kept to the newest none is missing. A later program may add fields to the messages; where an
// older one would lose or misread something it raises the schema version, and the older one refuses the file.
//
// The log is trimmed from its old end by count and age, some records with each transaction and, when there is none, once a
// minute. The file does not shrink; its free pages are used again.
//
// # Crashes
//
// bbolt never overwrites a page that the last transaction uses. It writes new pages, syncs, writes one of two meta pages
// that makes them current, and syncs.
//
//   - While the file is made: package boltfile makes it under another name and renames it when it is whole.
//   - Before the first sync, or between the syncs with the meta page unwritten or torn: the checksum of the other meta page
//     holds, and the file is as it was after the transaction before. Nobody was told anything.
//   - After the meta page reached the disk, before the Dones: everything is there and nobody was told. A client that got no
//     answer asks again and is given what is on disk; events are read by cursor, so watchers see them.
//   - After the Dones: everything is there.
//
// Nothing is there in part: lease, reservation and events of a commit are in one transaction.
//
// An error of the commit (a full disk, a failing one) says nothing about which of these it was, as the meta page may or may
// not have arrived. So Run returns it, no Done of the batch is called, and the process ends; the next one reads what is
// there. Trying again could write over the only good state.
//
// # Damage
//
// [Open] checks every page, by package boltfile, and [Store.Load] decodes every record; both refuse with the name of the file and
// the remedy.
package store
