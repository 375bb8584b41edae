package lookup

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"rollcall/frontend/assets/script"
	"rollcall/internal/obs"
	leasedv1 "rollcall/proto/leased/v1"
)

// machineTimeout is how long leased may take to tell what it knows of a machine. TFTP clients have sent again by then.
const machineTimeout = 3 * time.Second

// Machines is what a Lookup needs of leasedv1.BootServiceClient.
type Machines interface {
	Machine(ctx context.Context, in *leasedv1.MachineRequest, opts ...grpc.CallOption) (*leasedv1.MachineResponse, error)
}

// machine returns what is known of the machine that asks. Leased finds it by the address it asks from; the hardware address in its path
// is for a machine that it knows no address of, so that none gets the script of another by asking for it.
func (l *Lookup) machine(ctx context.Context, a Ask) (*script.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, machineTimeout)
	defer cancel()
	req := &leasedv1.MachineRequest{Hardware: a.Hardware, Frontend: l.frontend}
	if a.Client.Is4() {
		req.Address = a.Client.String()
	}
	m, err := l.machines.Machine(ctx, req)
	if err != nil {
		l.log.DebugContext(ctx, "leased does not tell of a machine that asks for a script", obs.KeyAddress, req.Address, obs.KeyErr, err)
		return nil, err
	}
	at := script.Place{HTTP: a.HTTP, Base: a.Base}
	if a.Local.IsValid() {
		at.Server = a.Local.String()
	}
	return script.NewMachine(m, at), nil
}
