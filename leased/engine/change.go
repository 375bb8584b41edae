package engine

// Commit is what must reach the disk together: all of it or nothing. A decision makes at most one.
type Commit struct {
	// Leases are written whole. The revision on disk must be one less than Revision: where stores are shared, a Commit that
	// finds another one has lost, and its decision is made again.
	Leases []*Lease
	// Put and Delete are changes of the roll.
	Put    []*Reservation
	Delete []string
	// Boots are written whole; one that is not Done is deleted.
	Boots []*BootState
	// Events are appended to the log; the store gives the sequence numbers.
	Events []*Event
}

// Empty reports whether there is nothing to write.
func (c *Commit) Empty() bool {
	return len(c.Leases) == 0 && len(c.Put) == 0 && len(c.Delete) == 0 && len(c.Boots) == 0 && len(c.Events) == 0
}
