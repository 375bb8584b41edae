package timeline

import "strings"

// saying is what is said of a refusal: words, with the firmware for %s, and a remedy.
type saying struct{ words, remedy string }

type sayings map[Cause]saying

func (s sayings) of(c Cause, f *facts) (words, remedy string) {
	said := s[c]
	firmware := "its firmware"
	if f.hasFirmware {
		firmware = f.firmware.String()
	}
	return strings.ReplaceAll(said.words, "%s", firmware), strings.ReplaceAll(said.remedy, "%s", firmware)
}

var refusals = sayings{
	NoFileForArch: {"no file is configured for %s", "name one under boot.files (%s: …), or set boot.file for every firmware"},
	NoURLForArch: {
		"it boots by HTTP, and no URL is configured for %s", "name one under boot.http (%s: …), or switch its firmware to PXE",
	},
	NoArch: {"it names no architecture that is registered", "set boot.file, which every firmware gets, or boot.files with arch-NUMBER"},
	MalformedArch: {
		"the architecture that it sends (option 93) cannot be read", "set boot.file, which every firmware gets; look for newer firmware",
	},
	NoScript: {"iPXE runs, and no script is configured for it", "set boot.ipxe"},
	IPXEWithoutHTTP: {
		"this build of iPXE cannot fetch the URL of boot.ipxe",
		"use a build with HTTP (or HTTPS), or name a file for TFTP under boot.ipxe",
	},
	UnusableName: {
		"what is configured is nothing that it can fetch",
		"give firmware that boots by TFTP a path, and one that boots by HTTP a URL; " +
			"see that the frontend serves files by HTTP where {http} is used",
	},
	IPXEItself: {"iPXE runs, and what is configured for it is iPXE again", "set boot.ipxe to a script"},
	NetbootNever: {
		"its reservation says netboot: never",
		"`rollcall reservation set … --netboot always`, or the same in the configuration where the reservation is from there",
	},
	NetbootLocal: {"its reservation says netboot: local: it boots from its disk", ""},
	NetbootDone: {
		"its reservation says netboot: once, and it is done: it boots from its disk",
		"`rollcall boot restart` lets it boot from the network once more",
	},
	OtherRefusal: {"", "`rollcall explain` shows which rule decides"},
}
