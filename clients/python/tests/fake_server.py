"""A ttrpc server for tests: each request goes to a function that answers, or does something worse."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from typing import Callable

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message

from usher._generated import wire_pb2

HEADER = struct.Struct(">IIBB")


class Peer:
    """One accepted connection."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self.sock = sock
        self.number = number
        self.lock = threading.Lock()

    def send(self, data: bytes) -> None:
        with self.lock:
            self.sock.sendall(data)

    def respond(self, stream_id: int, response: wire_pb2.Response) -> None:
        self.send(frame(stream_id, response.SerializeToString()))

    def reply(self, stream_id: int, message: Message) -> None:
        self.respond(stream_id, wire_pb2.Response(payload=message.SerializeToString()))

    def data(self, stream_id: int, message: Message) -> None:
        self.send(frame(stream_id, message.SerializeToString(), type=3))

    def end(self, stream_id: int) -> None:
        self.send(frame(stream_id, b"", type=3, flags=5))

    def refuse(self, stream_id: int, code: int, reason: str, message: str = "no", *details: Message) -> None:
        self.respond(stream_id, wire_pb2.Response(status=status(code, reason, message, *details)))

    def drop(self) -> None:
        # shutdown, because close alone waits for this side's own blocked read.
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


def frame(stream_id: int, data: bytes, type: int = 2, flags: int = 0) -> bytes:
    return HEADER.pack(len(data), stream_id, type, flags) + data


def status(code: int, reason: str, message: str, *details: Message) -> wire_pb2.Status:
    result = wire_pb2.Status(code=code, message=message)
    for detail in (wire_pb2.ErrorInfo(reason=reason, domain="usher", metadata={"limit": "3"}), *details):
        name = detail.DESCRIPTOR.name
        result.details.append(AnyMessage(type_url=f"type.googleapis.com/google.rpc.{name}",
                                         value=detail.SerializeToString()))
    return result


Handler = Callable[[Peer, int, wire_pb2.Request], None]
# Frames that are no requests: stream id, type, flags, data.
OtherHandler = Callable[[Peer, int, int, int, bytes], None]


class FakeServer:
    """Listens on a free port of 127.0.0.1; `handler` runs on the connection's thread, once per request."""

    def __init__(
        self, handler: Handler, other: OtherHandler = lambda *_: None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.handler = handler
        self.other = other
        self.tls = tls
        self.others: list[tuple[int, int, int, bytes]] = []
        self.flags: list[int] = []
        self.requests: list[wire_pb2.Request] = []
        self.stream_ids: list[tuple[int, int]] = []
        self.peers: list[Peer] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            peer = Peer(sock, len(self.peers) + 1)
            self.peers.append(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: Peer) -> None:
        try:
            if self.tls is not None:
                peer.sock = self.tls.wrap_socket(peer.sock, server_side=True)
            stream = peer.sock.makefile("rb")
            while header := stream.read(HEADER.size):
                length, stream_id, type, flags = HEADER.unpack(header)
                data = stream.read(length)
                if type != 1:
                    self.others.append((stream_id, type, flags, data))
                    self.other(peer, stream_id, type, flags, data)
                    continue
                assert stream_id % 2 == 1, stream_id
                self.flags.append(flags)
                request = wire_pb2.Request.FromString(data)
                self.requests.append(request)
                self.stream_ids.append((peer.number, stream_id))
                self.handler(peer, stream_id, request)
        except (OSError, ValueError):
            pass

    def stop_listening(self) -> None:
        # shutdown, because close alone leaves the blocked accept waiting.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def close(self) -> None:
        if self.listener.fileno() >= 0:
            self.stop_listening()
        for peer in self.peers:
            peer.drop()

    def __enter__(self) -> FakeServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Waits for something that another thread does; fails when it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)
