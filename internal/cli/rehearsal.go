package cli

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rollcall/internal/cli/recorded"
	"rollcall/internal/config"
	"rollcall/leased/engine"
	leasedplan "rollcall/leased/plan"
	"rollcall/leased/policy"
	"rollcall/leased/policy/replay"
)

// rehearsalTime is how long a hook may take. In service it is less; but steps are counted here as there, and how busy this machine is
// must not decide what is shown.
const rehearsalTime = time.Second

// rehearsal plays recorded messages by the rules of a configuration.
type rehearsal struct {
	player *replay.Player
	links  *rehearsalLinks
	// notes say what was assumed.
	notes []string
}

// newRehearsal reads the policy. The error is a *config.Errors with all that is wrong with it.
func (a *app) newRehearsal(r *recorded.Recording, around policySurroundings, link string, addresses []string) (*rehearsal, error) {
	h := &rehearsal{}
	cfg := around.cfg
	if cfg == nil || cfg.Leased == nil {
		var err error
		if cfg, err = madeUp(r); err != nil {
			return nil, err
		}
		h.note("no configuration is named with -c, so subnets are made up: %s", subnetList(cfg))
	} else if cfg.Leased.Lookup != nil {
		h.note("the registration system is not asked here")
	}
	var err error
	if h.links, err = newRehearsalLinks(cfg, r, link, addresses); err != nil {
		return nil, err
	}
	if assumed := h.links.assumed; assumed != "" {
		h.note("%s", assumed)
	}
	rules := leasedplan.Of(cfg.Leased)
	settings := around.settings
	settings.Timeout = rehearsalTime
	asked, err := policy.Load(policy.Config{
		Settings: &settings, Path: cfg.Path, Names: cfg.Leased.Names, Plan: rules, Log: slog.New(slog.NewTextHandler(a.Stderr, nil)),
	})
	if err != nil {
		return nil, err
	}
	rules.Stages = asked.Stages()
	h.player = replay.New(rules, h.links.frontend, asked)
	return h, nil
}

func (h *rehearsal) note(format string, args ...any) {
	h.notes = append(h.notes, fmt.Sprintf(format, args...))
}

func (h *rehearsal) play(m *recorded.Message) replay.Outcome {
	m.Query.Link = h.links.of(m)
	m.Query.Index()
	return h.player.Play(m.Query, m.Time)
}

// madeUp is a configuration with the subnets of a recording, all of whose addresses are given out but for those of relays. Those that
// are not behind relays are on one link.
func madeUp(r *recorded.Recording) (*config.Config, error) {
	subnets := r.Subnets
	if len(subnets) == 0 {
		subnets = []recorded.Subnet{{Prefix: netip.MustParsePrefix("192.0.2.0/24")}} // TEST-NET-1, RFC 5737
	}
	var b strings.Builder
	b.WriteString("leased:\n  subnets:\n")
	for _, s := range subnets {
		first := engine.IPOf(s.Prefix.Addr())
		last := first | engine.IP(uint64(1)<<(32-s.Prefix.Bits())-1)
		name, network := strings.NewReplacer(".", "-", "/", "-").Replace("net-"+s.Prefix.String()), ""
		if !s.Relayed {
			network = ", shared_network: local"
		}
		var relays []string
		for _, a := range r.Relays {
			if ip := engine.IPOf(a); ip > first && ip < last {
				relays = append(relays, a.String())
			}
		}
		fmt.Fprintf(&b, "    - {name: %s, prefix: %v, pools: [{range: %v-%v, exclude: [%s]}]%s}\n", name, s.Prefix, first+1, last-1,
			strings.Join(relays, ", "), network)
	}
	cfg, err := config.Parse("made up", []byte(b.String()))
	if err != nil {
		return nil, fmt.Errorf("what the capture shows makes no configuration; name one with -c")
	}
	return cfg, nil
}

func subnetList(cfg *config.Config) string {
	var list []string
	for _, s := range cfg.Leased.Subnets {
		list = append(list, s.Prefix.String())
	}
	const most = 4
	if len(list) > most {
		list = slices.Replace(list, most, len(list), fmt.Sprintf("and %d more", len(list)-most))
	}
	return strings.Join(list, ", ")
}
