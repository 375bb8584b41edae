package policy_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"rollcall/leased/engine"
	"rollcall/leased/policy"
)

// shared are variables of a file that hold each other in every way that the language has.
const shared = `
LIST = [1, [2, {"a": [3]}]]
DICT = {"list": LIST, "tuple": (LIST, {"x": []})}
SET = set(["a", "b"])
DEFINITION = definition(address = "10.0.0.7", options = {"routers": ["10.0.0.1"]}, classes = ["a"], extra = {"rack": "12"})
APPEND = LIST.append

def counter():
    state = []
    held = {"n": state}
    def count(x = [], *args, keep = {}):
        state.append(1)
    def peek(x = held):
        return len(state) + len(x)
    return count, peek

COUNT, PEEK = counter()

def default(x = [0], y = {"n": [1]}):
    x[0] += 1

def nested(x = [], y = {"n": [1]}):
    y["n"].append(2)

def inner():
    return [lambda: LIST.append(1), lambda x = LIST: x.pop()]

LATER = inner()
`

// No call leaves anything behind for the next one, by whatever way.
func TestNothingIsLeftBehind(t *testing.T) {
	for _, change := range []string{
		`LIST.append(request)`, `LIST[0] = request`, `LIST[1][1]["a"].append(1)`, `LIST.clear()`, `APPEND(1)`, `LIST.pop()`,
		`x = LIST; x += [1]`, `x = LIST[1]; x[0] = 5`, `x = [LIST]; x[0][0] += 1`, `x = DICT; x |= {1: 2}`,
		`DICT["new"] = request`, `DICT["tuple"][0].append(1)`, `DICT["tuple"][1]["x"].append(1)`, `DICT.update(a = 1)`, `DICT.pop("list")`,
		`DICT.setdefault("new", request)`, `SET.add("c")`, `SET.pop()`, `COUNT()`, `default()`, `nested()`, `LATER[0]()`, `LATER[1]()`,
		`DEFINITION.extra["x"] = "y"`, `DEFINITION.options["routers"] = []`, `DEFINITION.options["routers"].append("10.0.0.2")`,
		`DEFINITION.classes.append("b")`, `DEFINITION.address = "10.0.0.8"`, `default.x = 1`, `getattr(LIST, "append")(1)`,
		`[LIST.insert(0, x) for x in [request]]`, `sorted([1, 2], key = LIST.remove)`, `request.options["routers"] = []`,
		`x = request; x.kept = 1`, `request.classes.append("x")`, `request.parameters.append(1)`, `request.user_classes.append("x")`,
	} {
		p := script(t, shared+"\ndef filter(request):\n    "+change+"\n    return True\n", "filter")
		q := discover(1)
		q.Verdict.Explain = true
		if got := filter(p, q); got != engine.PolicyError {
			t.Errorf("%s: %q, want that it fails", change, got)
			continue
		}
		if msg, _ := policy.FailureIn(q.Verdict.Steps[len(q.Verdict.Steps)-1]); strings.Contains(msg, "internal") || msg == "" {
			t.Errorf("%s: %q", change, msg)
		}
	}
}

// Any number of messages and events may read what a file defines, while it is explained and while the policy is changed for another.
func TestFilesAreShared(t *testing.T) {
	text := shared + `
def filter(request):
    if LIST == [1] or [x for x in LIST] != LIST[:] or sorted(DICT.keys()) != ["list", "tuple"]:
        return False
    text = str(DICT) + "%s %r" % (LIST, SET) + "{}".format(DICT) + "".join([x for x in SET]) + str(COUNT) + repr(DEFINITION)
    both = DICT | {"mac": request.mac}
    return len(text) > 5 and both["mac"] == request.mac and PEEK() == 1 and hash(text) == hash(text) and zip(LIST, LIST) != []

def unknown(request):
    return DEFINITION if DEFINITION.extra["rack"] == "12" and DEFINITION.options["routers"] == ["10.0.0.1"] else "ignore"

def choose(request, candidates):
    return candidates[len(LIST) - 1]

def reply(request, lease, reply):
    reply.options["domain-name"] = "n%d-%s.example" % (len(DICT), request.mac[-2:])

def event(e):
    e.annotations["size"] = str(len(LIST) + len(SET)) + e.mac
`
	current := [2]*policy.Policy{script(t, text), script(t, text)}
	candidates := []*engine.Reservation{{ID: "a"}, {ID: "b"}}
	var wg sync.WaitGroup
	for host := range byte(6) {
		wg.Go(func() {
			for i := range 60 {
				p := current[(i/10)%2]
				q := discover(host)
				q.Verdict.Explain = host%2 == 0
				if got := filter(p, q); got != "" {
					t.Errorf("filter: %q %v", got, q.Verdict.Steps)
				}
				if a := consult(p, q, ask(engine.StageUnknown, engine.Facts{})).Unknown; a.Definition == nil || a.Definition.IP != 0x0a000007 {
					t.Errorf("unknown: %+v", a)
				}
				if got := consult(p, q, ask(engine.StageChoose, engine.Facts{Candidates: candidates})).Choice; got != "b" {
					t.Errorf("choose: %q", got)
				}
				want := fmt.Sprintf("n2-%02x.example", host)
				if a := consult(p, q, offer()).Reply; len(a.Options) != 1 || string(a.Options[0].Value) != want {
					t.Errorf("reply: %+v", a)
				}
				e := p.Annotate(&engine.Event{Kind: "lease.granted", Machine: &engine.Machine{HW: q.HW}})
				if e.Annotations["size"] != "4"+q.HW.String() {
					t.Errorf("event: %v", e.Annotations)
				}
			}
		})
	}
	wg.Go(func() {
		for range 5 {
			script(t, text)
		}
	})
	wg.Wait()
}
