// Package refusal is the closed set of reasons why a file is not served.
package refusal

// Reason says why a request for a file is refused. The set is closed: each is a metric label, and stands in reports and debug lines.
// The zero Reason is none.
type Reason string

// Why a file is not served.
const (
	// NotFound: there is no such file.
	NotFound Reason = "not-found"
	// Malformed: the path is no path: it is too long, or holds control characters.
	Malformed Reason = "malformed"
	// Outside: the path, or a symbolic link on it, leads out of the directory.
	Outside Reason = "outside"
	// Directory: it is a directory; there are no listings.
	Directory Reason = "directory"
	// Special: it is a device, a pipe or a socket.
	Special Reason = "special"
	// TooLarge: it is larger than what may be served.
	TooLarge Reason = "too-large"
	// Unreadable: the frontend may not read it, or the disk fails.
	Unreadable Reason = "unreadable"
	// Method: it was not to be read but to be written, deleted or the like.
	Method Reason = "method"
	// Range: it has no such part, or is not the version that was asked for.
	Range Reason = "range"
	// Busy: too many clients are served at the moment.
	Busy Reason = "busy"
	// Source: the path is that of a template, which is rendered and never sent as it is.
	Source Reason = "source"
	// Leased: leased does not answer, so a script cannot be made for the machine.
	Leased Reason = "leased"
	// Stranger: leased knows no machine at the address of the client, so none is done.
	Stranger Reason = "stranger"
)

// All returns every reason.
func All() []Reason {
	return []Reason{NotFound, Malformed, Outside, Directory, Special, TooLarge, Unreadable, Method, Range, Busy, Source, Leased, Stranger}
}

// Words says it to the client, whose screen may be narrow.
func (r Reason) Words() string {
	switch r {
	case NotFound:
		return "file not found"
	case Malformed:
		return "not a path"
	case Outside:
		return "path leads out of the directory"
	case Directory:
		return "this is a directory"
	case Special:
		return "this is no regular file"
	case TooLarge:
		return "file is larger than the server may send"
	case Unreadable:
		return "the server cannot read the file"
	case Method:
		return "the server only reads"
	case Range:
		return "the file has no such part"
	case Busy:
		return "too many clients, try again"
	case Source:
		return "is a template"
	case Leased:
		return "the server has no data of machines at the moment, try again"
	case Stranger:
		return "the server knows no machine at this address; ask from the address that the machine has by DHCP"
	}
	return string(r)
}
