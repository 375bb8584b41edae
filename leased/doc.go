// Package leased is the lease backend: it decides every answer and remembers every lease.
//
// A query travels through its rooms like this: service (gRPC) translates a frontend's batch and hands it to keeper, the one
// goroutine that owns the state; keeper asks engine, which decides by rules alone, and hands what must last to store, which
// commits whatever has gathered with one write to the journal of leased.db; then the ACKs go back through service. probe asks the
// network by ARP on keeper's behalf.
//
// Where the operator has a policy, keeper asks policy about a message beside the goroutine that owns the state, before and after engine
// has decided, and policy asks lookup what a registration system says of strangers; policy/eventlog lets it see events on their way to
// store.
//
// This package only connects the rooms: [New] opens and loads the database, [Service.Run] runs the tasks and ends them in
// order, [Service.Prepare] and what it returns put a new configuration in force.
package leased
