package frontend

import (
	"rollcall/frontend/assets"
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
		links[i] = link.Config{
			Interface: l.Interface, Mode: modeOf(l.Mode), Ports: ports, VLANs: vlansOf(l.VLANs), Tags: tagsOf(l.Tags),
			ReceiveBuffer: f.ReceiveBuffer,
		}
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

func vlansOf(ranges []config.VLANs) []link.VLANs {
	var vlans []link.VLANs
	for _, r := range ranges {
		vlans = append(vlans, link.VLANs{First: r.First, Last: r.Last})
	}
	return vlans
}

func tagsOf(tags []config.Tag) (ts link.Tags) {
	for i, t := range tags {
		ts[i] = link.NewTag(t.TPID, t.VID, t.PCP, t.DEI)
	}
	return ts
}

func policyOf(f config.Frontend) serve.Policy {
	return serve.Policy{Local: f.Local.Accept, Relays: serve.Relays{Accept: f.Relays.Accept, Allow: f.Relays.Allow}}
}

func assetsOf(a *config.Assets) assets.Settings {
	return assets.Settings{Root: a.Root, MaxClients: a.MaxClients, MaxSize: int64(a.MaxSize)}
}
