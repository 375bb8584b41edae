package probe

// What the tests of this package need besides what it exports.
var (
	HostInterfaces = hostInterfaces
	Listen         = listen
	Decode         = decode
)
