package bootname

import "fmt"

// The longest names, in octets.
const (
	// MaxServerName fits the field sname, with a zero behind it (RFC 2131 §2).
	MaxServerName = 63
	// MaxFile fits the field file, with a zero behind it (RFC 2131 §2).
	MaxFile = 127
	// MaxName fits option 67 with a zero behind it. UEFI firmware does not put split options (RFC 3396) together again.
	MaxName = 254
)

// Fault is why a text is not what it should be.
type Fault struct {
	// Problem is what is wrong, Remedy what to write instead.
	Problem, Remedy string
}

func fault(remedy, problem string, args ...any) *Fault {
	return &Fault{Problem: fmt.Sprintf(problem, args...), Remedy: remedy}
}

// ServerName checks what a boot server calls itself.
func ServerName(s string) *Fault {
	if len(s) > MaxServerName {
		return fault("choose a shorter one", "the text has %d bytes; the field of the header holds %d", len(s), MaxServerName)
	}
	return characters(s)
}

// File checks the path of a file that every firmware gets, and that fits the header; "" is none.
func File(s string) *Fault { return path(s, MaxFile, "the field of the header holds %d") }

// Path checks the path of a file that firmware of one kind fetches by TFTP; "" is none.
func Path(s string) *Fault { return path(s, MaxName, "option 67 holds %d") }

func path(s string, most int, holds string) *Fault {
	if scheme := schemeOf(s); scheme != "" {
		return fault("write the path on the server; http: takes the URLs for HTTP boot, and ipxe: what iPXE fetches",
			"%q is a URL, and firmware that boots by TFTP takes paths", s)
	}
	parts, f := parse(s)
	if f != nil {
		return f
	}
	if parts.foreign != "" {
		return fault("write {mac} and the like; ${…} is for ipxe:", "only iPXE knows %s", parts.foreign)
	}
	if parts.longest > most {
		return tooLong(s, parts, most, fmt.Sprintf(holds, most))
	}
	return nil
}

// URL checks what firmware fetches by HTTP (UEFI HTTP boot); "" is none.
func URL(s string) *Fault {
	if s == "" {
		return nil
	}
	const example = "write a URL such as http://10.20.0.1:8080/ipxe.efi"
	switch scheme := schemeOf(s); {
	case scheme == "":
		return fault(example, "%q is not a URL, and firmware that boots by HTTP takes nothing else", s)
	case scheme != "http" && scheme != "https":
		return fault(example, "%q is neither http nor https, and firmware fetches by nothing else", s)
	}
	return url(s, false)
}

// schemesOfIPXE are those of URLs that iPXE fetches, as far as its builds have them.
var schemesOfIPXE = map[string]bool{"http": true, "https": true, "tftp": true, "ftp": true, "nfs": true}

// Script checks what iPXE fetches: a URL, or a path on the TFTP server; "" is none. ${…} is a setting of iPXE itself.
func Script(s string) *Fault {
	switch scheme := schemeOf(s); {
	case scheme == "":
		parts, f := parse(s)
		if f == nil && parts.longest > MaxName {
			f = tooLong(s, parts, MaxName, fmt.Sprintf("option 67 holds %d", MaxName))
		}
		return f
	case !schemesOfIPXE[scheme]:
		return fault("write a URL such as http://10.20.0.1:8080/boot.ipxe, or a path for TFTP", "iPXE fetches nothing by %s", scheme)
	}
	return url(s, true)
}

func tooLong(s string, parts parsed, most int, holds string) *Fault {
	if len(s) > most || !parts.filled {
		return fault("choose a shorter one", "the text has %d bytes; %s", len(s), holds)
	}
	return fault("choose a shorter one", "the text may become %d bytes long with what its placeholders stand for; %s", parts.longest, holds)
}

// characters refuses what no name has and what would end it.
func characters(s string) *Fault {
	for _, c := range []byte(s) {
		if c < ' ' || c == 0x7f {
			return fault("remove it", "%q contains the control character 0x%02x", s, c)
		}
	}
	return nil
}
