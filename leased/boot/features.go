package boot

// featureOf are the sub-options by which iPXE says what it can do. Their value is a version.
var featureOf = map[byte]Features{
	0x13: FeatureHTTP, 0x14: FeatureHTTPS, 0x15: FeatureTFTP, 0x24: FeatureEFI, 0x27: FeatureMenu,
}

// readFeatures reads option 175 of iPXE. known is false where it says nothing of features.
func readFeatures(b []byte) (f Features, known bool) {
	const first, last, version = 0x10, 0x4f, 0xeb
	for len(b) >= 2 && len(b) >= 2+int(b[1]) {
		code, value := b[0], b[2:2+int(b[1])]
		b = b[2+int(b[1]):]
		if code >= first && code <= last || code == version {
			known = true
		}
		if len(value) == 1 && value[0] != 0 {
			f |= featureOf[code]
		}
	}
	return f, known
}
