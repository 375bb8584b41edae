// Package lookup finds what a request is answered with, the same for TFTP and HTTP.
package lookup
