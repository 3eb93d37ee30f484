// Command redeem uses a voucher for a viewer and asks whether the viewer may come in.
//
//	USHER_ADDRESS=127.0.0.1:7420 USHER_KEY=ush_… redeem CODE VIEWER ASSET
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	accessv1 "usher/access/v1"
	"usher/client"
	vouchersv1 "usher/vouchers/v1"

	"github.com/google/uuid"
)

func main() {
	address, key := os.Getenv("USHER_ADDRESS"), os.Getenv("USHER_KEY")
	if len(os.Args) != 4 || address == "" || key == "" {
		fmt.Fprintln(os.Stderr, "usage: USHER_ADDRESS=HOST:PORT USHER_KEY=KEY redeem CODE VIEWER ASSET")
		os.Exit(2)
	}
	if err := redeem(address, key, os.Args[1], os.Args[2], os.Args[3]); err != nil {
		if refusal, ok := client.RefusalOf(err); ok {
			fmt.Fprintf(os.Stderr, "%s %s: %s\n", refusal.Code, refusal.Reason, refusal.Message)
		} else {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

func redeem(address, key, code, viewer, asset string) error {
	// The server keeps the deadline too.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	connection, err := client.Dial(ctx, address, key)
	if err != nil {
		return err
	}
	defer connection.Close()

	redeemed, err := vouchersv1.NewVoucherServiceClient(connection).RedeemVoucher(ctx, &vouchersv1.RedeemVoucherRequest{
		Code: code, ViewerId: viewer, AssetId: asset, RequestId: uuid.NewString(),
	})
	if err != nil {
		return err
	}
	fmt.Println("redeemed", redeemed.Redemption.VoucherId)
	verdict, err := accessv1.NewAccessServiceClient(connection).CheckAccess(ctx, &accessv1.CheckAccessRequest{
		ViewerId: viewer, AssetId: asset,
	})
	if err != nil {
		return err
	}
	if !verdict.Allowed {
		return fmt.Errorf("%s may not come in: %s", viewer, verdict.Reason)
	}
	if verdict.ExpireTime == nil {
		fmt.Printf("%s may come in, for ever\n", viewer)
		return nil
	}
	until := time.Unix(verdict.ExpireTime.Seconds, int64(verdict.ExpireTime.Nanos)).UTC()
	fmt.Printf("%s may come in, until %s\n", viewer, until.Format(time.RFC3339))
	return nil
}
