package lab

// udhcpc runs busybox's DHCP client on h. It logs to dir and applies what it is
// given to the interface.
func udhcpc(h *Host, dir directory) (*Process, error) {
	return h.Start(h.Name, dir.log(h.Name), "udhcpc",
		"-f",              // stay
		"-i", h.Interface, //
		"-t", "10", "-T", "1", "-A", "1", // retries, and seconds between them
		"-s", dir.file("udhcpc.sh"),
		"-x", "hostname:"+h.Name,
	)
}

// dhclient runs ISC's DHCP client on h, likewise. It is the one that keeps to T1
// as the server says it.
func dhclient(h *Host, dir directory) (*Process, error) {
	return h.Start(h.Name, dir.log(h.Name), "dhclient",
		"-4", "-d", "-v", // stay, and tell of every message
		"-cf", dir.file("dhclient.conf"),
		"-lf", dir.file(h.Name+".leases"),
		"-pf", dir.file(h.Name+".pid"),
		"-sf", dir.file("dhclient.sh"),
		h.Interface,
	)
}
