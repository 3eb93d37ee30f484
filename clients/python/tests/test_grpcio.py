"""The same messages over gRPC, with a client that is not ours; skipped without USHER_BIN."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterator, Sequence

import grpc
import pytest
from test_scenarios import USHER_BIN, Server, key_of

import usher
from usher._calls import Method
from usher._generated import wire_pb2
from usher.access.v1 import CheckAccessRequest
from usher.access.v1 import access_usher as access
from usher.catalog.v1 import Asset, CreateAssetRequest
from usher.catalog.v1 import catalog_usher as catalog
from usher.session.v1 import AuthenticateRequest, WhoAmIRequest
from usher.session.v1 import session_usher as session
from usher.vouchers.v1 import GenerateVouchersRequest, GetVoucherRequest, RedeemVoucherRequest
from usher.vouchers.v1 import vouchers_usher as vouchers

pytestmark = pytest.mark.skipif(not USHER_BIN, reason="USHER_BIN does not name a built server")


class GRPC:
    """A grpcio channel with a key, and calls by our method objects."""

    def __init__(self, address: str, key: str = "", *, credentials: grpc.ChannelCredentials | None = None,
                 options: Sequence[tuple[str, Any]] = ()) -> None:
        self.metadata = [("authorization", f"Bearer {key}")] if key else []
        self.channel = (
            grpc.secure_channel(address, credentials, options) if credentials
            else grpc.insecure_channel(address, options))

    def unary(self, method: Method[Any, Any]) -> Callable[..., Any]:
        stub = self.channel.unary_unary(
            f"/{method.service}/{method.name}", request_serializer=method.request_type.SerializeToString,
            response_deserializer=method.response_type.FromString)
        return lambda request, **options: stub(request, metadata=self.metadata, timeout=30, **options)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("grpc") / "data")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def nord(server: Server) -> str:
    """A key of an organisation that has an asset."""
    key = key_of(server, "nordfilm")
    with usher.Client(server.address, key=key) as client:
        client.catalog.create_asset(asset={"asset_id": "film", "type": "ASSET_TYPE_VIDEO", "title": "Film"})
    return key


def details(error: grpc.RpcError) -> wire_pb2.Status:
    """The google.rpc.Status of a refusal; our own envelope has the same fields."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            status: wire_pb2.Status = wire_pb2.Status.FromString(value)
            return status
    raise AssertionError("no details")


def test_a_voucher_over_grpc(server: Server, nord: str) -> None:
    client = GRPC(server.address, nord)
    generate = client.unary(vouchers.VOUCHER_SERVICE_GENERATE_VOUCHERS)
    generated = generate(GenerateVouchersRequest(asset_id="film", count=2))
    code = generated.vouchers[0].code
    redeemed = client.unary(vouchers.VOUCHER_SERVICE_REDEEM_VOUCHER)(RedeemVoucherRequest(code=code, viewer_id="ada"))
    verdict = client.unary(access.ACCESS_SERVICE_CHECK_ACCESS)(CheckAccessRequest(viewer_id="ada", asset_id="film"))
    assert verdict.allowed and verdict.expire_time == redeemed.access.expire_time
    # ttrpc sees what gRPC did.
    with usher.Client(server.address, key=nord) as other:
        assert other.access.check_access(viewer_id="ada", asset_id="film").allowed
        with pytest.raises(usher.FailedPrecondition):
            other.vouchers.redeem_voucher(code=code, viewer_id="grace")


def test_a_refusal_has_its_reason(server: Server, nord: str) -> None:
    client = GRPC(server.address, nord)
    with pytest.raises(grpc.RpcError) as raised:
        client.unary(vouchers.VOUCHER_SERVICE_GET_VOUCHER)(GetVoucherRequest(voucher_id="vch_0000000000000"))
    assert raised.value.code() is grpc.StatusCode.NOT_FOUND
    assert raised.value.details()
    assert details(raised.value).code == 5
    assert b"VOUCHER_NOT_FOUND" in details(raised.value).details[0].value


def test_who_may_call(server: Server, nord: str) -> None:
    for key, code in (("", "UNAUTHENTICATED"), (nord[:-1] + "x", "UNAUTHENTICATED")):
        with pytest.raises(grpc.RpcError) as raised:
            GRPC(server.address, key).unary(session.SESSION_SERVICE_WHO_AM_I)(WhoAmIRequest())
        assert raised.value.code().name == code
    who = GRPC(server.address, nord).unary(session.SESSION_SERVICE_WHO_AM_I)
    assert who(WhoAmIRequest()).organisation_id == "nordfilm"


def test_no_credential_is_bound_to_a_connection(server: Server, nord: str) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        GRPC(server.address).unary(session.SESSION_SERVICE_AUTHENTICATE)(AuthenticateRequest(api_key=nord))
    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_the_operator_names_an_organisation(server: Server, nord: str) -> None:
    client = GRPC(server.address, server.operator_key)
    client.metadata.append(("organisation", "nordfilm"))
    assert client.unary(session.SESSION_SERVICE_WHO_AM_I)(WhoAmIRequest()).organisation_id == "nordfilm"


def test_unknown_methods(server: Server) -> None:
    for path in ("/usher.vouchers.v1.VoucherService/Nope", "/nope.Nope/Nope"):
        with pytest.raises(grpc.RpcError) as raised:
            GRPC(server.address).channel.unary_unary(path)(b"", timeout=30)
        assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_compression_is_refused(server: Server, nord: str) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        GRPC(server.address, nord).unary(catalog.CATALOG_SERVICE_CREATE_ASSET)(
            CreateAssetRequest(asset=Asset(asset_id="z", title="z" * 10_000)), compression=grpc.Compression.Gzip)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_large_messages(server: Server, nord: str) -> None:
    client = GRPC(server.address, nord, options=[("grpc.max_send_message_length", -1)])
    generate = client.unary(vouchers.VOUCHER_SERVICE_GENERATE_VOUCHERS)
    assert len(generate(GenerateVouchersRequest(asset_id="film", count=10_000)).vouchers) == 10_000
    create = client.unary(catalog.CATALOG_SERVICE_CREATE_ASSET)
    with pytest.raises(grpc.RpcError) as raised:
        create(CreateAssetRequest(asset=Asset(asset_id="x", title="x" * (5 << 20))))
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    with pytest.raises(grpc.RpcError) as raised:
        create(CreateAssetRequest(asset=Asset(asset_id="x", title="x" * (3 << 20))))
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_code_is_redeemed_once_by_both_protocols_at_once(server: Server, nord: str) -> None:
    grpc_client = GRPC(server.address, nord)
    with usher.Client(server.address, key=nord) as ttrpc_client:
        for _ in range(5):
            code = ttrpc_client.vouchers.generate_vouchers(asset_id="film", count=1).vouchers[0].code
            barrier = threading.Barrier(16)

            def redeem(number: int) -> bool:
                barrier.wait()
                try:
                    if number % 2:
                        ttrpc_client.vouchers.redeem_voucher(code=code, viewer_id=f"v{number}")
                    else:
                        grpc_client.unary(vouchers.VOUCHER_SERVICE_REDEEM_VOUCHER)(
                            RedeemVoucherRequest(code=code, viewer_id=f"v{number}"))
                    return True
                except (usher.FailedPrecondition, grpc.RpcError) as error:
                    if isinstance(error, grpc.RpcError):
                        assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
                    return False

            with ThreadPoolExecutor(16) as pool:
                assert sum(pool.map(redeem, range(16))) == 1


def test_many_calls_on_one_channel(server: Server, nord: str) -> None:
    check = GRPC(server.address, nord).unary(access.ACCESS_SERVICE_CHECK_ACCESS)
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(
            lambda number: check(CheckAccessRequest(viewer_id=f"nobody{number}", asset_id="film")), range(2_000)))
    assert len(answers) == 2_000 and not any(answer.allowed for answer in answers)


def test_a_drain_lets_calls_end_and_refuses_others(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = Server(tmp_path_factory.mktemp("drain") / "data")
    client = GRPC(server.address, server.operator_key)
    who = client.unary(session.SESSION_SERVICE_WHO_AM_I)
    assert who(WhoAmIRequest()).platform_operator
    server.stop()
    with pytest.raises(grpc.RpcError) as raised:
        who(WhoAmIRequest())
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_cancelled_call_does_the_others_no_harm(server: Server, nord: str) -> None:
    client = GRPC(server.address, nord)
    stub = client.channel.unary_unary(
        f"/{vouchers.VOUCHER_SERVICE_GENERATE_VOUCHERS.service}/{vouchers.VOUCHER_SERVICE_GENERATE_VOUCHERS.name}",
        request_serializer=GenerateVouchersRequest.SerializeToString)
    for _ in range(10):
        future = stub.future(GenerateVouchersRequest(asset_id="film", count=10_000), metadata=client.metadata)
        time.sleep(0.01)
        future.cancel()
    assert client.unary(session.SESSION_SERVICE_WHO_AM_I)(WhoAmIRequest()).organisation_id == "nordfilm"
