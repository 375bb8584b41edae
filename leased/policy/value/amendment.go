package value

import (
	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// Amendment returns what was changed in the last Reply; nothing changed gives the zero value but for Kind, IP and Subnet. Its memory is
// its own. Refused by the script, it has the message (56) and no more.
func (c *Context) Amendment() engine.Amendment {
	r := &c.reply
	if r.d == nil {
		return engine.Amendment{}
	}
	a := engine.Amendment{Kind: r.d.Kind, IP: r.d.IP, Subnet: r.d.Subnet}
	if r.now.nak {
		a.Refusal = engine.PolicyNAK
	}
	for _, e := range r.edits {
		if r.refuses() && e.Code != option.Message && e.Code != option.ClientID {
			continue
		}
		a.Options = append(a.Options, e)
	}
	if r.refuses() {
		return a
	}
	was, now := &r.was, &r.now
	set := func(changed bool, f engine.AmendedFields) bool {
		if changed {
			a.Sets |= f
		}
		return changed
	}
	if set(now.leaseTime != was.leaseTime, engine.AmendLeaseTime) {
		a.LeaseTime = now.leaseTime
	}
	// Times that the client is not told now would be told anew with another lease time.
	if set(now.t1 != was.t1 || now.t1Set, engine.AmendT1) {
		a.T1 = now.t1
	}
	if set(now.t2 != was.t2 || now.t2Set, engine.AmendT2) {
		a.T2 = now.t2
	}
	if set(now.next != was.next, engine.AmendNext) {
		a.Next = now.next
	}
	if set(now.serverName != was.serverName, engine.AmendServerName) {
		a.ServerName = now.serverName
	}
	if set(now.file != was.file, engine.AmendFile) {
		a.File = now.file
	}
	if set(now.broadcast != was.broadcast, engine.AmendBroadcast) {
		a.Broadcast = now.broadcast
	}
	set(now.noAddress && r.d.IP != 0, engine.AmendNoAddress)
	return a
}
