package arch

// Codes returns the architecture types of the kind, however they fetch: 7, 9, 16 and 17 for uefi-x64.
func (f Firmware) Codes() []uint16 {
	for _, k := range kinds {
		if Firmware(k.tftp[0]) == f {
			return append(append([]uint16(nil), k.tftp...), k.http...)
		}
	}
	return []uint16{uint16(f)}
}
