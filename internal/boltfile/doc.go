// Package boltfile opens a bbolt file so that a damaged one is refused instead of making the process panic, and creates one so
// that a crash leaves no half file.
//
// It owns how a file is opened: the options of bbolt, which are the same for every file of rollcall, the check of its pages, and
// the sentences that say why a file is not opened and what to do. It knows no bucket and no record: the caller says how an empty
// file is filled ([File.Create]) and judges what it reads, and has [File.Foreign], [File.Newer] and [File.Damaged] to refuse it
// with.
//
// # Damage
//
// bbolt trusts its pages. One that is damaged or cut off makes it panic or fault while it opens the file, in a goroutine of its
// own, where nothing can recover. So [File.Open] first walks every page that can be reached, reading the file instead of mapping
// it. A file that it refuses has not been changed.
//
// # Creation
//
// A new file is made under the name with .new behind it, filled, renamed, and the directory is synced: without that a power
// failure may take a whole file that already holds data. A leftover .new is removed, and an empty file is taken as none.
package boltfile
