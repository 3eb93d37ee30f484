"""The clients over TLS against a fake server; every test runs with the threaded and with the asyncio client."""

from __future__ import annotations

import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

import pytest
from authority import Authority, Issued
from fake_server import FakeServer, Peer
from test_streams import talk, watch

import usher
from usher._calls import Streaming
from usher._generated import wire_pb2
from usher.access.v1 import CheckAccessRequest, CheckAccessResponse
from usher.events.v1 import Event

MakeClient = Callable[..., Any]
LARGE = "x" * 3_000_000


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "test")


@pytest.fixture(scope="module")
def own(authority: Authority) -> Issued:
    return authority.issue("server", "DNS:localhost,IP:127.0.0.1")


def server_context(own: Issued, clients: Authority | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    context.set_alpn_protocols(["h2", "ttrpc"])
    if clients is not None:
        context.load_verify_locations(clients.file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def echo(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
    peer.reply(stream_id, CheckAccessResponse(reason=CheckAccessRequest.FromString(request.payload).asset_id))


def test_calls(make_client: MakeClient, authority: Authority, own: Issued) -> None:
    with FakeServer(echo, tls=server_context(own)) as server:
        client = make_client(server.address, key="k", tls=usher.TLS(str(authority.file)))
        assert client.access.check_access(asset_id="a").reason == "a"
        # Larger than any buffer on the way, so that both sides wait for the socket in between.
        with ThreadPoolExecutor(4) as pool:
            answers = pool.map(lambda number: client.access.check_access(asset_id=f"{number}{LARGE}"), range(8))
            assert [answer.reason for answer in answers] == [f"{number}{LARGE}" for number in range(8)]
        assert len(server.peers) == 1
        sock = server.peers[0].sock
        assert isinstance(sock, ssl.SSLSocket)
        assert sock.selected_alpn_protocol() == "ttrpc" and sock.version() in ("TLSv1.2", "TLSv1.3")


def test_streams(make_client: MakeClient, authority: Authority, own: Issued) -> None:
    def handle(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        for number in range(500):
            peer.data(stream_id, Event(sequence=number, event_id="x" * 5_000))
        peer.end(stream_id)

    with FakeServer(handle, tls=server_context(own)) as server:
        client = make_client(server.address, key="k", tls=usher.TLS(str(authority.file)))
        assert [event.sequence for event in watch(client)] == list(range(500))


def test_both_directions_at_once(make_client: MakeClient, authority: Authority, own: Issued) -> None:
    """The server echoes, and reads no more while its echo is not read: whoever sends must not keep readers out."""

    def other(peer: Peer, stream_id: int, type: int, flags: int, data: bytes) -> None:
        if type == 3 and flags == 0:
            peer.data(stream_id, CheckAccessResponse(reason=CheckAccessRequest.FromString(data).asset_id))
        elif type == 3:
            peer.end(stream_id)

    with FakeServer(lambda *_: None, other, tls=server_context(own)) as server:
        client = make_client(server.address, key="k", tls=usher.TLS(str(authority.file)))
        stream = talk(client, Streaming.BIDIRECTIONAL)

        def send() -> None:
            for number in range(20):
                stream.send(CheckAccessRequest(asset_id=f"{number}{LARGE}"))
            stream.finish_sending()

        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(send)
            assert [answer.reason for answer in stream] == [f"{number}{LARGE}" for number in range(20)]
            sending.result()


def test_a_certificate_of_ones_own(make_client: MakeClient, authority: Authority, own: Issued) -> None:
    door = authority.issue("door", "URI:spiffe://nord/door-1")
    with FakeServer(echo, tls=server_context(own, clients=authority)) as server:
        tls = usher.TLS(str(authority.file), str(door.certificate), str(door.key))
        client = make_client(server.address, tls=tls)
        assert client.access.check_access(asset_id="a").reason == "a"
        for peer in server.peers:
            assert isinstance(peer.sock, ssl.SSLSocket)
            assert peer.sock.getpeercert()["subjectAltName"] == (("URI", "spiffe://nord/door-1"),)
        without = make_client(server.address, tls=usher.TLS(str(authority.file)), attempts=1)
        with pytest.raises(usher.TransportError):
            without.access.check_access(asset_id="a")
        assert len(server.requests) == 1


def test_servers_that_are_not_trusted(
    make_client: MakeClient, authority: Authority, own: Issued, tmp_path: Path
) -> None:
    foreign = Authority(tmp_path / "foreign", "foreign")
    with FakeServer(echo, tls=server_context(own)) as server:
        for tls in (usher.TLS(str(foreign.file)), usher.TLS(str(authority.file), server_name="example.org"), usher.TLS()):
            client = make_client(server.address, key="k", tls=tls, attempts=1)
            with pytest.raises(usher.ConnectionFailed) as raised:
                client.access.check_access(asset_id="a")
            assert "certificate" in str(raised.value).lower() and not raised.value.may_have_executed
            with pytest.raises(usher.ConnectionFailed):
                watch(client).next()
        named = make_client(server.address, key="k", tls=usher.TLS(str(authority.file), server_name="localhost"))
        assert named.access.check_access(asset_id="a").reason == "a"
        assert len(server.requests) == 1


def test_files_that_cannot_be_read(authority: Authority, own: Issued, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no")
    for tls in (usher.TLS(str(tmp_path / "none.pem")), usher.TLS(str(tmp_path / "no.pem")),
                usher.TLS(None, str(own.certificate), str(authority.key))):
        with pytest.raises(OSError):
            usher.Client("127.0.0.1:1", tls=tls)
    with pytest.raises(ValueError):
        usher.Client("127.0.0.1:1", tls=usher.TLS(key=str(own.key)))
