package conformance_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestBootCombinations: whatever is combined with whatever, a machine for which there is a file comes to fetch that file.
func TestBootCombinations(t *testing.T) {
	files := map[string]string{
		"bios": "tftp://$S/undionly.kpxe", "uefi": "tftp://$S/ipxe.efi", "arm": "tftp://$S/ipxe-arm64.efi",
		"http": "http://192.168.50.252:8080/ipxe.efi", "ipxe": "http://$S:8080/boot/$m.ipxe", "ipxe-bios": "http://$S:8080/boot/$m.ipxe",
		"u-boot": "tftp://$S/boot.scr", "raspberry-pi": "tftp://$S/bootcode.bin",
	}
	played := 0
	for machine, file := range files {
		for _, role := range []string{"combined", "proxy"} {
			for _, style := range []string{"plain", "pxe"} {
				for _, quirk := range []string{"auto", "none", "intel", "dell", "ampere"} {
					for _, words := range []string{"", "broadcast", "-broadcast"} {
						for _, more := range []string{"", "-57 prl=1,3", "57=576 -97", "giaddr=192.168.50.254 82={1='port 7'}"} {
							switch {
							case machine == "u-boot" && role == "proxy": // it knows no proxies
								continue
							case machine == "raspberry-pi" && quirk != "auto": // it is taken for another machine
								continue
							}
							c := combination(machine, role, style, quirk, words+" "+more, file)
							played++
							if wrong := c.play(startRules); len(wrong) > 0 {
								t.Errorf("%s, %s, style %s, quirk %s, %s %s\n%s", machine, role, style, quirk, words, more, strings.Join(wrong, "\n"))
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d combinations", played)
}

// combination is a boot from DHCPDISCOVER to the file.
func combination(as, role, style, quirk, words, file string) *kase {
	mac := "02-00-00-00-00-42"
	words = "as=" + as + " " + words
	if as == "raspberry-pi" {
		mac = "b8-27-eb-00-00-01"
	} else {
		words += " mac=B"
	}
	file = strings.ReplaceAll(file, "$m", mac)
	boot := map[string]any{"style": style, "quirk": quirk, "files": map[string]any{"uboot-arm64": "boot.scr", "rpi": "bootcode.bin"}}
	c := &kase{
		Name: "combinations/one", Links: map[string][]string{"eth1": {"192.168.50.252/24"}}, Config: "boot",
		change: change{Leased: map[string]any{"boot": boot}},
	}
	beside := func(kind string) string {
		if role == "combined" {
			return ""
		}
		return kind + " yiaddr=192.168.50.11 54=192.168.50.2 51=3600 1=255.255.255.0"
	}
	if role == "combined" {
		c.Steps = []step{
			{Send: "discover " + words, Want: "offer yiaddr!=0.0.0.0 save=a boots=" + file},
			{Send: "request " + words + " 50=$a 54=$S", Want: "ack yiaddr=$a boots=" + file},
		}
		return c
	}
	c.Config = "proxy"
	offered := step{Send: "discover " + words, Beside: beside("offer"), Want: "offer yiaddr=0.0.0.0 boots=" + file}
	direct := quirk == "intel" || quirk == "dell" // which want 43 with each offer
	asks := (as == "uefi" || as == "arm") && !direct
	if asks {
		offered.Want = "offer yiaddr=0.0.0.0 boots='pxe-port $S'"
	}
	c.Steps = []step{offered, {Send: "request " + words + " 50=192.168.50.11 54=192.168.50.2", Beside: beside("ack"), Want: "silence"}}
	if asks {
		c.Steps = append(c.Steps, step{
			Send: fmt.Sprintf("request %s -broadcast ciaddr=192.168.50.11 src=192.168.50.11:4011 dst=$S:4011", noRelay(words)),
			Want: "ack from=4011 boots=" + file,
		})
	}
	return c
}

// noRelay takes what a relay adds, and the broadcast flag, out of words: the machine asks port 4011 itself.
func noRelay(text string) string {
	text = strings.ReplaceAll(text, "giaddr=192.168.50.254 82={1='port 7'}", "")
	return strings.ReplaceAll(strings.ReplaceAll(text, "-broadcast", ""), " broadcast", "")
}
