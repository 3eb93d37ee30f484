package client

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/status"
)

// What ttrpc 1.1.1 lacks of the wire; see proto/PROTOCOL.md.
const (
	headerBytes  = 10
	frameBytes   = 4 << 20
	typeRequest  = 1
	typeResponse = 2
	typeData     = 3
	remoteClosed = 0x01
	noData       = 0x04
	streamID     = 1
)

// Stream is a call whose responses come one after the other, on a connection of its own: ttrpc 1.1.1 makes unary calls
// only, and whoever reads a stream slowly must not hold up other calls.
type Stream struct {
	connection net.Conn
	reader     *bufio.Reader
	ended      chan struct{}
	closing    sync.Once
}

// OpenStream begins a server stream such as usher.events.v1.EventService/WatchEvents. key and the metadata of ctx are
// used as by Dial and In; a deadline of ctx is the stream's, and its end ends the stream.
func OpenStream(
	ctx context.Context, address, key, service, method string, request proto.Message,
) (*Stream, error) {
	frame, err := requestFrame(ctx, key, service, method, request)
	if err != nil {
		return nil, err
	}
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	stream := &Stream{connection: connection, reader: bufio.NewReader(connection), ended: make(chan struct{})}
	go func() {
		select {
		case <-ctx.Done():
			connection.Close()
		case <-stream.ended:
		}
	}()
	if _, err := connection.Write(frame); err != nil {
		stream.Close()
		return nil, err
	}
	return stream, nil
}

func requestFrame(ctx context.Context, key, service, method string, request proto.Message) ([]byte, error) {
	payload, err := proto.Marshal(request)
	if err != nil {
		return nil, err
	}
	envelope := &ttrpc.Request{Service: service, Method: method, Payload: payload}
	metadata, _ := ttrpc.GetMetadata(ctx)
	if _, given := metadata.Get(keyMetadata); key != "" && !given {
		envelope.Metadata = append(envelope.Metadata, &ttrpc.KeyValue{Key: keyMetadata, Value: "Bearer " + key})
	}
	for name, values := range metadata {
		for _, value := range values {
			envelope.Metadata = append(envelope.Metadata, &ttrpc.KeyValue{Key: name, Value: value})
		}
	}
	if deadline, ok := ctx.Deadline(); ok {
		envelope.TimeoutNano = int64(time.Until(deadline))
	}
	body, err := proto.Marshal(envelope)
	if err != nil {
		return nil, err
	}
	frame := make([]byte, headerBytes, headerBytes+len(body))
	binary.BigEndian.PutUint32(frame[:4], uint32(len(body)))
	binary.BigEndian.PutUint32(frame[4:8], streamID)
	frame[8], frame[9] = typeRequest, remoteClosed
	return append(frame, body...), nil
}

// Receive reads the next response into message. The error is io.EOF at the end, one that RefusalOf knows where the
// server has refused, and the connection's otherwise. One goroutine at a time receives.
func (s *Stream) Receive(message proto.Message) error {
	for {
		var header [headerBytes]byte
		if _, err := io.ReadFull(s.reader, header[:]); err != nil {
			return lost(err)
		}
		length := binary.BigEndian.Uint32(header[:4])
		if length > frameBytes {
			return fmt.Errorf("the server sent a frame of %d bytes", length)
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(s.reader, body); err != nil {
			return lost(err)
		}
		if binary.BigEndian.Uint32(header[4:8]) != streamID {
			continue
		}
		switch {
		case header[8] == typeResponse:
			s.Close()
			return refused(body)
		case header[8] != typeData:
		case header[9]&noData == 0:
			return proto.Unmarshal(body, message)
		case header[9]&remoteClosed != 0:
			s.Close()
			return io.EOF
		}
	}
}

// Close ends the call; the server is told by the end of the connection.
func (s *Stream) Close() error {
	var err error
	s.closing.Do(func() {
		close(s.ended)
		err = s.connection.Close()
	})
	return err
}

func refused(body []byte) error {
	response := &ttrpc.Response{}
	if err := proto.Unmarshal(body, response); err != nil {
		return err
	}
	if err := status.ErrorProto(response.Status); err != nil {
		return err
	}
	return io.EOF
}

// A connection that ends is no end of the stream.
func lost(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
