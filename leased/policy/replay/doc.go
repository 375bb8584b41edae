// Package replay plays recorded messages through the rules and a policy, one by one, at the times at which they were recorded: what would
// leased have answered? It is the engine with a state of its own that begins without leases; nothing is sent, written, probed or looked up.
package replay
