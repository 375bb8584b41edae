package cli

import (
	"bufio"
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
)

// pageSize is the largest page that the services give.
const pageSize = 1000

// ask makes one unary call under the time that --timeout allows.
func ask[Req, Res any](ctx context.Context, a *app, call func(context.Context, Req, ...grpc.CallOption) (Res, error), req Req) (Res, error) {
	ctx, cancel := context.WithTimeout(ctx, a.global.timeout)
	defer cancel()
	return call(ctx, req)
}

// pages yields the things of a paged list one by one, at most limit of them (0: all). fetch gets one page: its size, the
// token of the page before, and it returns the token of the next one, "" for none.
func pages[T any](limit uint, fetch func(size int32, token string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		token, left := "", limit
		for {
			size := int32(pageSize)
			if limit > 0 {
				size = int32(min(left, pageSize))
			}
			page, next, err := fetch(size, token)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, v := range page {
				if !yield(v, nil) {
					return
				}
				if left--; limit > 0 && left == 0 {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}

// whole yields a list that came in one piece.
func whole[T any](list []T, limit uint) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for i, v := range list {
			if limit > 0 && uint(i) == limit || !yield(v, nil) {
				return
			}
		}
	}
}

// addLimit gives a command --limit.
func addLimit(cmd *cobra.Command) *uint {
	return cmd.Flags().Uint("limit", 0, "at most `N`; 0 for all")
}

// printList writes a list; none is said on standard error where a table would be empty.
func printList[T any](a *app, f *formatFlag, cols []column[T], items iter.Seq2[T, error], none string) error {
	out := bufio.NewWriter(a.Stdout)
	w := newRows(out, f.value, cols, a.Now())
	n := 0
	for v, err := range items {
		if err != nil {
			return err
		}
		if err := w.row(v); err != nil {
			return err
		}
		n++
	}
	if err := w.close(); err != nil {
		return err
	}
	if n == 0 && f.value == formatTable {
		fmt.Fprintln(a.Stderr, none)
	}
	return out.Flush()
}

// listBySubnet makes cmd list what one call returns in one piece, of one subnet or of all.
func listBySubnet[T any](a *app, cmd *cobra.Command, cols []column[T], none string,
	fetch func(ctx context.Context, conn *grpc.ClientConn, subnet string) ([]T, error)) *cobra.Command {
	cmd.Args = cobra.NoArgs
	subnet := a.addSubnet(cmd)
	limit := addLimit(cmd)
	f := addListFormat(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withLeased(cmd.Context(), func(ctx context.Context, conn *grpc.ClientConn) error {
			list, err := fetch(ctx, conn, *subnet)
			if err != nil {
				return err
			}
			return printList(a, f, cols, whole(list, *limit), none+in(*subnet))
		})
	}
	return cmd
}

// printOne writes one thing: its properties one a line, a JSON object, or CSV with a header.
func printOne[T any](a *app, f *formatFlag, cols []column[T], v T) error {
	switch f.value {
	case formatJSON:
		return (&jsonLines[T]{w: a.Stdout, cols: cols}).row(v)
	case formatTable:
		return properties(a.Stdout, cols, v, a.Now())
	default:
		w := newRows(a.Stdout, f.value, cols, a.Now())
		if err := w.row(v); err != nil {
			return err
		}
		return w.close()
	}
}

// count says how many: "1 lease", "2 leases".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
