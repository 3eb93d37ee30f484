// Command guide makes the calls of clients/GRPC.md: a question, a refusal and a stream of responses. It reads the
// server's address from USHER_ADDRESS, the key from USHER_KEY and, for TLS, the authority's file from USHER_CA.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	accessv1 "usher/access/v1"
	vouchersv1 "usher/vouchers/v1"
)

func main() {
	log.SetFlags(0)
	key := os.Getenv("USHER_KEY")
	// The name of grpc.NewClient before 1.63.
	connection, err := grpc.Dial(os.Getenv("USHER_ADDRESS"), security(os.Getenv("USHER_CA")))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+key)
	verdict, err := accessv1.NewAccessServiceClient(connection).CheckAccess(
		ctx, &accessv1.CheckAccessRequest{ViewerId: "anna", AssetId: "opening-night"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("allowed", verdict.Allowed)

	vouchers := vouchersv1.NewVoucherServiceClient(connection)
	_, err = vouchers.GetVoucher(ctx, &vouchersv1.GetVoucherRequest{VoucherId: "vch_none"})
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			fmt.Println("refused", info.Reason)
		}
	}

	stream, err := vouchers.ExportVouchers(ctx, &vouchersv1.ExportVouchersRequest{})
	if err != nil {
		log.Fatal(err)
	}
	count := 0
	for {
		if _, err := stream.Recv(); err == io.EOF {
			break
		} else if err != nil {
			log.Fatal(err)
		}
		count++
	}
	fmt.Println("exported", count)
}

// security trusts the authority of the file; without one the connection is not encrypted.
func security(file string) grpc.DialOption {
	if file == "" {
		return grpc.WithInsecure()
	}
	authorities := x509.NewCertPool()
	text, err := os.ReadFile(file)
	if err != nil || !authorities.AppendCertsFromPEM(text) {
		log.Fatal("no authority in ", file)
	}
	return grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: authorities}))
}
