package store

import "rollcall/leased/engine"

// Pending is one commit on its way to the disk. It belongs to the store, with its leases and events, from Submit until Done returns, and
// no longer: their memory is used again.
type Pending struct {
	engine.Commit

	// Done is called once the commit is durable, on the committer's goroutine and in the order of submission. It must not
	// block: everything behind it waits. After it the events carry their sequence numbers. It is never called if the outcome
	// is unknown, which ends [Store.Run] with an error. Nil is allowed.
	Done func(Outcome)
}

// Outcome is what became of a commit.
type Outcome struct {
	// Lost is set when another writer was first: nothing of the commit was written and its decision must be made again. With
	// this store, which has one writer, it never is; it is here for stores that are shared.
	Lost bool
	// Current is what is there instead of the leases of a commit that lost.
	Current []*engine.Lease
}
