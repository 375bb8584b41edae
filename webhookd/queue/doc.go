// Package queue keeps what webhookd still has to deliver: one bbolt file with the cursor into leased's event log and one record
// for each event on its way to one endpoint.
//
// # What it promises
//
// The deliveries of an event and the cursor that passes it are one transaction ([Queue.TakeOver]), so an event is taken over
// exactly once whatever happens. A delivery leaves the file only when it was delivered, dropped by an operator, or trimmed from
// the end of a full list of dead letters, which is counted and logged. What callers see has been committed: nothing exists in
// memory only.
//
// # The file
//
//	bucket      key                                     value
//	meta        "version"                               format of the file, 8 octets big-endian; this package writes 1
//	meta        "cursor"                                [Position] up to which events were taken over, 8 octets big-endian
//	deliveries  endpoint name, 0x00, Position (8 octets) storage.v1.DeliveryRecord
//
// A file of a newer version is refused. Opening reads the file once, to check its pages and to rebuild the lines.
//
// # Order and memory
//
// The deliveries of one machine to one endpoint form a line; only its head is ever handed out ([Queue.Claim]), and the next one
// moves up when the head was delivered or became a dead letter. Lines are kept in memory as 16 octets a delivery and rebuilt
// when the file is opened; bodies stay on disk. Events without a machine form one line of their own.
//
// # Concurrency
//
// [Queue.Run] is the only writer. It takes every change that gathered while the last commit ran and commits them together, so a
// thousand answers cost one sync. All other methods are safe from any goroutine; those that change something return once their
// change is on disk.
//
// # Failure
//
// A failed commit may or may not have reached the disk. Run returns the error, every waiting caller gets [ErrStopped], and the
// process must end and read the file again; the caller of a change that failed must act as if it had not happened.
package queue
