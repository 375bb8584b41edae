package cli

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"rollcall/internal/obs"
	controlv1 "rollcall/proto/control/v1"
)

// control serves ControlService: how an operator steers this process. It is registered on the listener of every service that
// runs here. All its state is in the reloader and the readiness checks, which are safe for concurrent use.
type control struct {
	controlv1.UnimplementedControlServiceServer
	reloader *reloader
	ready    *obs.Ready
	started  time.Time
}

// Reload applies the configuration file as it is now.
func (c *control) Reload(ctx context.Context, _ *controlv1.ReloadRequest) (*controlv1.ReloadResponse, error) {
	if err := c.reloader.reload(ctx); err != nil {
		return nil, err
	}
	return &controlv1.ReloadResponse{Path: c.reloader.path, Services: c.reloader.names()}, nil
}

// Status says what this process is and whether it is ready.
func (c *control) Status(context.Context, *controlv1.StatusRequest) (*controlv1.StatusResponse, error) {
	res := &controlv1.StatusResponse{
		Version:  built(),
		Services: c.reloader.names(),
		Uptime:   durationpb.New(time.Since(c.started)),
	}
	for _, r := range c.ready.Check() {
		check := &controlv1.Check{Name: r.Name}
		if r.Err != nil {
			check.Fault = r.Err.Error()
		}
		res.Checks = append(res.Checks, check)
	}
	return res, nil
}
