package sandbox

import (
	"regexp"
	"strings"
)

// habit is something that people write who know Python or another language, and what to write here.
type habit struct {
	// msg is what the interpreter says, behind what text on the line, and of what text; nil is anything.
	msg, behind, at *regexp.Regexp
	// say is what we say instead, if not empty, and remedy what to do. Both may use groups of at.
	say, remedy string
}

func habits(rows ...[5]string) []habit {
	all := make([]habit, len(rows))
	for i, row := range rows {
		all[i] = habit{msg: pattern(row[0]), behind: pattern(row[1]), at: pattern(row[2]), say: row[3], remedy: row[4]}
	}
	return all
}

func pattern(text string) *regexp.Regexp {
	if text == "" {
		return nil
	}
	return regexp.MustCompile(text)
}

// syntaxHabits are those that the parser stumbles over, where: what it says, what is in front, what is there.
var syntaxHabits = habits(
	[5]string{"", ``, `^(import|from)\b`, "there is no $1", `load("name.star", "what") reads a file beside this one; there is nothing else to import`},
	[5]string{"", ``, `^class\b`, "there are no classes", "use dictionaries and functions"},
	[5]string{"", ``, `^(try|except|finally)\b`, "there is no $1", "look before: x in d, d.get(x), type(x)"},
	[5]string{"", ``, `^raise\b`, "there is no raise", `write fail("why")`},
	[5]string{"", ``, `^is not\b`, "there is no is not", "compare with !="},
	[5]string{"", ``, `^is\b`, "there is no is", "compare with =="},
	[5]string{"", ``, `^del\b`, "there is no del", "write d.pop(key)"},
	[5]string{"", ``, `^with\b`, "there is no with", "a policy opens nothing"},
	[5]string{"", ``, `^(global|nonlocal)\b`, "there is no $1", "return the value; the variables of a file do not change once it is loaded"},
	[5]string{"", ``, `^yield\b`, "there is no yield", "return a list"},
	[5]string{"", ``, `^(async|await)\b`, "there is no $1", "leave it out"},
	[5]string{"want newline", `^\s*assert $`, "", "there is no assert", `write if not …: fail("why")`},
	[5]string{"want newline", `^\s*print $`, "", "print is a function", "write print(…)"},
	[5]string{"want newline", `^\s*(switch|match) $`, "", "there is no switch or match", "write if, elif and else"},
	[5]string{"want newline", "", `^\*\*`, "there is no **", "write x * x, or 1 << n for a power of two"},
	[5]string{"want newline", `[fF][rR]?$`, `^["']`, "there are no f-strings", `write "… %s …" % x or "… {} …".format(x)`},
	[5]string{"want newline", `\b[uU]$`, `^["']`, "there is no u in front of a text", "leave it out"},
	[5]string{"want (newline|'[])}]'|',')", `(["']|^)\s*$`, `^["']`, "two texts side by side", "write + between them"},
	[5]string{"want newline", `\d$`, `^[_a-zA-Z]`, "", "a number has digits only"},
	[5]string{"want newline", "", `^:=`, "there is no :=", "assign with ="},
	[5]string{"want '\\)'", "", `^:=`, "there is no :=", "assign in a statement of its own"},
	[5]string{"got ':', want newline", "", "", "", "leave out the type"},
	[5]string{"got ':', want '\\)'", `\bdef\b`, "", "parameters have no types", "leave out the type"},
	[5]string{"got '-', want ':'", `\bdef\b`, "^->", "results have no types", "leave out the type"},
	[5]string{"got '=', want ':'", "", "", "an assignment is not a value", "compare with =="},
	[5]string{"got '=', want newline", "", "", "", "assign one after the other"},
	[5]string{"", "&$", "^&", "there is no &&", "write and"},
	[5]string{"", `\|$`, `^\|`, "there is no ||", "write or"},
	[5]string{"", "", "^!", "there is no !", "write not"},
	[5]string{"", "", `^\?`, "there is no ?", "write a if condition else b"},
	[5]string{"", "<$", "^>", "there is no <>", "write !="},
	[5]string{"", "", "^@", "there are no decorators", "call the function"},
	[5]string{"want primary expression", `(\+\+|--)\s*(#.*)?$`, "", "there is no ++ or --", "write += 1 or -= 1"},
	[5]string{"does not associate", "", "", "", "write a < b and b < c"},
	[5]string{"unexpected input character", "", "^[“”„‟«»‘’‚‛`´]", "", `quotes are " and ' alone`},
	[5]string{"unexpected input character", "", `^[\x{00a0}\x{2000}-\x{200f}\x{202f}\x{2060}\x{3000}\x{feff}]`, "", "it looks like a space and is none: write one"},
	[5]string{"got newline, want ':'", `^\s*(def|if|elif|else|for)\b`, "", "", "end the line with a colon"},
	[5]string{"got ',', want ':'", "{", "", "", "write set([…])"},
	[5]string{"got for, want ':'", "{", "", "", "write set([x for x in …])"},
	[5]string{"got for, want '[,)]'", "", "", "there are no generators", "put it in brackets: [x for x in …]"},
	[5]string{"got if, want ':'", `\belse $`, "", "there is no else if", "write elif"},
	[5]string{"", "", `^(else|elif)\b`, "", "it belongs to an if, with the same indent; a loop has none"},
	[5]string{"without else clause", "", "", "", "write a if condition else b"},
	[5]string{"want indent", "", "", "", "indent what belongs to the line above"},
	[5]string{"unindent does not match", "", "", "", "indent as one of the lines above"},
	[5]string{"got indent", "", "", "this is indented, and nothing above asks for it", "begin where the line above begins"},
	[5]string{"(newline|EOF) in string", "", "", "", `close the quotes; a text of several lines is in """`},
	[5]string{"got (end of file|outdent)|got (def|return|pass|break|continue|load), want '", "", "", "", "something that was opened is not closed"},
	[5]string{"operand of load", "", "", "", `write load("name.star", "what")`},
	[5]string{"load statement must import", "", "", "", `write load("name.star", "what")`},
)

// nameHabits are those that are found when names are looked up.
var nameHabits = habits(
	[5]string{"support while loops", "", "", "there is no while", "write for i in range(100), and break when it is done"},
	[5]string{"undefined", "", `^true\b`, "", "write True"},
	[5]string{"undefined", "", `^false\b`, "", "write False"},
	[5]string{"undefined", "", `^(?i:none|null|nil|undefined)\b`, "", "write None"},
	[5]string{"undefined", "", `^(isinstance|issubclass)\b`, "", `write type(x) == "string"`},
	[5]string{"undefined", "", `^(map|filter)\b`, "", "write [f(x) for x in list if …]"},
	[5]string{"undefined", "", `^sum\b`, "", "add up in a loop"},
	[5]string{"undefined", "", `^(pow|divmod)\b`, "", "write x * x, x // y, x % y"},
	[5]string{"undefined", "", `^round\b`, "", "write int(x + 0.5)"},
	[5]string{"undefined", "", `^(hex|oct|bin|ascii|format)\b`, "", `write "%x" % n`},
	[5]string{"undefined", "", `^(iter|next)\b`, "", "write for x in …"},
	[5]string{"undefined", "", `^(frozenset|bytearray|unicode|long|object)\b`, "", "there are int, float, str, bytes, list, tuple, dict and set"},
	[5]string{"undefined", "", `^(struct|namedtuple|dataclass)\b`, "", "use a dictionary"},
	[5]string{"undefined", "", `^(self|super|cls)\b`, "", "there are no classes; use dictionaries and functions"},
	[5]string{"undefined", "", `^(\w*Exception|\w+Error|assert)\b`, "", `write fail("why")`},
	[5]string{"undefined", "", `^(exit|quit)\b`, "", "return from the function"},
	[5]string{"undefined", "", `^(open|input|exec|eval|compile|os|sys|subprocess|socket|requests|urllib|logging)\b`, "",
		"a policy reaches nothing outside of it; print(…) writes to the log"},
	[5]string{"undefined", "", `^(re|json|math|itertools|functools|collections|string|time|datetime)\b`, "", "there are no modules but your own, with load"},
	[5]string{"^cannot reassign", "", "", "", "choose another name, or assign inside of a function"},
	[5]string{"not within a function", "", "", "", "put it into a function: def name(): …"},
	[5]string{"^load statement within", "", "", "", "move it to the top of the file"},
	[5]string{"can't assign to", "", "", "only names, elements and attributes can be assigned to", ""},
)

// advise returns what to say of a mistake, and what to do. The mistake is at a column of a line, which counts from 1.
func advise(all []habit, msg, line string, column int) (say, remedy string) {
	chars := []rune(line)
	at := min(max(column-1, 0), len(chars))
	behind, rest := string(chars[:at]), string(chars[at:])
	for _, h := range all {
		if h.msg != nil && !h.msg.MatchString(msg) || h.behind != nil && !h.behind.MatchString(behind) {
			continue
		}
		if h.at == nil {
			return either(h.say, msg), h.remedy
		}
		if m := h.at.FindStringSubmatchIndex(rest); m != nil {
			return either(string(h.at.ExpandString(nil, h.say, rest, m)), msg), h.remedy
		}
	}
	return msg, ""
}

func either(say, msg string) string {
	if say == "" {
		return msg
	}
	return say
}

// tokenStart returns the column where the token begins that the parser did not want. What it tells is the place where the
// token ends, but for one that should begin an expression.
func tokenStart(msg, line string, column int) int {
	m := gotToken.FindStringSubmatch(msg)
	chars := []rune(line)
	if m == nil || strings.HasSuffix(msg, "primary expression") || column-1 > len(chars) {
		return column
	}
	before := string(chars[:column-1])
	token := strings.Trim(m[1], "'")
	if kind, ok := tokenKinds[token]; ok {
		token = kind.FindString(before)
	} else if !strings.HasSuffix(before, token) {
		return column
	}
	return column - len([]rune(token))
}

var gotToken = regexp.MustCompile(`^got (.+?),? (?:want|after) `)

// tokenKinds are the tokens that the parser does not spell, as they stand at the end of a text.
var tokenKinds = map[string]*regexp.Regexp{
	"identifier":     regexp.MustCompile(`[\pL_][\pL\pN_]*$`),
	"int literal":    regexp.MustCompile(`[\pN][\pL\pN]*$`),
	"float literal":  regexp.MustCompile(`[\pN.][\pL\pN.+-]*$`),
	"string literal": regexp.MustCompile(`(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')$`),
	"newline":        regexp.MustCompile(`$`),
	"indent":         regexp.MustCompile(`$`),
	"outdent":        regexp.MustCompile(`$`),
	"end of file":    regexp.MustCompile(`$`),
}
