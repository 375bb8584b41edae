// Package directory reads files of one directory for clients that are not trusted.
//
// [Clean] makes one form of what firmware and programs write, and [Directory] opens what that names: regular files of a bounded size,
// and nothing beyond the directory, whatever symbolic links say. Links that stay within it all the way are followed; absolute ones do not.
//
// The directory is held open: one that is replaced by another of the same name is seen with the next [Open].
package directory
