package sandbox

import "strings"

// runtimeHabits are mistakes that show when a script runs: what is in the message of the interpreter, and what to write instead.
var runtimeHabits = []struct{ msg, remedy string }{
	{"to frozen list", "what is read, and what a file defines, does not change; make a new list, as in x + [y]"},
	{"into frozen hash table", "what is read, and what a file defines, does not change; make a new one, as in x | {key: value}"},
	{"from frozen", "what is read, and what a file defines, does not change; make a new one without it"},
	{"NoneType has no .", "it is None here: look first, as in if x:"},
	{"referenced before assignment", "a name that a function assigns is its own from its first line; the variables of a file do not change"},
	{"unknown conversion %", `%s, %d, %x and so on have no width; two digits are hex(bytes([n]))`},
	{"format spec features", "braces are empty, or have a name; two digits are hex(bytes([n]))"},
	{"unknown binary op: string + ", "write str(x)"},
	{"string has no .encode", "write bytes(x)"},
	{"string has no .translate", "write .replace(old, new)"},
	{"options has no .items", "write for name in options"},
	{"options has no .values", "write for name in options"},
	{"options has no .update", "set one after the other: options[name] = value"},
}

// remedyOf returns what to do about a mistake that people make by habit, "" for any other.
func remedyOf(msg string) string {
	for _, h := range runtimeHabits {
		if strings.Contains(msg, h.msg) {
			return h.remedy
		}
	}
	return ""
}
