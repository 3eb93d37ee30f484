// End to end, against the server that clients/go/test starts: Debian's ttrpc client is one that Usher's authors did
// not write.
package client_test

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	accessv1 "usher/access/v1"
	catalogv1 "usher/catalog/v1"
	"usher/client"
	eventsv1 "usher/events/v1"
	organisationsv1 "usher/organisations/v1"
	sessionv1 "usher/session/v1"
	vouchersv1 "usher/vouchers/v1"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
)

const (
	// Far beyond what any call takes: a call that is never answered fails instead of hanging.
	patience = time.Minute
	// One frame, header excluded.
	frameLimit = 4 << 20
	goroutines = 64
)

func setting(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: these tests are run by clients/go/test", name)
	}
	return value
}

func dial(t *testing.T, key string) (context.Context, *ttrpc.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	connection, err := client.Dial(ctx, setting(t, "USHER_ADDRESS"), key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close(); cancel() })
	return ctx, connection
}

// generate makes an asset and vouchers for it.
func generate(t *testing.T, ctx context.Context, connection *ttrpc.Client, count int32) (asset string, codes []string) {
	t.Helper()
	asset = "event-" + uuid.NewString()
	_, err := catalogv1.NewCatalogServiceClient(connection).CreateAsset(ctx, &catalogv1.CreateAssetRequest{
		Asset:     &catalogv1.Asset{AssetId: asset, Type: catalogv1.AssetType_ASSET_TYPE_LIVE_EVENT, Title: "Première"},
		RequestId: uuid.NewString(),
	})
	if err != nil {
		t.Fatal(err)
	}
	made, err := vouchersv1.NewVoucherServiceClient(connection).GenerateVouchers(ctx, &vouchersv1.GenerateVouchersRequest{
		AssetId: asset, Count: count, Custom: map[string]string{"seat": "12", "row": "F"}, RequestId: uuid.NewString(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, voucher := range made.Vouchers {
		codes = append(codes, voucher.Code)
	}
	if len(codes) != int(count) {
		t.Fatalf("%d vouchers instead of %d", len(codes), count)
	}
	return asset, codes
}

func requireRefusal(t *testing.T, err error, code codes.Code, reason string) client.Refusal {
	t.Helper()
	refusal, ok := client.RefusalOf(err)
	if !ok || refusal.Code != code || refusal.Reason != reason {
		t.Fatalf("expected %s %s, got %v (%+v)", code, reason, err, refusal)
	}
	return refusal
}

func TestAVoucherOpensOnce(t *testing.T) {
	ctx, connection := dial(t, setting(t, "USHER_KEY"))
	asset, made := generate(t, ctx, connection, 10)
	vouchers, access := vouchersv1.NewVoucherServiceClient(connection), accessv1.NewAccessServiceClient(connection)
	check := &accessv1.CheckAccessRequest{ViewerId: "ada", AssetId: asset}

	verdict, err := access.CheckAccess(ctx, check)
	if err != nil || verdict.Allowed || verdict.Reason != "NO_ACCESS" {
		t.Fatalf("before: %v %v", verdict, err)
	}
	redeemed, err := vouchers.RedeemVoucher(ctx, &vouchersv1.RedeemVoucherRequest{
		Code: "  " + made[0] + " ", ViewerId: "ada", RequestId: uuid.NewString(),
	})
	if err != nil || redeemed.Access.AssetId != asset || redeemed.Redemption.ViewerId != "ada" {
		t.Fatalf("redeeming: %v %v", redeemed, err)
	}
	verdict, err = access.CheckAccess(ctx, check)
	if err != nil || !verdict.Allowed || !verdict.ExpireTime.Equal(redeemed.Access.ExpireTime) {
		t.Fatalf("after: %v %v", verdict, err)
	}
	_, err = vouchers.RedeemVoucher(ctx, &vouchersv1.RedeemVoucherRequest{
		Code: made[0], ViewerId: "grace", RequestId: uuid.NewString(),
	})
	requireRefusal(t, err, codes.FailedPrecondition, "VOUCHER_USED")
}

// What the generator makes of `optional` and of maps survives the wire in both directions.
func TestAbsentIsNotZero(t *testing.T) {
	ctx, connection := dial(t, setting(t, "USHER_KEY"))
	vouchers := vouchersv1.NewVoucherServiceClient(connection)
	create := func(voucher *vouchersv1.Voucher) (*vouchersv1.Voucher, error) {
		return vouchers.CreateVoucher(ctx, &vouchersv1.CreateVoucherRequest{
			Voucher: voucher, RequestId: uuid.NewString(),
		})
	}
	unlimited, err := create(&vouchersv1.Voucher{Custom: map[string]string{"seat": "12"}})
	if err != nil || unlimited.XUsageLimit != nil || unlimited.Custom["seat"] != "12" {
		t.Fatalf("unlimited: %v %v", unlimited, err)
	}
	limited, err := create(&vouchersv1.Voucher{XUsageLimit: &vouchersv1.Voucher_UsageLimit{UsageLimit: 3}})
	if err != nil || limited.XUsageLimit == nil || limited.GetUsageLimit() != 3 {
		t.Fatalf("limited: %v %v", limited, err)
	}
	_, err = create(&vouchersv1.Voucher{XUsageLimit: &vouchersv1.Voucher_UsageLimit{UsageLimit: 0}})
	refusal := requireRefusal(t, err, codes.InvalidArgument, "FIELD_INVALID")
	if _, found := refusal.Violations["voucher.usage_limit"]; !found {
		t.Fatalf("violations: %v", refusal.Violations)
	}
}

func TestAnOversizedFrameIsRefusedAndTheConnectionSurvives(t *testing.T) {
	ctx, connection := dial(t, setting(t, "USHER_KEY"))
	_, err := vouchersv1.NewVoucherServiceClient(connection).LookupVoucher(ctx, &vouchersv1.LookupVoucherRequest{
		Code: strings.Repeat("x", frameLimit),
	})
	if refusal, ok := client.RefusalOf(err); !ok || refusal.Code != codes.ResourceExhausted {
		t.Fatalf("expected RESOURCE_EXHAUSTED, got %v", err)
	}
	if _, err := sessionv1.NewSessionServiceClient(connection).WhoAmI(ctx, &sessionv1.WhoAmIRequest{}); err != nil {
		t.Fatalf("the connection is lost: %v", err)
	}
}

func TestUnknownMethodsAreNamed(t *testing.T) {
	ctx, connection := dial(t, setting(t, "USHER_KEY"))
	err := connection.Call(ctx, "usher.vouchers.v1.VoucherService", "Nope", &sessionv1.WhoAmIRequest{}, &sessionv1.Identity{})
	refusal, ok := client.RefusalOf(err)
	if !ok || refusal.Code != codes.Unimplemented || !strings.Contains(refusal.Message, "Nope") {
		t.Fatalf("expected UNIMPLEMENTED, got %v", err)
	}
}

// redeemAtOnce redeems one code from many goroutines on one connection.
func redeemAtOnce(
	ctx context.Context, connection *ttrpc.Client, code string, requestID func() string,
) ([goroutines]*vouchersv1.RedeemVoucherResponse, [goroutines]error) {
	var answers [goroutines]*vouchersv1.RedeemVoucherResponse
	var errors [goroutines]error
	var done sync.WaitGroup
	for caller := range answers {
		done.Add(1)
		go func(caller int) {
			defer done.Done()
			answers[caller], errors[caller] = vouchersv1.NewVoucherServiceClient(connection).RedeemVoucher(
				ctx, &vouchersv1.RedeemVoucherRequest{Code: code, ViewerId: "ada", RequestId: requestID()})
		}(caller)
	}
	done.Wait()
	return answers, errors
}

func TestOfManyAtOnceOneWins(t *testing.T) {
	ctx, connection := dial(t, setting(t, "USHER_KEY"))
	_, made := generate(t, ctx, connection, 1)
	_, errors := redeemAtOnce(ctx, connection, made[0], uuid.NewString)
	won := 0
	for _, err := range errors {
		if err == nil {
			won++
		} else {
			requireRefusal(t, err, codes.FailedPrecondition, "VOUCHER_USED")
		}
	}
	if won != 1 {
		t.Fatalf("%d of %d redeemed the last use", won, goroutines)
	}
}

func TestOneRequestSentManyTimesIsAnsweredTheSame(t *testing.T) {
	ctx, connection := dial(t, setting(t, "USHER_KEY"))
	_, made := generate(t, ctx, connection, 1)
	id := uuid.NewString()
	answers, errors := redeemAtOnce(ctx, connection, made[0], func() string { return id })
	for caller, err := range errors {
		if err != nil {
			t.Fatal(err)
		}
		if got, want := answers[caller].String(), answers[0].String(); got != want {
			t.Fatalf("answer %d is %s, the first is %s", caller, got, want)
		}
	}
}

func TestManyReadsShareAConnection(t *testing.T) {
	ctx, connection := dial(t, setting(t, "USHER_KEY"))
	_, made := generate(t, ctx, connection, goroutines)
	vouchers := vouchersv1.NewVoucherServiceClient(connection)
	var done sync.WaitGroup
	for _, code := range made {
		done.Add(1)
		go func(code string) {
			defer done.Done()
			for round := 0; round < 20; round++ {
				found, err := vouchers.LookupVoucher(ctx, &vouchersv1.LookupVoucherRequest{Code: code})
				if err != nil || found.Code != code {
					t.Errorf("asked for %s: %v %v", code, found, err)
					return
				}
			}
		}(code)
	}
	done.Wait()
}

func TestAKeyCanBeBoundToTheConnection(t *testing.T) {
	ctx, connection := dial(t, "")
	session := sessionv1.NewSessionServiceClient(connection)
	if refusal, ok := client.RefusalOf(second(session.WhoAmI(ctx, &sessionv1.WhoAmIRequest{}))); !ok ||
		refusal.Code != codes.Unauthenticated {
		t.Fatalf("a stranger is %+v", refusal)
	}
	bound, err := session.Authenticate(ctx, &sessionv1.AuthenticateRequest{ApiKey: setting(t, "USHER_KEY")})
	if err != nil || bound.OrganisationId != setting(t, "USHER_ORGANISATION") {
		t.Fatalf("binding: %v %v", bound, err)
	}
	asset, made := generate(t, ctx, connection, 1)
	redeemed, err := vouchersv1.NewVoucherServiceClient(connection).RedeemVoucher(ctx, &vouchersv1.RedeemVoucherRequest{
		Code: made[0], ViewerId: "ada", AssetId: asset, RequestId: uuid.NewString(),
	})
	if err != nil || redeemed.Access.AssetId != asset {
		t.Fatalf("redeeming: %v %v", redeemed, err)
	}

	// A credential of the call's own wins, even a bad one.
	stranger := ttrpc.WithMetadata(ctx, ttrpc.MD{"authorization": {"Bearer ush_live_nobody"}})
	if refusal, ok := client.RefusalOf(second(session.WhoAmI(stranger, &sessionv1.WhoAmIRequest{}))); !ok ||
		refusal.Code != codes.Unauthenticated {
		t.Fatalf("a bad key on a bound connection is %+v", refusal)
	}
	operator := ttrpc.WithMetadata(ctx, ttrpc.MD{"authorization": {"Bearer " + setting(t, "USHER_OPERATOR_KEY")}})
	identity, err := session.WhoAmI(operator, &sessionv1.WhoAmIRequest{})
	if err != nil || !identity.PlatformOperator {
		t.Fatalf("the operator is %v %v", identity, err)
	}
}

func TestOperatorsActInTheOrganisationThatTheyName(t *testing.T) {
	ctx, connection := dial(t, setting(t, "USHER_OPERATOR_KEY"))
	organisations := organisationsv1.NewOrganisationServiceClient(connection)
	_, err := organisations.GetSettings(ctx, &organisationsv1.GetSettingsRequest{})
	requireRefusal(t, err, codes.FailedPrecondition, "ORGANISATION_REQUIRED")
	settings, err := organisations.GetSettings(
		client.In(ctx, setting(t, "USHER_ORGANISATION")), &organisationsv1.GetSettingsRequest{})
	if err != nil || settings.OrganisationId != setting(t, "USHER_ORGANISATION") {
		t.Fatalf("settings: %v %v", settings, err)
	}
}

func second[Answer any](_ Answer, err error) error { return err }

// A download, and events as they happen.
func TestStreams(t *testing.T) {
	key := setting(t, "USHER_KEY")
	ctx, connection := dial(t, key)
	_, made := generate(t, ctx, connection, 300)
	open := func(ctx context.Context, service, method string, request proto.Message) *client.Stream {
		stream, err := client.OpenStream(ctx, setting(t, "USHER_ADDRESS"), key, service, method, request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { stream.Close() })
		return stream
	}
	found := map[string]bool{}
	export := open(ctx, "usher.vouchers.v1.VoucherService", "ExportVouchers", &vouchersv1.ExportVouchersRequest{})
	for {
		var voucher vouchersv1.Voucher
		err := export.Receive(&voucher)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		found[voucher.Code] = true
	}
	for _, code := range made {
		if !found[code] {
			t.Fatalf("%s is missing from the export", code)
		}
	}

	watching, cancel := context.WithCancel(ctx)
	const events = "usher.events.v1.EventService"
	watch := open(watching, events, "WatchEvents", &eventsv1.WatchEventsRequest{Types: []string{"vouchers.generated"}})
	generate(t, ctx, connection, 1)
	var last int64
	for count := 0; count < 2; count++ {
		var event eventsv1.Event
		if err := watch.Receive(&event); err != nil || event.Sequence <= last {
			t.Fatalf("after %d: %v %v", last, &event, err)
		}
		last = event.Sequence
	}
	cancel()
	var err error
	for err == nil {
		// What had come before may still be there.
		err = watch.Receive(&eventsv1.Event{})
	}
	if err == io.EOF {
		t.Fatal("a stream that was cancelled ended as if it were complete")
	}

	wrong := open(ctx, events, "WatchEvents", &eventsv1.WatchEventsRequest{AfterSequence: last + 1_000_000})
	requireRefusal(t, wrong.Receive(&eventsv1.Event{}), codes.OutOfRange, "SEQUENCE_AHEAD")
}
