package cli_test

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

// fakeBoots knows one machine that boots, one that cannot, and another server.
type fakeBoots struct {
	leasedv1.UnimplementedBootServiceServer
}

const (
	bootsWell = "52:54:00:00:00:01"
	failsToo  = "52:54:00:00:00:02"
)

func (fakeBoots) List(_ context.Context, req *leasedv1.BootServiceListRequest) (*leasedv1.BootServiceListResponse, error) {
	res := &leasedv1.BootServiceListResponse{}
	for _, m := range []*leasedv1.BootSummary{
		{
			Hardware: bootsWell, Machine: "desk7", Address: "10.77.0.11", Firmware: "uefi-x64", State: "booting", Last: "TFTP ipxe.efi",
			Began: at(-20 * time.Second), Seen: at(-3 * time.Second),
		},
		{
			Hardware: failsToo, Address: "10.77.0.12", Firmware: "bios", State: "failed", Last: "ACK 10.77.0.12, undionly.kpxe from 10.77.0.1",
			Began: at(-5 * time.Minute), Seen: at(-4 * time.Minute), Reason: "file-not-found",
			Cause: "there is no undionly.kpxe on the TFTP server",
		},
	} {
		if req.GetState() == "" || req.GetState() == m.GetState() {
			res.Machines = append(res.Machines, m)
		}
	}
	return res, nil
}

// wellBooted is a boot that came to its end.
func wellBooted() *leasedv1.BootRun {
	const files, ipxe = "boot.files.uefi-x64 from subnet hall (rollcall.yaml:12)", "boot.ipxe from global (rollcall.yaml:7)"
	const script = "http://10.77.0.1:8080/boot/52-54-00-00-00-01.ipxe"
	after := func(d time.Duration, what, detail, because string) *leasedv1.BootStep {
		return &leasedv1.BootStep{Time: at(d - time.Minute), What: what, Detail: detail, Because: because, Count: 1}
	}
	probe := after(4100*time.Millisecond, "TFTP", "ipxe.efi", "")
	probe.Result = "probe"
	file := after(4200*time.Millisecond, "TFTP", "ipxe.efi", "")
	file.Result, file.Octets, file.Duration = "complete", 1_044_480, durationpb.New(310*time.Millisecond)
	fetched := after(8*time.Second, "SCRIPT", "/boot/52-54-00-00-00-01.ipxe", "")
	fetched.Result, fetched.Octets = "complete", 312
	run := &leasedv1.BootRun{
		State: "booted", Firmware: "uefi-x64", Uuid: "00112233-4455-6677-8899-aabbccddeeff", Address: "10.77.0.11", Machine: "desk7",
		Outcome: "its operating system runs", Steps: []*leasedv1.BootStep{
			after(0, "DISCOVER", "uefi-x64", ""), after(10*time.Millisecond, "OFFER", "10.77.0.11, ipxe.efi from 10.77.0.1", files),
			after(4*time.Second, "REQUEST", "takes the offer of 10.77.0.1", ""),
			after(4010*time.Millisecond, "ACK", "10.77.0.11, ipxe.efi from 10.77.0.1", files), probe, file,
			after(6*time.Second, "DISCOVER", "iPXE, uefi-x64", ""), after(6*time.Second, "OFFER", "10.77.0.11, "+script, ipxe), fetched,
			after(31*time.Second, "SYSTEM", "DISCOVER of MSFT 5.0", ""),
		},
	}
	run.Steps[0].Count, run.Steps[1].Count = 2, 2
	return run
}

func (fakeBoots) Find(_ context.Context, req *leasedv1.FindRequest) (*leasedv1.FindResponse, error) {
	switch req.GetName() {
	case "desk7", "10.77.0.11":
		return &leasedv1.FindResponse{Hardware: bootsWell}, nil
	case "twin":
		return nil, fault.New(fault.Precondition, "AMBIGUOUS", "2 machines are called twin: %s, %s; write the hardware address of one",
			bootsWell, failsToo).On("name")
	}
	return nil, fault.New(fault.NotFound, "NO_MACHINE", "no reservation and no lease has the host name %s; "+
		"write the hardware address of the machine, such as 52:54:00:12:34:56", req.GetName()).On("name")
}

func (fakeBoots) Show(_ context.Context, req *leasedv1.ShowRequest) (*leasedv1.ShowResponse, error) {
	switch req.GetHardware() {
	case bootsWell:
		return &leasedv1.ShowResponse{Hardware: bootsWell, Runs: []*leasedv1.BootRun{wellBooted()}}, nil
	case failsToo:
		failed := &leasedv1.BootRun{
			State: "failed", Firmware: "bios", Address: "10.77.0.12", Reason: "foreign-proxy-won",
			Cause: "another server, 10.77.0.200 (52:54:00:00:02:00), answered too with wdsnbp.com, " +
				"and this one's file, undionly.kpxe, was never fetched: most likely the other one won",
			Remedy: "switch that server off, or set boot.style: pxe, which firmware prefers to a proxy", Code: "PXE-E53",
			LeftOut: 3, Steps: []*leasedv1.BootStep{
				{Time: at(-time.Minute), What: "DISCOVER", Detail: "bios"},
				{Time: at(-time.Minute), What: "FOREIGN-PROXY", Detail: "OFFER of 10.77.0.200 (52:54:00:00:02:00): wdsnbp.com\x1b[31m"},
			},
		}
		refused := &leasedv1.BootRun{
			State: "refused", Firmware: "uefi-arm64", Reason: "no-file-for-arch", Cause: "no file is configured for uefi-arm64",
			Steps: []*leasedv1.BootStep{
				{Time: at(-5 * time.Minute), What: "DISCOVER", Detail: "uefi-arm64"},
				{
					Time: at(-5 * time.Minute), What: "OFFER", Detail: "10.77.0.12, nothing to boot", Reason: "no-file-for-arch",
					Because: "no boot file for its firmware",
				},
			},
		}
		return &leasedv1.ShowResponse{Hardware: failsToo, Runs: []*leasedv1.BootRun{refused, failed}[2-max(1, min(req.GetBoots(), 2)):]}, nil
	}
	return nil, fault.New(fault.NotFound, "NO_BOOT", "%s has not booted from the network since leased was started", req.GetHardware()).
		On("hardware")
}

func (fakeBoots) Finish(_ context.Context, req *leasedv1.FinishRequest) (*leasedv1.FinishResponse, error) {
	return &leasedv1.FinishResponse{Changed: req.GetHardware() == bootsWell}, nil
}

func (fakeBoots) Restart(_ context.Context, req *leasedv1.RestartRequest) (*leasedv1.RestartResponse, error) {
	return &leasedv1.RestartResponse{Changed: req.GetHardware() == bootsWell}, nil
}

func (fakeBoots) ListServers(context.Context, *leasedv1.ListServersRequest) (*leasedv1.ListServersResponse, error) {
	return &leasedv1.ListServersResponse{Servers: []*leasedv1.ForeignServer{
		{
			Address: "10.77.0.200", Hardware: "52:54:00:00:02:00", Link: "gate/eth1", Proxy: true, File: "wdsnbp.com", First: at(-time.Hour),
			Last: at(-time.Minute), Count: 17, Client: failsToo,
		},
		{
			Address: "10.77.0.201", Hardware: "52:54:00:00:02:01", Link: "gate/eth1", First: at(-time.Hour), Last: at(-time.Hour), Count: 1,
			Client: bootsWell,
		},
	}}, nil
}
