"""The transport against a fake server; every test runs with the threaded and with the asyncio client."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest
from fake_server import FakeServer, Peer, eventually, frame
from google.protobuf.duration_pb2 import Duration

import usher
from usher import _limits
from usher._generated import wire_pb2
from usher.access.v1 import CheckAccessRequest, CheckAccessResponse
from usher.catalog.v1 import Asset
from usher.vouchers.v1 import (
    GenerateVouchersRequest, GenerateVouchersResponse, RedeemVoucherRequest, RedeemVoucherResponse,
)

MakeClient = Callable[..., Any]


def allow(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
    asset_id = CheckAccessRequest.FromString(request.payload).asset_id
    peer.reply(stream_id, CheckAccessResponse(allowed=True, reason=asset_id))


def redeemed(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
    sent = RedeemVoucherRequest.FromString(request.payload)
    response = RedeemVoucherResponse()
    response.redemption.redemption_id = sent.request_id
    peer.reply(stream_id, response)


def drop_first(count: int, then: Any) -> Any:
    """A handler that drops the connection at each of the first `count` requests."""
    seen: list[int] = []

    def handle(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        seen.append(stream_id)
        if len(seen) <= count:
            peer.drop()
        else:
            then(peer, stream_id, request)

    return handle


def test_the_envelope_carries_method_key_organisation_and_timeout(make_client: MakeClient) -> None:
    with FakeServer(allow) as server:
        client = make_client(server.address, key="ush_test_1", organisation="nordfilm", timeout=5)
        assert client.access.check_access(viewer_id="ada", asset_id="opening").allowed
        request = server.requests[0]
        assert (request.service, request.method) == ("usher.access.v1.AccessService", "CheckAccess")
        assert [(m.key, m.value) for m in request.metadata] == [
            ("authorization", "Bearer ush_test_1"), ("organisation", "nordfilm"), ("usher-extensions", "1")]
        client.access.check_access(asset_id="second")
        assert [m.key for m in server.requests[1].metadata] == ["authorization", "organisation"]
        assert 0 < request.timeout_nano <= 5_000_000_000
        assert CheckAccessRequest.FromString(request.payload) == CheckAccessRequest(
            viewer_id="ada", asset_id="opening")


def test_the_first_frame_is_what_ttrpc_prescribes(make_client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = make_client(f"127.0.0.1:{listener.getsockname()[1]}", timeout=None, attempts=1)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.access.check_access, asset_id="a")
            peer, _ = listener.accept()
            with peer:
                expected = (b"\n\x1dusher.access.v1.AccessService" b"\x12\x0bCheckAccess" b"\x1a\x03" b"\x1a\x01a"
                            b"\x2a\x15\n\x10usher-extensions\x12\x011")
                ping = bytes.fromhex("00000000000000000400")
                data = peer.recv(1000)
                assert data == bytes.fromhex("0000004800000001 0100".replace(" ", "")) + expected + ping
                # An empty status is OK as well as none: the vector of the wire's documentation.
                peer.sendall(bytes.fromhex("00000006 00000001 02 00 0a00 1202 0801".replace(" ", "")))
                assert answer.result().allowed


def test_an_operator_acts_for_an_organisation_by_options(make_client: MakeClient) -> None:
    with FakeServer(allow) as server:
        client = make_client(server.address, key="k")
        client.access.check_access(asset_id="a")
        client.with_options(organisation="one").access.check_access(asset_id="a")
        client.with_options(organisation="one").access.check_access(
            asset_id="a", options=usher.CallOptions(organisation="two"))
        organisations = [{m.key: m.value for m in r.metadata}.get("organisation") for r in server.requests]
        assert organisations == [None, "one", "two"]
        assert len(server.peers) == 1


def test_a_portal_says_for_whom_it_asks_by_options(make_client: MakeClient) -> None:
    with FakeServer(allow) as server:
        client = make_client(server.address, key="k")
        client.access.check_access(asset_id="a")
        client.with_options(viewer_address="192.0.2.1").access.check_access(asset_id="a")
        client.with_options(viewer_address="192.0.2.1").access.check_access(
            asset_id="a", options=usher.CallOptions(viewer_address="2001:db8::1"))
        addresses = [{m.key: m.value for m in r.metadata}.get("viewer-address") for r in server.requests]
        assert addresses == [None, "192.0.2.1", "2001:db8::1"]


def test_answers_may_come_in_pieces_of_any_size(make_client: MakeClient) -> None:
    size = 0

    def in_pieces(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        response = wire_pb2.Response(payload=CheckAccessResponse(reason="x" * 40).SerializeToString())
        data = frame(stream_id, response.SerializeToString())
        for start in range(0, len(data), size):
            peer.send(data[start : start + size])

    with FakeServer(in_pieces) as server:
        client = make_client(server.address)
        for size in (1, 2, 9, 10, 11, 1000):
            assert client.access.check_access(asset_id="a").reason == "x" * 40


def test_many_answers_may_come_at_once_and_in_any_order(make_client: MakeClient) -> None:
    held: list[tuple[int, wire_pb2.Request]] = []

    def hold_twenty(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        held.append((stream_id, request))
        if len(held) == 20:
            answers = []
            for id, each in reversed(held):
                asset = CheckAccessRequest.FromString(each.payload).asset_id
                answers.append(frame(id, wire_pb2.Response(
                    payload=CheckAccessResponse(reason=asset).SerializeToString()).SerializeToString()))
            peer.send(b"".join(answers))

    with FakeServer(hold_twenty) as server:
        client = make_client(server.address)
        with ThreadPoolExecutor(20) as pool:
            reasons = list(pool.map(lambda n: client.access.check_access(asset_id=str(n)).reason, range(20)))
        assert reasons == [str(n) for n in range(20)]
        assert len(server.peers) == 1, "calls share one connection"
        assert sorted(id for _, id in server.stream_ids) == list(range(1, 40, 2))


def test_many_threads_share_one_client(make_client: MakeClient) -> None:
    with FakeServer(allow) as server:
        client = make_client(server.address)

        def check(worker: int) -> None:
            for n in range(100):
                assert client.access.check_access(asset_id=f"{worker}-{n}").reason == f"{worker}-{n}"

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(check, range(16)))
        assert len(server.requests) == 1600 and len(server.peers) == 1


def test_a_refusal_is_told_in_full(make_client: MakeClient) -> None:
    count = wire_pb2.FieldViolation(field="count", description="1 to 10,000")
    violation = wire_pb2.BadRequest(field_violations=[count])
    retry = wire_pb2.RetryInfo(retry_delay=Duration(seconds=1, nanos=500_000_000))

    def refuse(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        peer.refuse(stream_id, 3, "FIELDS_INVALID", "Look again.", violation, retry)

    with FakeServer(refuse) as server:
        with pytest.raises(usher.InvalidArgument) as raised:
            make_client(server.address).vouchers.generate_vouchers(count=0)
        refused = raised.value
        assert refused.code is usher.StatusCode.INVALID_ARGUMENT
        assert (refused.reason, refused.message) == ("FIELDS_INVALID", "Look again.")
        assert refused.metadata == {"limit": "3"}
        assert refused.violations == (usher.FieldViolation("count", "1 to 10,000"),)
        assert refused.retry_after == 1.5
        assert not refused.may_have_executed
        assert len(server.requests) == 1


@pytest.mark.parametrize(("code", "expected"), [
    (3, usher.InvalidArgument), (5, usher.NotFound), (6, usher.AlreadyExists), (7, usher.PermissionDenied),
    (8, usher.ResourceExhausted), (9, usher.FailedPrecondition), (10, usher.Aborted), (14, usher.Unavailable),
    (16, usher.Unauthenticated), (13, usher.Refused), (12, usher.Refused), (99, usher.Refused),
])
def test_each_code_has_its_exception(make_client: MakeClient, code: int, expected: type[usher.Refused]) -> None:
    with FakeServer(lambda peer, id, _: peer.refuse(id, code, "WHY")) as server:
        with pytest.raises(usher.Refused) as raised:
            make_client(server.address, attempts=1).access.check_access(asset_id="a")
        assert type(raised.value) is expected
        assert raised.value.code == (code if code in range(17) else usher.StatusCode.UNKNOWN)
        assert raised.value.reason == "WHY"


def test_a_refused_connection_says_that_nothing_was_sent(make_client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(usher.ConnectionFailed) as raised:
        make_client(f"127.0.0.1:{port}", attempts=2).access.check_access(asset_id="a")
    assert not raised.value.may_have_executed


def test_after_a_lost_connection_a_call_is_made_again_with_the_same_request_id(make_client: MakeClient) -> None:
    with FakeServer(drop_first(2, redeemed)) as server:
        response = make_client(server.address).vouchers.redeem_voucher(code="K7", viewer_id="ada")
        ids = [RedeemVoucherRequest.FromString(r.payload).request_id for r in server.requests]
        assert len(ids) == 3 and len(set(ids)) == 1 and len(ids[0]) == 36
        assert response.redemption.redemption_id == ids[0]
        assert len(server.peers) == 3


def test_each_call_has_a_request_id_of_its_own_and_the_callers_is_kept(make_client: MakeClient) -> None:
    with FakeServer(redeemed) as server:
        client = make_client(server.address)
        request = RedeemVoucherRequest(code="K7")
        ids = {client.vouchers.redeem_voucher(request).redemption.redemption_id for _ in range(2)}
        assert len(ids) == 2 and "" not in ids
        assert request == RedeemVoucherRequest(code="K7"), "the caller's message stays as it is"
        assert client.vouchers.redeem_voucher(code="K7", request_id="mine").redemption.redemption_id == "mine"


def test_a_call_that_cannot_be_repeated_is_made_once(make_client: MakeClient) -> None:
    from usher._calls import Idempotency, Method

    method = Method("s.S", "M", CheckAccessRequest, CheckAccessResponse, Idempotency.IDEMPOTENCY_UNKNOWN, False)
    with FakeServer(drop_first(1, allow)) as server:
        client = make_client(server.address)
        with pytest.raises(usher.ConnectionLost) as raised:
            client.call(method, CheckAccessRequest())
        assert raised.value.may_have_executed
        assert len(server.requests) == 1
        assert client.call(method, CheckAccessRequest(asset_id="a")).allowed, "the next call connects again"


def test_attempts_are_bounded(make_client: MakeClient) -> None:
    with FakeServer(drop_first(100, allow)) as server:
        with pytest.raises(usher.ConnectionLost) as raised:
            make_client(server.address, attempts=3).access.check_access(asset_id="a")
        assert raised.value.may_have_executed
        assert len(server.requests) == 3


def test_an_attempt_that_was_not_sent_does_not_hide_one_that_was(make_client: MakeClient) -> None:
    def vanish(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        server.stop_listening()
        peer.drop()

    with FakeServer(vanish) as server:
        with pytest.raises(usher.ConnectionFailed) as raised:
            make_client(server.address, attempts=2).vouchers.redeem_voucher(code="K7")
        assert raised.value.may_have_executed
        assert len(server.requests) == 1


@pytest.mark.parametrize(("code", "reason"), [
    (14, "SHUTTING_DOWN"), (8, "ORGANISATION_OVERLOADED"), (2, "OUTCOME_UNKNOWN")])
def test_a_passing_refusal_is_tried_again(make_client: MakeClient, code: int, reason: str) -> None:
    def refuse_once(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        if len(server.requests) == 1:
            peer.refuse(stream_id, code, reason, "later", wire_pb2.RetryInfo(retry_delay=Duration(nanos=1_000_000)))
        else:
            redeemed(peer, stream_id, request)

    with FakeServer(refuse_once) as server:
        make_client(server.address).vouchers.redeem_voucher(code="K7")
        assert len({RedeemVoucherRequest.FromString(r.payload).request_id for r in server.requests}) == 1
        assert len(server.requests) == 2 and len(server.peers) == 1


def test_a_refusal_is_not_tried_again_where_the_wait_is_longer_than_the_deadline(make_client: MakeClient) -> None:
    retry = wire_pb2.RetryInfo(retry_delay=Duration(seconds=3600))
    with FakeServer(lambda peer, id, _: peer.refuse(id, 14, "AWAY", "later", retry)) as server:
        with pytest.raises(usher.Unavailable) as raised:
            make_client(server.address, timeout=30).access.check_access(asset_id="a")
        assert raised.value.retry_after == 3600 and len(server.requests) == 1


def test_other_exhaustion_is_not_tried_again(make_client: MakeClient) -> None:
    with FakeServer(lambda peer, id, _: peer.refuse(id, 8, "TOO_MANY_FAILED_LOOKUPS")) as server:
        with pytest.raises(usher.ResourceExhausted):
            make_client(server.address).vouchers.lookup_voucher(code="1")
        assert len(server.requests) == 1


def test_the_deadline_is_kept_without_the_servers_help(make_client: MakeClient) -> None:
    late: list[tuple[Peer, int]] = []

    def answer_second(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        if not late:
            late.append((peer, stream_id))
            return
        # The first call's answer comes too late and must not be taken for the second's.
        peer.reply(late[0][1], CheckAccessResponse(reason="late"))
        allow(peer, stream_id, request)

    with FakeServer(answer_second) as server:
        client = make_client(server.address)
        with pytest.raises(usher.DeadlineExceeded) as raised:
            client.access.check_access(asset_id="a", options=usher.CallOptions(timeout=0.05))
        assert raised.value.may_have_executed and isinstance(raised.value, TimeoutError)
        assert client.access.check_access(asset_id="b").reason == "b"
        assert len(server.peers) == 1, "the connection outlives a call that gave up"


def test_the_servers_own_deadline_is_the_same_error(make_client: MakeClient) -> None:
    with FakeServer(lambda peer, id, _: peer.refuse(id, 4, "DEADLINE_EXCEEDED")) as server:
        with pytest.raises(usher.DeadlineExceeded):
            make_client(server.address).access.check_access(asset_id="a")
        assert len(server.requests) == 1


def test_a_deadline_that_has_passed_sends_nothing(make_client: MakeClient) -> None:
    with FakeServer(allow) as server:
        client = make_client(server.address)
        with pytest.raises(usher.DeadlineExceeded) as raised:
            client.access.check_access(asset_id="a", options=usher.CallOptions(timeout=-1))
        assert not raised.value.may_have_executed
        assert client.access.check_access(asset_id="b").allowed and len(server.requests) == 1


def test_a_server_that_does_not_read_cannot_hold_a_caller(make_client: MakeClient) -> None:
    release = threading.Event()

    def stop_reading(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        release.wait()
        batch_id = GenerateVouchersRequest.FromString(request.payload).batch_id
        peer.reply(stream_id, GenerateVouchersResponse(batch_id=batch_id))

    with FakeServer(stop_reading) as server:
        client = make_client(server.address, timeout=60)
        big = {"name": "x" * 3_000_000}
        with ThreadPoolExecutor(8) as pool:
            calls = [pool.submit(client.vouchers.generate_vouchers, batch_id=str(n), **big) for n in range(8)]
            eventually(lambda: len(server.requests) == 1)
            with pytest.raises(usher.DeadlineExceeded):
                client.access.check_access(asset_id="a", options=usher.CallOptions(timeout=0.2))
            release.set()
            # Everything that waited goes out whole once the server reads.
            assert [call.result().batch_id for call in calls] == [str(n) for n in range(8)]


def test_a_request_over_the_frame_limit_is_not_sent(make_client: MakeClient) -> None:
    with FakeServer(lambda peer, id, _: peer.reply(id, Asset())) as server:
        client = make_client(server.address)
        with pytest.raises(usher.MessageTooLarge) as raised:
            client.catalog.create_asset(asset={"description": "x" * _limits.FRAME_BYTES_MAX})
        assert not raised.value.may_have_executed
        client.catalog.create_asset(asset={"description": "x" * (_limits.FRAME_BYTES_MAX - 1000)})
        assert len(server.requests) == 1 and len(server.peers) == 1


@pytest.mark.parametrize("garbage", [b"\x01" * 10, b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_garbage_ends_the_connection_and_not_the_client(make_client: MakeClient, garbage: bytes) -> None:
    def once(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        if len(server.requests) == 1:
            peer.send(garbage)
        else:
            allow(peer, stream_id, request)

    with FakeServer(once) as server:
        assert make_client(server.address).access.check_access(asset_id="a").allowed
        assert len(server.peers) == 2


def test_an_unreadable_answer_is_an_error_of_that_call(make_client: MakeClient) -> None:
    def once(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        if len(server.requests) == 1:
            peer.send(frame(stream_id, b"\xff\xff\xff"))
        else:
            allow(peer, stream_id, request)

    with FakeServer(once) as server:
        client = make_client(server.address)
        with pytest.raises(usher.ProtocolError) as raised:
            client.access.check_access(asset_id="a")
        assert raised.value.may_have_executed
        assert client.access.check_access(asset_id="a").allowed and len(server.peers) == 1


def test_unknown_frames_and_unknown_streams_are_ignored(make_client: MakeClient) -> None:
    def noisy(peer: Peer, stream_id: int, request: wire_pb2.Request) -> None:
        peer.send(frame(stream_id, b"ping", type=4) + frame(stream_id + 2, b"", type=2))
        allow(peer, stream_id, request)

    with FakeServer(noisy) as server:
        assert make_client(server.address).access.check_access(asset_id="a").allowed


def test_close_ends_waiting_calls_and_later_ones(make_client: MakeClient) -> None:
    with FakeServer(lambda *_: None) as server:
        client = make_client(server.address, timeout=None)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(client.access.check_access, asset_id="a")
            eventually(lambda: len(server.requests) == 1)
            client.close()
            with pytest.raises(usher.ClientClosed) as raised:
                waiting.result()
        assert raised.value.may_have_executed
        with pytest.raises(usher.ClientClosed) as raised:
            client.access.check_access(asset_id="a")
        assert not raised.value.may_have_executed
        client.close()


def test_an_idle_connection_that_the_server_closed_is_replaced(make_client: MakeClient) -> None:
    with FakeServer(allow) as server:
        client = make_client(server.address)
        client.access.check_access(asset_id="a")
        server.peers[0].drop()
        assert client.access.check_access(asset_id="b").reason == "b"
        assert len(server.peers) == 2


def test_a_connection_without_stream_ids_left_is_replaced(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_limits, "STREAM_ID_MAX", 3)
    with FakeServer(allow) as server:
        client = make_client(server.address)
        for n in range(5):
            assert client.access.check_access(asset_id=str(n)).reason == str(n)
        assert server.stream_ids == [(1, 1), (1, 3), (2, 1), (2, 3), (3, 1)]


def test_the_key_is_not_in_what_is_printed() -> None:
    assert "secret" not in repr(usher.Client("127.0.0.1:1", key="secret"))
