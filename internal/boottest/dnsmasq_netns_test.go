//go:build netns && boot

package boottest_test

// dnsmasq runs dnsmasq, which is no DNS server then, on a host of its own.
func (w *world) dnsmasq(name, address string, args ...string) {
	w.Helper()
	w.need("dnsmasq-base", "/usr/sbin/dnsmasq")
	h := w.attach(w.floor, name, "eth0", "52:54:00:00:01:01", address+"/24")
	p := w.start(h, name, append([]string{"dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--interface=eth0", "--log-dhcp"}, args...)...)
	w.wait(name+" is ready", soon, func() (bool, error) {
		if err := p.Failure(); err != nil {
			w.Fatal(err)
		}
		return p.Said("DHCP, ")
	})
}
