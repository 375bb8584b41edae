package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	webhookdv1 "rollcall/proto/webhookd/v1"
)

func (a *app) deliveryVerbs() *cobra.Command {
	return group("delivery", "Webhooks that wait, and those that were given up",
		`  rollcall delivery list
  rollcall delivery replay --endpoint desk`,
		a.deliveryList(), a.deliveryReplay(), a.deliveryDrop())
}

// deliveryStates are the words for the states of a delivery.
var deliveryStates = words[webhookdv1.DeliveryState]{
	{"pending", webhookdv1.DeliveryState_DELIVERY_STATE_PENDING},
	{"dead", webhookdv1.DeliveryState_DELIVERY_STATE_DEAD},
}

var deliveryColumns = []column[*webhookdv1.Delivery]{
	{key: "id", head: "ID", value: func(d *webhookdv1.Delivery) any { return d.GetId() }},
	{key: "endpoint", head: "ENDPOINT", value: func(d *webhookdv1.Delivery) any { return d.GetEndpoint() }},
	{key: "sequence", value: func(d *webhookdv1.Delivery) any { return d.GetSequence() }},
	{key: "kind", head: "KIND", value: func(d *webhookdv1.Delivery) any { return d.GetKind() }},
	{key: "hardware", head: "HARDWARE", value: func(d *webhookdv1.Delivery) any { return d.GetHardware() }},
	{key: "state", head: "STATE", value: func(d *webhookdv1.Delivery) any { return deliveryStates.word(d.GetState()) }},
	{key: "attempts", head: "ATTEMPTS", value: func(d *webhookdv1.Delivery) any { return d.GetAttempts() }},
	{key: "time", head: "EVENT", value: func(d *webhookdv1.Delivery) any { return instant(d.GetTime()) }},
	{key: "next_attempt", head: "NEXT", value: func(d *webhookdv1.Delivery) any { return instant(d.GetNextAttempt()) }},
	{key: "last_error", head: "LAST ERROR", value: func(d *webhookdv1.Delivery) any { return d.GetLastError() }},
}

func (a *app) deliveryList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show deliveries that wait and dead letters",
		Example: `  rollcall delivery list
  rollcall delivery list --endpoint desk --state dead
  rollcall delivery list -o json`,
		Args: cobra.NoArgs,
	}
	endpoint := a.addEndpoint(cmd, "only those for `ENDPOINT`")
	state := addChoice(cmd, "state", "only those in `STATE`", deliveryStates.all())
	limit := addLimit(cmd)
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withWebhookd(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			client := webhookdv1.NewDeliveryServiceClient(conn)
			deliveries := pages(*limit, func(size int32, token string) ([]*webhookdv1.Delivery, string, error) {
				res, err := ask(ctx, a, client.List, &webhookdv1.ListRequest{
					PageSize: size, PageToken: token, Endpoint: *endpoint, State: deliveryStates.value(state.value),
				})
				return res.GetDeliveries(), res.GetNextPageToken(), err
			})
			none := "no deliveries wait and none is dead"
			if state.value != "" {
				none = "no deliveries are " + state.value
			}
			if *endpoint != "" {
				none += " for endpoint " + *endpoint
			}
			return printList(a, f, deliveryColumns, deliveries, none)
		})
	}
	return cmd
}

func (a *app) deliveryReplay() *cobra.Command {
	return a.settleDeliveries(&cobra.Command{
		Use:   "replay ID... | --endpoint ENDPOINT | --all",
		Short: "Send dead letters again",
		Example: `  rollcall delivery replay dlv_17_0a1b2c3d4e5f
  rollcall delivery replay --endpoint desk
  rollcall delivery replay --all`,
	}, "sending again:", func(ctx context.Context, c webhookdv1.DeliveryServiceClient, ids []string, endpoint string) (int, error) {
		res, err := ask(ctx, a, c.Replay, &webhookdv1.ReplayRequest{Ids: ids, Endpoint: endpoint})
		return int(res.GetReplayed()), err
	})
}

func (a *app) deliveryDrop() *cobra.Command {
	return a.settleDeliveries(&cobra.Command{
		Use:   "drop ID... | --endpoint ENDPOINT | --all",
		Short: "Forget deliveries for good: those named, or dead letters",
		Example: `  rollcall delivery drop dlv_17_0a1b2c3d4e5f
  rollcall delivery drop --endpoint desk
  rollcall delivery drop --all`,
	}, "dropped:", func(ctx context.Context, c webhookdv1.DeliveryServiceClient, ids []string, endpoint string) (int, error) {
		res, err := ask(ctx, a, c.Drop, &webhookdv1.DropRequest{Ids: ids, Endpoint: endpoint})
		return int(res.GetDropped()), err
	})
}

// settleDeliveries makes cmd do something to the deliveries named, or to the dead letters of an endpoint or of all. settle returns
// to how many it was done.
func (a *app) settleDeliveries(cmd *cobra.Command, done string,
	settle func(ctx context.Context, client webhookdv1.DeliveryServiceClient, ids []string, endpoint string) (int, error)) *cobra.Command {
	endpoint := a.addEndpoint(cmd, "all dead letters of `ENDPOINT`")
	cmd.Flags().Bool("all", false, "all dead letters")
	cmd.Args = exactlyOneOf("ids", "endpoint", "all")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.withWebhookd(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			n, err := settle(ctx, webhookdv1.NewDeliveryServiceClient(conn), args, *endpoint)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.Stdout, done, count(n, "delivery", "deliveries"))
			return err
		})
	}
	return cmd
}
