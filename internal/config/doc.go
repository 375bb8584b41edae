// Package config reads rollcall's one YAML file into a typed section for each service.
//
// It is strict. An unknown key, a value of the wrong kind, and two settings that contradict each other are errors with
// file, line and column; [Load] and [Parse] report all of them at once, sorted by place, as *[Errors]. Only a mistake
// in the YAML itself hides the errors behind it.
//
// There are two layers. A walker over the YAML tree (tree.go) keeps the place of every node, hands out raw text and
// remembers which keys were asked for, so that the leftovers are the unknown ones. The readers (read_*.go) turn that
// text into the types below and the checks (check_*.go) compare what was read. Values are taken from the text as it
// stands in the file, never through YAML's guesses: 52:54:00:12:34:56 is a hardware address and not a number, and "no"
// is not false.
//
// What it never does: open the files it names (certificates, secrets, policies), look at interfaces, resolve names, expand the
// environment, log, or keep state. A file that is fine on the administrator's desk is fine on the server.
//
// A relative file name in the configuration is taken from the directory of the configuration file. Defaults are filled in
// when Parse returns, and the lease times that shared networks, subnets and pools inherit have been written into them.
// Options and boot fields stay at the [Level] that gives them: which levels count depends on the machine. A *Config is not
// changed after it was returned and may be read from any goroutine.
package config
