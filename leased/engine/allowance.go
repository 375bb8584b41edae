package engine

// Hardware addresses and xids are free to invent, so one client can make as much news of booting as it has packets. What is written for a
// lease anyway may carry any amount of it; beyond that, newsBurst events at once are written and newsPerSecond after them.
const (
	newsBurst     = 4096
	newsPerSecond = 100
)

// allowance is how many events may still be written. The zero value allows newsBurst.
type allowance struct {
	spent  int
	filled int64 // unix seconds
}

// left returns how many there are at a time.
func (a *allowance) left(now int64) int { return newsBurst - a.spentAt(now) }

// spend takes n of them, of those that are left.
func (a *allowance) spend(n int, now int64) { a.spent, a.filled = a.spentAt(now)+n, now }

func (a *allowance) spentAt(now int64) int {
	back := min(max(now-a.filled, 0), newsBurst) * newsPerSecond
	return max(a.spent-int(back), 0)
}
