// Package cli is the command line: it turns the arguments of one run of rollcall into calls of the services, or into a
// process that runs them.
//
// It owns the verbs (one file per group), what their output looks like, and the wiring of a service process (serve.go,
// process.go, reloader.go, control.go). It decides nothing about DHCP: the verbs for operators reach leased and webhookd
// through gRPC like any other client, and know only what the protocol buffers say. The verbs of policy alone need no service:
// they try scripts in this process, on the engine itself.
//
// Output for people goes through one set of columns per kind of thing (column.go), so that the table, the JSON and the
// CSV of a verb cannot disagree. Results go to standard output; notes, prompts of what was empty and errors go to standard
// error, so that standard output can be fed to a program.
//
// Everything a run touches of the outside world comes in through [Env]; tests run whole verbs against servers of their
// own. A run uses one goroutine apart from those of gRPC; service processes are run by internal/daemon.
//
// # Exit status
//
//	0  done
//	1  failed: the service refused, or something broke
//	2  wrong use, or a faulty configuration
//	3  there is no such lease, reservation, client, subnet or delivery
//	4  the service cannot be reached, or does not answer in time
package cli
