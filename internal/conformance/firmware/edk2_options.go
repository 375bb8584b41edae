package firmware

import "fmt"

// format is how EDK2 wants an option: in units of so many octets, at least and at most so many of them (0: any number).
type format struct {
	unit, least, most int
	// flag: it must be 0 or 1.
	flag bool
}

var (
	oneAddress  = format{unit: 4, least: 1, most: 1}
	addresses   = format{unit: 4, least: 1}
	pairs       = format{unit: 8, least: 1}
	oneSwitch   = format{unit: 1, least: 1, most: 1, flag: true}
	oneOctet    = format{unit: 1, least: 1, most: 1}
	octets      = format{unit: 1, least: 1}
	oneShort    = format{unit: 2, least: 1, most: 1}
	oneLong     = format{unit: 4, least: 1, most: 1}
	edk2Formats = map[byte]format{
		1: oneAddress, 2: oneLong, 3: addresses, 4: addresses, 5: addresses, 6: addresses, 7: addresses, 8: addresses, 9: addresses,
		10: addresses, 11: addresses, 12: octets, 13: oneShort, 14: octets, 15: octets, 16: oneAddress, 17: octets, 18: octets,
		19: oneSwitch, 20: oneSwitch, 21: pairs, 22: oneShort, 23: oneOctet, 24: oneLong, 25: {unit: 2, least: 1}, 26: oneShort,
		27: oneSwitch, 28: oneAddress, 29: oneSwitch, 30: oneSwitch, 31: oneSwitch, 32: oneAddress, 33: pairs, 34: oneSwitch,
		35: oneLong, 36: oneSwitch, 37: oneOctet, 38: oneLong, 39: oneSwitch, 40: octets, 41: addresses, 42: addresses, 43: octets,
		44: addresses, 45: addresses, 46: oneOctet, 47: octets, 48: addresses, 49: addresses, 50: oneAddress, 51: oneLong,
		52: oneOctet, 53: oneOctet, 54: oneAddress, 55: octets, 56: octets, 57: oneShort, 58: oneLong, 59: oneLong, 60: octets,
		61: {unit: 1, least: 2}, 64: octets, 65: addresses, 66: octets, 67: octets, 68: {unit: 4}, 69: addresses, 70: addresses,
		71: addresses, 72: addresses, 73: addresses, 74: addresses, 75: addresses, 76: addresses, 121: {unit: 1, least: 5},
	}
)

// edk2Valid says what is wrong with the options of a message for EDK2's DHCP driver, which then drops the message; "" if nothing is.
func edk2Valid(m message) string {
	for i := optionsAt; ; {
		switch {
		case i >= len(m):
			return "the options have no end option"
		case m[i] == 255:
			return ""
		case m[i] == 0:
			i++
			continue
		case i+2 > len(m) || i+2+int(m[i+1]) > len(m):
			return fmt.Sprintf("option %d runs over the end", m[i])
		}
		code, n := m[i], int(m[i+1])
		f, known := edk2Formats[code]
		switch {
		case !known:
		case n%f.unit != 0, n/f.unit < f.least, f.most > 0 && n/f.unit > f.most:
			return fmt.Sprintf("option %d has %d octets", code, n)
		case f.flag && m[i+2] > 1:
			return fmt.Sprintf("option %d is %d, neither 0 nor 1", code, m[i+2])
		}
		i += 2 + n
	}
}
