// Package daemon runs the long-lived parts of a process as tasks and ends them in a written order with a bound.
//
// # Order
//
// Tasks come in groups. Groups start in order; a later group may use what an earlier one provides. They stop in reverse order:
// the last group is cancelled and waited for, then the one before it. A service's wiring lists its groups so that the reverse
// reads
//
//  1. stop reading sockets (frontend: links; webhookd: deliveries)
//  2. drain what was accepted (frontend: the stream to leased; leased: decisions in progress)
//  3. end the watches and the gRPC server (internal/rpc bounds that itself)
//  4. close the stores
//  5. the observe listener, last, so that the end can be watched
//
// The order begins when the context of [Run] ends or when the first task fails. A task that returns nil has finished its work,
// which stops nothing; when all have, Run is over.
//
// # Bounds
//
// Each group has two seconds to stop and all of them together five. Run leaves tasks that hang behind and names them in its
// error; the process is then expected to exit, which is safe at any point because everything that was promised is on disk before
// it is visible.
//
// # Signals
//
// SIGINT and SIGTERM end the context of [Signals]. After the first the handler is gone, so a second kills. SIGHUP is [Reload]'s.
//
// # Failure
//
// A panic in a task becomes its error, with the stack. The package never ends the process itself.
package daemon
