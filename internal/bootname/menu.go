package bootname

// What a menu may have. 24 and 70 are what UEFI firmware shows.
const (
	MaxMenuItems = 24
	MaxMenuText  = 70
	// MenuWaits is the timeout of a menu that waits until somebody chooses; others are less.
	MenuWaits = 255
)

// MenuText checks a line of a menu, or the prompt above it, which may be empty.
func MenuText(s string) *Fault {
	if len(s) > MaxMenuText {
		return fault("choose a shorter one", "the text has %d characters; firmware shows %d", len(s), MaxMenuText)
	}
	for _, c := range s {
		if c < ' ' || c > '~' {
			return fault("write it with letters and signs of ASCII", "%q contains %q, which firmware does not show", s, c)
		}
	}
	return nil
}

// MenuLine is what of a line of a menu takes room.
type MenuLine struct {
	Text string
	// Type is the boot server type, 0 for booting from the local disk.
	Type uint16
}

// Menu checks whether a menu fits option 43 (PXE 2.1, sub-options 6, 8, 9 and 10 and the end): UEFI firmware does not put split options
// (RFC 3396) together again.
func Menu(prompt string, lines []MenuLine) *Fault {
	if len(lines) > MaxMenuItems {
		return fault("leave some out", "the menu has %d items; firmware shows %d", len(lines), MaxMenuItems)
	}
	const header, control, end = 2, 1, 1
	servers, items := 0, 0
	for _, l := range lines {
		if l.Type != 0 {
			servers += len("tt") + len("n") + len("aaaa")
		}
		items += len("tt") + len("n") + len(l.Text)
	}
	size := header + control + header + servers + header + items + header + len("t") + len(prompt) + end
	if size > 255 {
		return fault("shorten the texts, or leave items out", "the menu takes %d bytes; option 43 holds 255", size)
	}
	return nil
}
