package config

import (
	"fmt"
	"net/netip"
)

// readLevel reads the keys that stand at every level.
func readLevel(m *mapping) Level {
	return Level{Options: readOptions(m.get("options")), Boot: readBoot(m.get("boot"))}
}

func readBoot(v value) Boot {
	if !v.present() {
		return Boot{}
	}
	m := v.mapping()
	b := Boot{
		Server:     read(m.get("server"), netip.Addr{}, parseBootServer),
		ServerName: readField(m.get("server_name"), MaxServerName),
		File:       readField(m.get("file"), MaxBootFile),
	}
	m.done()
	return b
}

// parseBootServer reads siaddr; an empty one is none.
func parseBootServer(s string) (netip.Addr, *problem) {
	if s == "" {
		return netip.IPv4Unspecified(), nil
	}
	a, p := parseHost(s)
	if p != nil {
		p.hint += `; names are not looked up, and "" is none`
	}
	return a, p
}

// readField reads a text field of the header. Nil: the key is not there.
func readField(v value, longest int) *string {
	return read(v, nil, func(s string) (*string, *problem) {
		if len(s) > longest {
			return nil, &problem{fmt.Sprintf("the text has %d bytes; the field of the header holds %d", len(s), longest), "choose a shorter one"}
		}
		return &s, nil
	})
}
