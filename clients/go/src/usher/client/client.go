// Package client is the little that a Go program needs besides ttrpc and the generated stubs to call Usher: a
// connection that carries the key, and refusals as values.
package client

import (
	"context"
	"net"

	"github.com/containerd/ttrpc"
)

const (
	keyMetadata           = "authorization"
	organisationMetadata  = "organisation"
	viewerAddressMetadata = "viewer-address"
)

// Dial connects to the server at address, HOST:PORT. ctx limits the dialling only.
//
// Every call on the connection is made with key, unless the call's own metadata has an `authorization`. An empty key
// adds nothing: for calls that bring their own, or for a connection bound by SessionService.Authenticate.
// The connection may be used by any number of goroutines. Calls on a lost connection fail with ttrpc.ErrClosed, and the
// program dials again.
func Dial(ctx context.Context, address, key string) (*ttrpc.Client, error) {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return ttrpc.NewClient(connection, ttrpc.WithUnaryClientInterceptor(carrying(key))), nil
}

// In makes calls act in an organisation: for operators' keys, which belong to none. Metadata that ctx has already is
// kept.
func In(ctx context.Context, organisation string) context.Context {
	return with(ctx, organisationMetadata, organisation)
}

// For makes calls look up codes for the viewer with an IP address: for portals' keys, which have the scope
// `vouchers:proxy`. Metadata that ctx has already is kept.
func For(ctx context.Context, viewerAddress string) context.Context {
	return with(ctx, viewerAddressMetadata, viewerAddress)
}

func with(ctx context.Context, name, value string) context.Context {
	metadata := ttrpc.MD{}
	if given, ok := ttrpc.GetMetadata(ctx); ok {
		for key, values := range given {
			metadata.Set(key, values...)
		}
	}
	metadata.Set(name, value)
	return ttrpc.WithMetadata(ctx, metadata)
}

// carrying adds the key to requests that have none of their own.
func carrying(key string) ttrpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, request *ttrpc.Request, response *ttrpc.Response, _ *ttrpc.UnaryClientInfo,
		invoke ttrpc.Invoker,
	) error {
		if _, given := ttrpc.GetMetadataValue(ctx, keyMetadata); key != "" && !given {
			request.Metadata = append(request.Metadata, &ttrpc.KeyValue{Key: keyMetadata, Value: "Bearer " + key})
		}
		return invoke(ctx, request, response)
	}
}
