"""Health, reflection and the guide, with gRPC's own clients; skipped without USHER_BIN."""

from __future__ import annotations

import re
import subprocess
import threading
from pathlib import Path
from typing import Iterator

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from test_scenarios import USHER_BIN, Server, key_of

import usher
from usher._generated import services

pytestmark = pytest.mark.skipif(not USHER_BIN, reason="USHER_BIN does not name a built server")
GUIDE = Path(__file__).parent.parent.parent / "GRPC.md"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("services") / "data")
    yield server
    server.stop()


def test_health(server: Server) -> None:
    health = health_pb2_grpc.HealthStub(grpc.insecure_channel(server.address))
    for name in ("", "usher.vouchers.v1.VoucherService"):
        assert health.Check(health_pb2.HealthCheckRequest(service=name), timeout=30).status == 1
    with pytest.raises(grpc.RpcError) as raised:
        health.Check(health_pb2.HealthCheckRequest(service="nope"), timeout=30)
    assert raised.value.code() is grpc.StatusCode.NOT_FOUND


def test_a_drain_is_told_to_those_who_watch(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    health = health_pb2_grpc.HealthStub(grpc.insecure_channel(server.address))
    watch = health.Watch(health_pb2.HealthCheckRequest())
    assert next(watch).status == 1
    stop = threading.Thread(target=server.stop)
    stop.start()
    assert next(watch).status == 2
    with pytest.raises(grpc.RpcError) as raised:
        next(watch)
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
    stop.join()


def test_a_delayed_drain_serves_on(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", "--drain-delay", "60m")
    try:
        key = key_of(server, "nordfilm")
        health = health_pb2_grpc.HealthStub(grpc.insecure_channel(server.address))
        watch = health.Watch(health_pb2.HealthCheckRequest())
        assert next(watch).status == 1
        server.process.terminate()
        assert next(watch).status == 2
        # Whoever has not noticed yet is served, on new connections too.
        with usher.Client(server.address, key=key, attempts=1) as client:
            assert client.session.who_am_i().organisation_id == "nordfilm"
        other = health_pb2_grpc.HealthStub(grpc.insecure_channel(server.address))
        assert other.Check(health_pb2.HealthCheckRequest(), timeout=30).status == 2
        assert watch.is_active()
    finally:
        server.process.kill()
        server.process.wait()


@pytest.mark.parametrize("delay", ["2d", "61m", "-1s", "soon"])
def test_a_delay_that_is_none(tmp_path: Path, delay: str) -> None:
    ended = subprocess.run(
        [USHER_BIN, "serve", "--data", str(tmp_path / "data"), "--admin", "off", f"--drain-delay={delay}"],
        capture_output=True, text=True, timeout=120)
    assert ended.returncode != 0 and "--drain-delay must be a time" in ended.stderr


def test_reflection(server: Server) -> None:
    database = ProtoReflectionDescriptorDatabase(grpc.insecure_channel(server.address))
    names = set(database.get_services())
    assert {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"} <= names
    assert "usher.vouchers.v1.VoucherService" in names and len(names) > len(dir(services)) // 10
    pool = DescriptorPool(database)
    for name in names:
        service = pool.FindServiceByName(name)
        assert service.methods
        for method in service.methods:
            assert pool.FindMessageTypeByName(method.input_type.full_name).full_name
    with pytest.raises(KeyError):
        pool.FindServiceByName("usher.Nope")


def test_the_guide(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    key = key_of(server, "guide")
    with usher.Client(server.address, key=key) as client:
        client.catalog.create_asset(
            asset={"asset_id": "opening-night", "type": "ASSET_TYPE_VIDEO", "title": "Opening Night"})
    found = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found
    exec(found.group(1).replace("127.0.0.1:7420", server.address).replace("ush_live_…", key), {})
    assert capsys.readouterr().out == "False\n"
