// Package keeper is the one goroutine that owns leased's state.
//
// Everything that reads or changes the [engine.State] runs on it, one thing after the other: batches of queries from the
// frontends ([Keeper.Ask]), calls of the API ([Keeper.View], [Keeper.Change]), results of ARP probes, and once a second what
// time brings about. So the rules need no locks and two decisions never cross.
//
// A decision counts in memory at once, and becomes visible when it is durable: the commits of a batch go to the store
// together, and its ACKs leave when the store says that they are on disk. Offers, NAKs and silences wait for nothing. What
// crosses a crash: before the commit, a client was told nothing; after it, the lease is there whether or not the ACK
// left, and the client's retransmission finds it. If a commit is lost to another writer of a shared store, the state is
// corrected and the batch decided again.
//
// A [Policy] is never asked on this goroutine. Its filter runs on that of the caller of Ask; for whatever else it has to say of a message
// the batch goes to a few goroutines beside, and comes back to be decided again (policy.go). Meanwhile nothing of the decision has taken
// effect but that its address is held. Whoever the policy has nothing to say about does not wait for it.
//
// Nothing here waits for a disk, a network or a caller, with one exception: the store lets the keeper wait while thousands of
// commits are in its queue. Then batches wait too, the streams of the frontends fill up, and the frontends shed load.
//
// Batches, and the commits with the answers that wait for them (parcel.go), are memory that is used again: whoever is handed a part of
// one, a [Sink] or the [Store], must be done with it when it says so.
//
// A [Watcher] hears of the decisions upon machines that boot, as soon as they count in memory.
//
// Time is a clock of its own that does not jump: see clock.go.
package keeper
