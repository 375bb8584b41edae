// Package lab is the demonstration network: one link with a server, a registered
// machine, a stranger, a registration desk and a host that squats on an address of
// a pool, all of them in network namespaces, all of them real programs on real
// sockets. `rollcall lab` tells on it, step by step, what rollcall is for.
//
// Nothing outside is touched. Namespaces have names that begin with
// rollcall-lab-PID-, their interfaces are joined by a bridge that has a namespace
// of its own, configuration, sockets, databases and logs are in one temporary
// directory, and all of it is removed when the lab ends: at the end of the story,
// when a step or a program fails, and on Ctrl-C. Only SIGKILL leaves the
// namespaces and the directory behind; the programs die with the lab even then.
//
// [Segment], [Host], [Process] and [Wait] know nothing of the story and serve
// end-to-end tests as well. They need root and the ip command.
//
// Concurrency: a Segment is built by one goroutine; Hosts and Processes may be
// used by several. The story runs in one goroutine; the desk answers in those of
// its HTTP server.
package lab
