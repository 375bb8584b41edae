package web

import (
	"path"
	"strings"
)

const textType = "text/plain; charset=utf-8"

// typeOf returns the media type of a file. UEFI firmware tells from it what to do with what it fetched, text is text so that people can
// look at it, and everything else is octets to whoever fetches it.
func typeOf(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".efi":
		return "application/efi"
	case ".iso":
		return "application/vnd.efi-iso"
	case ".img":
		return "application/vnd.efi-img"
	case ".ipxe", ".txt", ".cfg", ".conf", ".ks", ".yaml", ".yml", ".json":
		return textType
	}
	return "application/octet-stream"
}
