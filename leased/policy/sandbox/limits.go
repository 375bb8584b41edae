package sandbox

import "time"

// Limits bound one call, or the loading of one file. Zero is no limit for Steps and Time, and DefaultMemory for Memory.
type Limits struct {
	// Steps of the interpreter. Operations on much data count as many.
	Steps uint64
	// Time is looked at every 250 steps, so that a call may go over it by what those take.
	Time time.Duration
	// Memory is how many bytes may be made, in all, by operations that make much out of little.
	Memory int
}

// DefaultMemory is the Memory of Limits that do not say, in bytes.
const DefaultMemory = 256 << 10

// LoadLimits are those of a Loader that does not say. A file may build tables, and nobody waits for it.
var LoadLimits = Limits{Steps: 1_000_000, Time: 2 * time.Second, Memory: 16 << 20}

// lookEvery is after how many steps the time is looked at. Looking costs as much as a few steps.
const lookEvery = 250
