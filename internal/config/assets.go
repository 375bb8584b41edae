package config

// Assets are the files that a frontend serves to machines that boot from the network, read-only.
type Assets struct {
	// Root is the absolute path of the directory. It need not exist when the file is read.
	Root string
	// TFTP holds the UDP addresses to serve TFTP at, HTTP the TCP addresses to serve HTTP at, as host:port. A host is an IP address,
	// or empty for every address. Empty: that protocol is not served; at least one is.
	TFTP, HTTP []string
	// MaxClients is how many transfers there may be at a time, by TFTP and by HTTP each. Default 256, 1 to 65536.
	MaxClients int
	// MaxSize is the largest file that is served. Default 16 GiB, 1 KiB to 1 TiB.
	MaxSize Size
}
