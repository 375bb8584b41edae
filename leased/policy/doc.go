// Package policy runs the operator's own rules: the hooks of Starlark files, within bounds.
//
// A file may define filter, unknown, choose, reply and event. [Load] reads the files and finds their hooks; a [Policy] is what came of
// it, and is never changed: a reload makes a new one. The keeper calls [Policy.Filter] and [Policy.Consult] from several goroutines at
// once, none of which owns the state; each call has a worker of its own, so no two share anything but what is frozen or counted.
//
// A hook that fails counts as if it were not there, or, where the configuration says that it fails closed, as a refusal. Whatever
// happens is counted under a closed kind, logged with the place, and told to explain. Hooks of several files are asked in the order of
// the files.
//
// No script stalls the service. A call has a budget of steps, time and memory ([sandbox]). A machine whose message took a hook over it
// is remembered for a minute, in which the hook is skipped for it; and a hook that wastes more than 40 ms in such calls rests for five
// times as long as it has wasted.
//
// What a registration system answers comes in here too, for it is about the same machines as unknown: a [Finder] is asked first.
//
// Packages below: sandbox has the interpreter, value what scripts see, eventlog the way of events.
package policy
