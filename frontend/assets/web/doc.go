// Package web serves files by HTTP/1.1 (RFC 9110, RFC 9112), read only: GET and HEAD, with ranges, and always with the length, without
// which UEFI firmware does not fetch.
//
// Files go from the disk to the socket within the kernel. Clients that send or take nothing are given up.
package web
