"""Streams and the extensions against a fake server; every test runs with the threaded and with the asyncio client."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Callable

import pytest
from conftest import Blocking
from fake_server import FakeServer, Peer, eventually, frame

import usher
from usher import _limits
from usher._calls import CallOptions, Idempotency, Method, Streaming
from usher._generated import wire_pb2
from usher.access.v1 import CheckAccessRequest, CheckAccessResponse
from usher.events.v1 import Event, WatchEventsRequest

MakeClient = Callable[..., Any]
PING, PONG, CANCEL, GO_AWAY = 4, 5, 6, 7


def method(streaming: Streaming) -> Method[CheckAccessRequest, CheckAccessResponse]:
    return Method("test.Service", "Talk", CheckAccessRequest, CheckAccessResponse,
                  idempotency=Idempotency.NO_SIDE_EFFECTS, has_request_id=False, streaming=streaming)


def talk(client: Any, streaming: Streaming, options: CallOptions | None = None) -> Blocking:
    return Blocking(client, lambda client: client.stream(method(streaming), None, options))


def watch(client: Any, **fields: Any) -> Blocking:
    return Blocking(client, lambda client: client.events.watch_events(**fields))


def test_a_server_stream(make_client: MakeClient) -> None:
    def handle(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        start = WatchEventsRequest.FromString(request.payload).after_sequence
        for number in range(start + 1, start + 4):
            peer.data(stream_id, Event(sequence=number))
        # An empty message is a message.
        peer.data(stream_id, Event())
        peer.end(stream_id)

    with FakeServer(handle) as server:
        stream = watch(make_client(server.address, key="k"), after_sequence=7)
        assert [event.sequence for event in stream] == [8, 9, 10, 0]
        assert list(stream) == []
        assert server.flags == [0x01]
        request = server.requests[0]
        assert (request.service, request.method) == ("usher.events.v1.EventService", "WatchEvents")
        assert request.timeout_nano == 0


def test_a_client_stream(make_client: MakeClient) -> None:
    received: list[bytes] = []

    def other(peer: Peer, stream_id: int, type: int, flags: int, data: bytes) -> None:
        if type == 3 and flags == 0:
            received.append(data)
        elif type == 3:
            assert (flags, data) == (5, b"")
            peer.reply(stream_id, CheckAccessResponse(reason=str(len(received))))

    with FakeServer(lambda *_: None, other) as server:
        stream = talk(make_client(server.address, key="k"), Streaming.CLIENT)
        for number in range(5):
            stream.send(CheckAccessRequest(asset_id=str(number)))
        assert stream.finish().reason == "5"
        assert server.flags == [0x02] and server.requests[0].payload == b""


def test_both_ways(make_client: MakeClient) -> None:
    def other(peer: Peer, stream_id: int, type: int, flags: int, data: bytes) -> None:
        if type == 3 and flags == 0:
            peer.data(stream_id, CheckAccessResponse(reason=CheckAccessRequest.FromString(data).asset_id))
        elif type == 3:
            peer.end(stream_id)

    with FakeServer(lambda *_: None, other) as server:
        stream = talk(make_client(server.address, key="k"), Streaming.BIDIRECTIONAL)
        for number in range(20):
            stream.send(CheckAccessRequest(asset_id=str(number)))
            assert stream.next().reason == str(number)
        stream.finish_sending()
        assert list(stream) == []


def test_a_refusal_ends_the_stream(make_client: MakeClient) -> None:
    def handle(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        peer.data(stream_id, Event(sequence=1))
        peer.refuse(stream_id, 11, "EVENTS_GONE")

    with FakeServer(handle) as server:
        stream = watch(make_client(server.address, key="k"))
        assert stream.next().sequence == 1
        with pytest.raises(usher.Refused) as caught:
            stream.next()
        assert caught.value.reason == "EVENTS_GONE"


def test_a_lost_connection_ends_the_stream(make_client: MakeClient) -> None:
    def handle(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        peer.data(stream_id, Event(sequence=1))
        peer.drop()

    with FakeServer(handle) as server:
        stream = watch(make_client(server.address, key="k"))
        with pytest.raises(usher.ConnectionLost):
            list(stream)


def test_a_stream_has_the_deadline_that_it_is_given(make_client: MakeClient) -> None:
    with FakeServer(lambda *_: None) as server:
        stream = talk(make_client(server.address, key="k"), Streaming.SERVER, CallOptions(timeout=0.5))
        with pytest.raises(usher.DeadlineExceeded):
            stream.next()
        assert 0 < server.requests[0].timeout_nano <= 500_000_000


def test_closing_ends_the_connection(make_client: MakeClient) -> None:
    with FakeServer(lambda peer, stream_id, _: peer.data(stream_id, Event(sequence=1))) as server:
        client = make_client(server.address, key="k")
        stream = watch(client)
        assert stream.next().sequence == 1
        stream.close()
        with pytest.raises(usher.ClientClosed):
            stream.next()
        other = watch(client)
        assert other.next().sequence == 1
        client.close()
        with pytest.raises(usher.Error):
            other.next()


def test_streams_do_not_share_the_connection_of_calls(make_client: MakeClient) -> None:
    def handle(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        if request.method == "CheckAccess":
            peer.reply(stream_id, CheckAccessResponse(allowed=True))

    with FakeServer(handle) as server:
        client = make_client(server.address, key="k")
        stream = watch(client, options=CallOptions(timeout=2))
        assert client.access.check_access(asset_id="a").allowed
        assert client.access.check_access(asset_id="a").allowed
        with pytest.raises(usher.DeadlineExceeded):
            stream.next()
        assert len(server.peers) == 2


# The extensions.


def test_a_call_that_gave_up_is_cancelled(make_client: MakeClient) -> None:
    with FakeServer(lambda *_: None) as server:
        with pytest.raises(usher.DeadlineExceeded):
            make_client(server.address, key="k", timeout=0.05).access.check_access(asset_id="a")
        eventually(lambda: (0, CANCEL, 0, b"\0\0\0\1") in server.others)


def test_a_cancelled_task_cancels_its_call() -> None:
    async def story(server: FakeServer) -> None:
        async with usher.aio.Client(server.address, key="k") as client:
            task = asyncio.create_task(client.access.check_access(asset_id="a"))
            while not server.requests:
                await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            while (0, CANCEL, 0, b"\0\0\0\1") not in server.others:
                await asyncio.sleep(0.005)

    with FakeServer(lambda *_: None) as server:
        asyncio.run(story(server))


def test_after_a_goodbye_another_connection_is_made(make_client: MakeClient) -> None:
    def handle(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        if peer.number == 1:
            peer.send(frame(0, b"", type=GO_AWAY))
        peer.reply(stream_id, CheckAccessResponse(allowed=True))

    with FakeServer(handle) as server:
        client = make_client(server.address, key="k")
        for _ in range(3):
            assert client.access.check_access(asset_id="a").allowed
        assert [number for number, _ in server.stream_ids] == [1, 2, 2]


def test_a_silent_server_is_left(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "KEEPALIVE_SECONDS", 0.1)
    pongs = threading.Semaphore(2)

    def other(peer: Peer, stream_id: int, type: int, flags: int, data: bytes) -> None:
        if type == PING and pongs.acquire(blocking=False):
            peer.send(frame(0, data, type=PONG))

    with FakeServer(lambda *_: None, other) as server:
        client = make_client(server.address, key="k", attempts=1, timeout=None)
        with pytest.raises(usher.ConnectionLost):
            client.access.check_access(asset_id="a")
        eventually(lambda: len([other for other in server.others if other[1] == PING]) >= 2)


def test_a_server_without_the_extensions_may_be_silent(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_limits, "KEEPALIVE_SECONDS", 0.01)
    with FakeServer(lambda *_: None) as server:
        with pytest.raises(usher.DeadlineExceeded):
            make_client(server.address, key="k", timeout=0.2).access.check_access(asset_id="a")
