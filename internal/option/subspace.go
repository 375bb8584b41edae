package option

// relaySubs are the sub-options of [RelayAgentInfo]; the relay writes them,
// the server reads and returns them.
var relaySubs = []Def{
	{Code: 1, Name: "circuit-id", Type: Opaque},                       // RFC 3046
	{Code: 2, Name: "remote-id", Type: Opaque},                        // RFC 3046
	{Code: 4, Name: "docsis-device-class", Type: Uint32},              // RFC 3256
	{Code: 5, Name: "link-selection", Type: Addr},                     // RFC 3527
	{Code: 6, Name: "subscriber-id", Type: Opaque},                    // RFC 3993
	{Code: 7, Name: "radius-attributes", Type: Hex},                   // RFC 4014
	{Code: 8, Name: "authentication", Type: Hex},                      // RFC 4030
	{Code: 9, Name: "vendor-specific", Type: Hex},                     // RFC 4243
	{Code: 10, Name: "relay-flags", Type: Uint8},                      // RFC 5010
	{Code: 11, Name: "server-id-override", Type: Addr},                // RFC 5107
	{Code: 12, Name: "relay-id", Type: Hex},                           // RFC 6925
	{Code: 13, Name: "access-technology-type", Type: Uint16},          // RFC 7839
	{Code: 14, Name: "access-network-name", Type: Opaque},             // RFC 7839
	{Code: 15, Name: "access-point-name", Type: Opaque},               // RFC 7839
	{Code: 16, Name: "access-point-bssid", Type: Hex},                 // RFC 7839
	{Code: 17, Name: "operator-identifier", Type: Uint32},             // RFC 7839
	{Code: 18, Name: "operator-realm", Type: Opaque},                  // RFC 7839
	{Code: 19, Name: "relay-port", Type: Flag},                        // RFC 8357
	{Code: 151, Name: "virtual-subnet-selection", Type: Hex},          // RFC 6607
	{Code: 152, Name: "virtual-subnet-selection-control", Type: Flag}, // RFC 6607
}

// standardSubs are the sub-options that standards define, by the option that
// holds them.
var standardSubs = map[Code]*definitions{
	RelayAgentInfo: define(relaySubs),
}

func define(rows []Def) *definitions {
	ds := &definitions{byCode: make(map[Code]Def), byName: make(map[string]Code)}
	for _, d := range rows {
		ds.byCode[d.Code] = d
		ds.byName[d.Name] = d.Code
	}
	return ds
}
