package daemon

import (
	"fmt"

	sd "github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"
)

// The states of [Notify] (sd_notify(3)).
const (
	StateReady     = sd.SdNotifyReady
	StateReloading = sd.SdNotifyReloading
	StateStopping  = sd.SdNotifyStopping
)

// Notify tells systemd the state of the process; without NOTIFY_SOCKET in the environment it does nothing. After StateReloading
// comes StateReady when the reload is over. An error means systemd could not be told and is worth a warning, no more.
func Notify(state string) error {
	if state == StateReloading {
		// Type=notify-reload services must say when the reload began, on the monotonic clock.
		var now unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
			return fmt.Errorf("read monotonic clock: %w", err)
		}
		state = fmt.Sprintf("%s\nMONOTONIC_USEC=%d", state, now.Nano()/1000)
	}
	if _, err := sd.SdNotify(false, state); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	return nil
}
