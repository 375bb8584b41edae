package conformance_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"rollcall/internal/conformance/firmware"
)

// machineKind is a kind of machine of testdata/machines: the firmware that judges what it is answered, and what it sends beside the
// words of the case.
type machineKind struct {
	Firmware, Sends string
}

var machineKinds = sync.OnceValues(func() (all map[string]machineKind, err error) {
	b, err := os.ReadFile(filepath.Join("testdata", "machines", "machines.yaml"))
	if err == nil {
		err = yaml.Load(b, &all, yaml.WithKnownFields())
	}
	return all, err
})

// dressed puts what a kind of machine sends in the place of as=KIND. What the line says of the same field or option wins, and -N
// leaves an option out.
func dressed(list []string) (dress []string, as string, err error) {
	at := slices.IndexFunc(list, func(w string) bool { return strings.HasPrefix(w, "as=") })
	if at < 0 {
		return list, "", nil
	}
	as = strings.TrimPrefix(list[at], "as=")
	kinds, err := machineKinds()
	if err != nil {
		return nil, "", err
	}
	kind, ok := kinds[as]
	if !ok {
		return nil, "", fmt.Errorf("no machine is called %q", as)
	}
	said := map[string]bool{}
	rest := slices.DeleteFunc(slices.Delete(slices.Clone(list), at, at+1), func(w string) bool {
		said[key(strings.TrimPrefix(w, "-"))] = true
		return strings.HasPrefix(w, "-")
	})
	dress = append(dress, rest[0])
	for _, w := range words(kind.Sends) {
		if !said[key(w)] {
			dress = append(dress, w)
		}
	}
	return append(dress, rest[1:]...), as, nil
}

// key is the field or option that a word is about.
func key(w string) string {
	k, _, _ := strings.Cut(w, "=")
	if code, ok := aliases[k]; ok {
		return strconv.Itoa(code)
	}
	return k
}

// boots are the machines of a case under way, and what they were told.
type boots struct {
	machines map[string]firmware.Model
	told     map[string]map[string]string // the boot information of the last offer, by machine
}

// judge lets the machine of a message hear the answer (nil for silence) and what other servers say beside it, and holds what it does
// next against the words of want that are about that, which it takes out.
func (b *boots) judge(q *query, a *answer, beside, want string) (rest string, wrong []string) {
	var about []string
	list := slices.DeleteFunc(words(want), func(w string) bool {
		mine := slices.Contains([]string{"boots", "second", "waits"}, key(w))
		if mine {
			about = append(about, w)
		}
		return mine
	})
	rest = strings.Join(list, " ")
	if q.machine == "" {
		if len(about) > 0 || beside != "" {
			wrong = append(wrong, "no machine (as=) can be judged")
		}
		return rest, wrong
	}
	m, err := b.machine(q)
	if err != nil {
		return rest, []string{err.Error()}
	}
	m.Sends(firmware.Datagram{Src: q.src, Dst: q.dst, Payload: q.payload})
	for _, line := range strings.Split(beside, ";") {
		if line == "" {
			continue
		}
		d, err := foreign(line, q)
		if err != nil {
			wrong = append(wrong, err.Error())
		} else if why := m.Hears(d); why != "" {
			wrong = append(wrong, fmt.Sprintf("the machine would throw away the foreign answer %s: %s", line, why))
		}
	}
	if a != nil {
		if why := m.Hears(heard(a)); why != "" {
			wrong = append(wrong, fmt.Sprintf("%s would throw the answer away: %s", q.machine, why))
		}
	}
	for _, w := range about {
		wrong = append(wrong, goesOn(m, w)...)
	}
	return rest, append(wrong, b.sameAgain(q, a)...)
}

// machine is the machine that sent a message: one for each hardware address and kind.
func (b *boots) machine(q *query) (firmware.Model, error) {
	id := fmt.Sprintf("%x %s", q.payload[28:44], q.machine)
	if m := b.machines[id]; m != nil {
		return m, nil
	}
	kinds, err := machineKinds()
	if err != nil {
		return nil, err
	}
	m, err := firmware.New(kinds[q.machine].Firmware)
	if err == nil {
		b.machines[id] = m
	}
	return m, err
}

// foreign is the answer of another server to a message, as the machine hears it.
func foreign(line string, q *query) (firmware.Datagram, error) {
	typ, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	f, err := build(typ+" op=2 src=0.0.0.0:67 dst=255.255.255.255:68 pad=300 "+rest, q.xid, netip.Addr{})
	if err != nil {
		return firmware.Datagram{}, fmt.Errorf("%s: %w", line, err)
	}
	copy(f.payload[28:44], q.payload[28:44])
	if v := f.parsed()[54]; f.src.Addr().IsUnspecified() && len(v) == 4 {
		f.src = netip.AddrPortFrom(netip.AddrFrom4([4]byte(v)), f.src.Port())
	}
	return firmware.Datagram{Src: f.src, Dst: f.dst, Payload: f.payload}, nil
}

// heard is an answer as it arrives at the machine: from the server, or from the relay that it was sent to.
func heard(a *answer) firmware.Datagram {
	if a.dst.Port() != 67 {
		return firmware.Datagram{Src: a.src, Dst: a.dst, Payload: a.payload}
	}
	to := a.yiaddr()
	if a.u16(10)&0x8000 != 0 || to.IsUnspecified() {
		to = everybody.Addr()
	}
	return firmware.Datagram{Src: netip.AddrPortFrom(a.addr(24), 67), Dst: netip.AddrPortFrom(to, 68), Payload: a.payload}
}

// goesOn holds one word of want against what a machine does next.
func goesOn(m firmware.Model, w string) []string {
	next, want := m.Next(), strings.Trim(w[strings.IndexByte(w, '=')+1:], "'")
	got := next.String()
	switch key(w) {
	case "waits":
		got = next.Wait.String()
	case "second":
		e, ok := m.(*firmware.EDK2)
		if !ok {
			return []string{"only EDK2 starts shim"}
		}
		next = e.Shim("grubx64.efi")
		got = next.String()
	}
	if got == want {
		return nil
	}
	if next.Why != "" {
		got += " (" + next.Why + ")"
	}
	return []string{fmt.Sprintf("want %s, the machine would %s", w, got)}
}

// sameAgain demands that the acknowledgement of an offer says of booting what the offer said: firmware reads the one or the other.
func (b *boots) sameAgain(q *query, a *answer) (wrong []string) {
	if a == nil {
		return nil
	}
	who, asked := fmt.Sprintf("%x %s", q.payload[28:44], q.machine), q.parsed()
	says := map[string]string{"siaddr": a.addr(20).String(), "sname": a.text(44, 108), "file": a.text(108, 236)}
	for _, code := range []byte{43, 60, 66, 67, 97, 175} {
		says[fmt.Sprint("option ", code)] = written(a.options[code])
	}
	switch {
	case a.kind == "offer" && !a.yiaddr().IsUnspecified():
		b.told[who] = says
	case a.kind == "ack" && len(asked[54]) == 4 && len(asked[50]) == 4 && b.told[who] != nil:
		for name, offered := range b.told[who] {
			if says[name] != offered {
				wrong = append(wrong, fmt.Sprintf("%s was %s in the offer and is %s in the acknowledgement", name, offered, says[name]))
			}
		}
	}
	return wrong
}
