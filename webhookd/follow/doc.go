// Package follow takes events over from leased: it watches the event log from the cursor in the queue and stores a delivery for
// every endpoint that wants an event, in the transaction that moves the cursor past it. An event is never held in memory only.
//
// Endpoints are told by [Follower.Apply]. An endpoint gets the events that are taken over while it is in the configuration; a new
// one does not get the log's past. A queue that is new itself begins with the oldest event leased still has.
//
// # Interruptions
//
// A watch that breaks is made again after a pause that grows to five seconds, from the cursor, so nothing is missed; the log gets
// one line when it breaks and one when it is back. When leased no longer has the events after the cursor (webhookd was away for
// longer than leased keeps events), they are lost: that is logged and counted, and the oldest event there is comes next. When the
// log in leased ends before the cursor, leased has lost its database or was restored from a backup; its log is then followed
// from its beginning, as another generation (queue.Position). A restored log that has already grown past the cursor cannot be
// told from the one before.
//
// # Concurrency and failure
//
// One goroutine follows; events are not read faster than they can be stored, and leased's stream waits meanwhile. An error of the
// queue ends [Follower.Run]; leased being away never does.
package follow
