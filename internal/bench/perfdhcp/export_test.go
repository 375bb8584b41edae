package perfdhcp

var UDPCounter = udpCounter

func (l Load) Args(ifname string) []string { return l.args(ifname) }
