package frontend

import (
	"rollcall/frontend/link"
	"rollcall/frontend/serve"
	"rollcall/internal/config"
)

// linksOf returns the links of a configuration as the Watcher takes them.
func linksOf(f config.Frontend) []link.Config {
	ports := []uint16{link.ServerPort}
	if f.PXEPort != 0 {
		ports = append(ports, f.PXEPort)
	}
	links := make([]link.Config, len(f.Links))
	for i, l := range f.Links {
		links[i] = link.Config{Interface: l.Interface, Mode: modeOf(l.Mode), Ports: ports, ReceiveBuffer: f.ReceiveBuffer}
	}
	return links
}

func modeOf(m config.Mode) link.Mode {
	switch m {
	case config.ModeUDP:
		return link.ModeUDP
	case config.ModeAuto:
		return link.ModeAuto
	default:
		return link.ModeRaw
	}
}

func relaysOf(r config.Relays) serve.Relays { return serve.Relays{Accept: r.Accept, Allow: r.Allow} }
