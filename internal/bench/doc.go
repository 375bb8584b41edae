// Command bench measures rollcall beside Kea, and both beside a server that only
// does arithmetic, on a virtual wire of its own; `make bench` runs it, as root.
//
// Everything it makes, two network namespaces and a directory, has a name with its
// process id and is removed at the end, also on Ctrl-C; what a killed run leaves is
// removed by the next one. It writes its report to -out: results.md, results.csv and,
// with every run of a load generator, runs.csv.
//
//	bench -rows clean,overload -repeat 1     some rows, once
//	bench -quick                             the main ones in some four minutes; prints only
//	bench -plan                              what would be done, and how long it takes
//
// A scenario that fails is reported in its rows, and the others go on. The exit
// status is 1 if any failed and 2 for wrong flags.
//
// Scenarios run in one goroutine; only what disturbs the server in the scenario
// operations runs beside it.
package main
