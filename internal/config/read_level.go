package config

// readLevel reads the keys that stand at every level; network is whether the level is a network, or all of them.
func readLevel(m *mapping, network bool) Level {
	return Level{Options: readOptions(m.get("options")), Boot: readBoot(m.get("boot"), network)}
}
