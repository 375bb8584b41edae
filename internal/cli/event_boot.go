package cli

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	leasedv1 "rollcall/proto/leased/v1"
)

// addBoot adds what a boot event is about to what a table shows of an event.
func addBoot(b *leasedv1.BootInfo, add func(label, text string)) {
	if b == nil {
		return
	}
	if b.GetIpxe() {
		add("", "iPXE")
	}
	add("", b.GetFirmware())
	file := b.GetFile()
	if file != "" && b.GetServer() != "" && !strings.Contains(file, "://") {
		file += " from " + b.GetServer()
	}
	add("", file)
	add("by ", b.GetRule())
	if b.GetPort() != 0 && b.GetPort() != 67 {
		add("port ", strconv.FormatUint(uint64(b.GetPort()), 10))
	}
}

// bootInfoNode is what a boot event is about as a mapping without what is empty; nil for other events.
func bootInfoNode(b *leasedv1.BootInfo) *yaml.Node {
	if b == nil {
		return nil
	}
	n := mappingNode()
	for _, f := range []struct{ key, text string }{
		{"firmware", b.GetFirmware()}, {"file", b.GetFile()}, {"server", b.GetServer()}, {"stage", b.GetStage()}, {"uuid", b.GetUuid()},
		{"rule", b.GetRule()},
	} {
		if f.text != "" {
			put(n, f.key, textNode(f.text))
		}
	}
	if b.GetIpxe() {
		put(n, "ipxe", textNode("true"))
	}
	if b.GetPort() != 0 {
		put(n, "port", textNode(strconv.FormatUint(uint64(b.GetPort()), 10)))
	}
	return n
}
