"""TLS on the port of the built server, and client certificates as credentials; skipped without USHER_BIN."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Callable

import grpc
import pytest
from authority import Authority, Issued
from conftest import Blocking
from test_grpcio import GRPC
from test_scenarios import USHER_BIN, Server

import usher
from usher.organisations.v1 import ApiKey, CreateApiKeyRequest, CreateOrganisationRequest, Organisation
from usher.organisations.v1 import organisations_usher as organisations
from usher.session.v1 import WhoAmIRequest
from usher.session.v1 import session_usher as session

pytestmark = pytest.mark.skipif(not USHER_BIN, reason="USHER_BIN does not name a built server")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "test")


def credentials(authority: Authority, own: Issued | None = None) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(
        authority.file.read_bytes(), own and own.key.read_bytes(), own and own.certificate.read_bytes())


def who(address: str, credentials: grpc.ChannelCredentials, key: str = "") -> str:
    identity = GRPC(address, key, credentials=credentials).unary(session.SESSION_SERVICE_WHO_AM_I)(WhoAmIRequest())
    found: str = identity.organisation_id or identity.key_id
    return found


def test_certificates(authority: Authority, tmp_path: Path) -> None:
    own = authority.issue("server", "DNS:localhost,IP:127.0.0.1")
    door = authority.issue("door", "URI:spiffe://nord/door-1")
    stranger = authority.issue("stranger", "URI:spiffe://nord/door-2")
    server = Server(tmp_path / "data", "--tls-certificate", own.certificate, "--tls-key", own.key, "--client-ca",
                    authority.file)
    try:
        operator = GRPC(server.address, server.operator_key, credentials=credentials(authority))
        operator.unary(organisations.ORGANISATION_SERVICE_CREATE_ORGANISATION)(
            CreateOrganisationRequest(organisation=Organisation(organisation_id="nord", name="Nord")))
        operator.metadata.append(("organisation", "nord"))
        made = operator.unary(organisations.ORGANISATION_SERVICE_CREATE_API_KEY)(
            CreateApiKeyRequest(api_key=ApiKey(name="door 1", certificate_uri="spiffe://nord/door-1")))
        # The certificate alone, then a key that wins over it.
        assert who(server.address, credentials(authority, door)) == "nord"
        assert who(server.address, credentials(authority, door), server.operator_key) != "nord"
        for certificate in (stranger, None):
            with pytest.raises(grpc.RpcError) as raised:
                who(server.address, credentials(authority, certificate))
            assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
        foreign = Authority(tmp_path / "other", "other")
        with pytest.raises(grpc.RpcError) as raised:
            who(server.address, credentials(foreign), made.secret)
        assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
        # Plaintext is not taken.
        with pytest.raises(grpc.RpcError) as raised:
            GRPC(server.address, made.secret).unary(session.SESSION_SERVICE_WHO_AM_I)(WhoAmIRequest())
        assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
        # The command line, over ttrpc.
        called = subprocess.run(
            [USHER_BIN, "call", "usher.session.v1.SessionService/WhoAmI", "{}", "--address", server.address, "--key",
             made.secret, "--tls-ca", str(authority.file)], capture_output=True, text=True, check=True)
        assert "nord" in called.stdout
        # Renewed by another authority, without a restart.
        renewed = foreign.issue("server", "DNS:localhost,IP:127.0.0.1")
        own.certificate.write_bytes(renewed.certificate.read_bytes())
        own.key.write_bytes(renewed.key.read_bytes())
        server.process.send_signal(signal.SIGHUP)
        for _ in range(600):
            try:
                assert who(server.address, credentials(foreign), made.secret) == "nord"
                break
            except grpc.RpcError:
                time.sleep(0.1)
        else:
            raise AssertionError("the new certificate is not used")
    finally:
        server.stop()


def test_the_ttrpc_clients(authority: Authority, tmp_path: Path, make_client: Callable[..., Any]) -> None:
    own = authority.issue("ttrpc", "DNS:localhost,IP:127.0.0.1")
    door = authority.issue("ttrpc-door", "URI:spiffe://nord/door-9")
    stranger = authority.issue("ttrpc-stranger", "URI:spiffe://nord/door-10")
    server = Server(tmp_path / "data", "--tls-certificate", own.certificate, "--tls-key", own.key, "--client-ca",
                    authority.file)

    def tls(issued: Issued | None = None) -> usher.TLS:
        return usher.TLS(str(authority.file), issued and str(issued.certificate), issued and str(issued.key))

    def identity(client: Any) -> str:
        found: str = client.session.who_am_i().organisation_id
        return found

    try:
        with usher.Client(server.address, key=server.operator_key, tls=tls()) as operator:
            operator.organisations.create_organisation(organisation={"organisation_id": "nord", "name": "Nord"})
            secret = operator.with_options(organisation="nord").organisations.create_api_key(
                api_key={"name": "door 9", "certificate_uri": "spiffe://nord/door-9"}).secret
        client = make_client(server.address, key=secret, tls=tls())
        client.catalog.create_asset(
            asset={"asset_id": "opening-night", "type": "ASSET_TYPE_LIVE_EVENT", "title": "Opening Night"})
        generated = client.vouchers.generate_vouchers(asset_id="opening-night", count=10_000)
        exported = [voucher.code for voucher in Blocking(client, lambda client: client.vouchers.export_vouchers())]
        assert sorted(exported) == sorted(voucher.code for voucher in generated.vouchers)
        # The certificate alone says who calls.
        by_certificate = make_client(server.address, tls=tls(door))
        assert identity(by_certificate) == "nord"
        assert len(list(Blocking(by_certificate, lambda client: client.vouchers.export_vouchers()))) == 10_000
        for issued in (stranger, None):
            with pytest.raises(usher.Unauthenticated):
                identity(make_client(server.address, tls=tls(issued)))
        foreign = Authority(tmp_path / "other", "other")
        with pytest.raises(usher.ConnectionFailed):
            identity(make_client(server.address, key=secret, tls=usher.TLS(str(foreign.file)), attempts=1))
        with pytest.raises(usher.TransportError):
            identity(make_client(server.address, tls=tls(foreign.issue("door", "URI:spiffe://nord/door-9")), attempts=1))
        # Plaintext is not taken.
        with pytest.raises(usher.ConnectionLost):
            identity(make_client(server.address, key=secret, attempts=1))
    finally:
        server.stop()


def test_what_serve_refuses(authority: Authority, tmp_path: Path) -> None:
    own = authority.issue("alone", "DNS:localhost")
    for flags, message in (
        (["--tls-certificate", own.certificate], "go together"),
        (["--tls-certificate", own.certificate, "--tls-key", authority.key], "does not go with"),
        (["--tls-certificate", own.certificate, "--tls-key", own.key, "--require-client-certificate"], "--client-ca"),
        (["--listen", "0.0.0.0:0"], "--insecure"),
    ):
        ended = subprocess.run(
            [USHER_BIN, "serve", "--data", str(tmp_path / "data"), "--admin", "off", *map(str, flags)],
            capture_output=True, text=True, timeout=120)
        assert ended.returncode != 0 and message in ended.stderr
