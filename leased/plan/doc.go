// Package plan makes the engine's plan of a configuration: it lays the levels of the file over each other, once, so that nothing
// of it is left to do for a packet. The configuration has been checked; nothing here fails.
package plan
