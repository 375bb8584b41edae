// Package report tells leased what happened at a frontend besides queries: which files its servers were asked for, and which other
// servers it saw.
//
// Whoever has something to tell hands it to a [Reporter], which never makes them wait: it keeps a bounded queue, counts what it has
// no room for, and one goroutine sends what has gathered in batches. While leased is away what was told waits, and is sent again
// until leased has taken it over; so leased may hear of it twice, and if the frontend ends meanwhile, not at all. What must not be
// lost is told by [Reporter.Confirm], which waits.
package report
