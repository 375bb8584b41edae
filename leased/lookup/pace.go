package lookup

import "time"

// pace bounds how many questions begin in a second. The zero pace has had time enough.
type pace struct {
	tokens float64
	last   time.Time
}

// burst is how many may begin at once: a tenth of a second's worth.
func burst(rate int) float64 { return max(1, float64(rate)/10) }

// take reports whether a question may begin now, or else how long to wait.
func (p *pace) take(now time.Time, rate int) (wait time.Duration) {
	p.tokens = min(burst(rate), p.tokens+now.Sub(p.last).Seconds()*float64(rate))
	p.last = now
	if p.tokens < 1 {
		return max(time.Millisecond, time.Duration((1-p.tokens)/float64(rate)*float64(time.Second)))
	}
	p.tokens--
	return 0
}
