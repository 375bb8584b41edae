// Package sandbox runs the operator's Starlark: it loads files, and calls their functions within a budget. It knows nothing of
// DHCP.
//
// # Loading
//
// A Loader reads files, and what they load from their own directory. It parses, resolves, compiles and runs them, and freezes
// what they define. All mistakes of all files are told at once, each with its line and, for what people write who know
// Python, what to write instead; the parser stops at the first in each file. The language has no while and no recursion.
//
// # Calling
//
// A Caller calls functions of loaded files, on one goroutine at a time. It has one thread of the interpreter, which it uses
// again. Modules are immutable: any number of Callers may use them. A call that fails gives a Failure: how, where in the
// script, and by what calls. A panic of a Go value is one too.
//
// # What is bounded
//
// Steps of the interpreter, and the time, which is looked at every 250 steps: there is no timer and no other goroutine. One
// step of the interpreter alone may take any time and any memory: "x" * 1000000000 is one. So programs are rewritten before
// they are compiled (rewrite.go). Each operator, method and function whose work or result is not bounded by itself goes
// through a check, which
//
//   - refuses texts of more than 64 KiB, collections of more than 10,000 elements, integers of more than 4096 bits, tuples of
//     more than 10,000 elements together with those of the tuples in them, and comparisons of more than 100,000 elements;
//   - takes what is made from the memory of the call (Limits.Memory), whether it is kept or not;
//   - counts work on many elements as many steps.
//
// Beyond that a program does what it says, and fails as it would: with the same messages, places and calls. Where a target of
// an augmented assignment is not a plain variable, what it is made of is evaluated once, as ever, and kept in a variable
// that no script can name.
//
// # What is not
//
// A call may go over its time by what 250 steps take. That is microseconds; for scripts that are made for it, which look up
// tuples of thousands of elements or search texts of 64 KiB again and again, it is up to some 20 ms.
//
// What is made by steps themselves does not count as memory: an element of a list that is written out or appended, a
// function. That is at most about 200 bytes a step.
//
// Tables that files define are bounded by the limits of loading, and stay.
//
// What Go values do that others give to a script is theirs: they call Charge where work or results grow with what the script
// asks for, keep their own texts short, and tell of a script's values with Show.
package sandbox
