"""End to end, against the built server that USHER_BIN names; skipped without it."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from conftest import Blocking

import usher
from usher.access.v1 import ACCESS_STATE_ACTIVE, ACCESS_TYPE_ACCESS_VOUCHER
from usher.vouchers.v1 import VOUCHER_STATE_ACTIVE, VOUCHER_STATE_USED

USHER_BIN = os.environ.get("USHER_BIN", "")
QUICKSTART = Path(__file__).parent.parent / "quickstart.py"
START_SECONDS = 60

pytestmark = pytest.mark.skipif(not USHER_BIN, reason="USHER_BIN does not name a built server")


class Server:
    """`usher serve` on a free port and an empty directory."""

    def __init__(self, data: Path, *flags: str | Path) -> None:
        self.process = subprocess.Popen(
            [USHER_BIN, "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0",
             *map(str, flags)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        # Reads on after the address, so that the server never waits for a full pipe.
        threading.Thread(target=self._read, daemon=True).start()
        self.address = self._wait_for_address()
        self.operator_key = (data / "operator.key").read_text().strip()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _wait_for_address(self) -> str:
        output = ""
        while line := self._lines.get(timeout=START_SECONDS):
            output += line
            if found := re.search(r"usher: serving on (\S+)", line):
                return found.group(1)
        raise AssertionError(f"the server did not start:\n{output}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(START_SECONDS)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("usher") / "data")
    yield server
    server.stop()


def key_of(server: Server, organisation: str) -> str:
    with usher.Client(server.address, key=server.operator_key) as operator:
        operator.organisations.create_organisation(organisation={"organisation_id": organisation, "name": organisation})
        inside = operator.with_options(organisation=organisation)
        secret: str = inside.organisations.create_api_key(api_key={"name": "tests"}).secret
        return secret


def test_festival_tv_codes(server: Server, request: pytest.FixtureRequest, make_client: Callable[..., Any]) -> None:
    """10,000 TV9 codes for a live event, 48 hours from the moment that one is used."""
    client = make_client(server.address, key=key_of(server, f"nordfilm-{request.node.callspec.id}"))
    client.catalog.create_asset(
        asset={"asset_id": "opening-night", "type": "ASSET_TYPE_LIVE_EVENT", "title": "Opening Night"})
    generated = client.vouchers.generate_vouchers(
        asset_id="opening-night", asset_type="ASSET_TYPE_LIVE_EVENT", count=10_000,
        code_profile={"kind": "CODE_PROFILE_KIND_TV9"}, order_id="TIX-88412", request_id="order-TIX-88412",
    )
    codes = [voucher.code for voucher in generated.vouchers]
    assert len(set(codes)) == 10_000
    assert all(len(code) == 9 and code.isdecimal() for code in codes)
    assert all(voucher.tv_compatible for voucher in generated.vouchers)

    first = generated.vouchers[0]
    before = client.vouchers.get_voucher(voucher_id=first.voucher_id)
    assert before.order_id == "TIX-88412" and before.state == VOUCHER_STATE_ACTIVE
    assert not before.HasField("expire_time") and not before.redeemed
    assert client.vouchers.lookup_voucher(code=first.code).landing_page.title == "Opening Night"
    assert not client.access.check_access(viewer_id="ada", asset_id="opening-night").allowed
    assert client.access.check_access(code=first.code, asset_id="opening-night").allowed

    redeemed = client.vouchers.redeem_voucher(code=f"  {first.code} ", viewer_id="ada")
    used_at = redeemed.redemption.redeem_time.ToDatetime()
    assert redeemed.access.expire_time.ToDatetime() - used_at == timedelta(hours=48)
    assert (redeemed.access.type, redeemed.access.state) == (ACCESS_TYPE_ACCESS_VOUCHER, ACCESS_STATE_ACTIVE)

    verdict = client.access.check_access(viewer_id="ada", asset_id="opening-night")
    assert verdict.allowed and verdict.expire_time == redeemed.access.expire_time
    after = client.vouchers.get_voucher(voucher_id=first.voucher_id)
    assert after.redeemed and after.state == VOUCHER_STATE_USED and after.expire_time == redeemed.access.expire_time
    with pytest.raises(usher.FailedPrecondition) as raised:
        client.vouchers.redeem_voucher(code=first.code, viewer_id="grace")
    assert raised.value.reason == "VOUCHER_USED"


def test_the_same_request_is_answered_the_same(server: Server) -> None:
    with usher.Client(server.address, key=key_of(server, "same-request")) as client:
        client.catalog.create_asset(asset={"asset_id": "a", "type": "ASSET_TYPE_VIDEO", "title": "A"})
        code = client.vouchers.generate_vouchers(asset_id="a", count=1).vouchers[0].code
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(
                lambda _: client.vouchers.redeem_voucher(code=code, viewer_id="ada", request_id="one"), range(16)))
        assert all(answer == answers[0] for answer in answers)
        with pytest.raises(usher.FailedPrecondition) as raised:
            client.vouchers.redeem_voucher(code=code, viewer_id="grace", request_id="one")
        assert raised.value.reason == "REQUEST_ID_REUSED"


def test_refusals_have_their_exceptions(server: Server) -> None:
    with usher.Client(server.address, key=key_of(server, "refusals")) as client:
        with pytest.raises(usher.NotFound) as missing:
            client.vouchers.redeem_voucher(code="nothing", viewer_id="ada")
        assert missing.value.reason == "VOUCHER_NOT_FOUND"
        with pytest.raises(usher.InvalidArgument) as invalid:
            client.vouchers.generate_vouchers(count=0)
        assert {violation.field for violation in invalid.value.violations} & {"asset_id", "count"}
        with pytest.raises(usher.PermissionDenied):
            client.organisations.list_organisations()
    for key in (None, "ush_live_wrong"):
        with usher.Client(server.address, key=key) as stranger, pytest.raises(usher.Unauthenticated):
            stranger.session.who_am_i()


def test_the_quickstart_runs(server: Server) -> None:
    environment = {
        **os.environ, "USHER_ADDRESS": server.address, "USHER_KEY": key_of(server, "quickstart"),
        # The package under test, installed or not.
        "PYTHONPATH": str(Path(usher.__file__).parent.parent),
    }
    run = subprocess.run(
        [sys.executable, str(QUICKSTART)], env=environment, capture_output=True, text=True, timeout=START_SECONDS)
    assert run.returncode == 0, run.stderr
    assert "10000 codes" in run.stdout
    assert run.stdout.index("come in: False") < run.stdout.index("come in: True")
    assert "FAILED_PRECONDITION VOUCHER_USED" in run.stdout


def test_streams(server: Server, request: pytest.FixtureRequest, make_client: Callable[..., Any]) -> None:
    """A download, and events as they happen; calls go on beside them."""
    client = make_client(server.address, key=key_of(server, f"streams-{request.node.callspec.id}"))
    client.catalog.create_asset(
        asset={"asset_id": "opening-night", "type": "ASSET_TYPE_LIVE_EVENT", "title": "Opening Night"})
    generated = client.vouchers.generate_vouchers(asset_id="opening-night", count=2_000)
    export = Blocking(client, lambda client: client.vouchers.export_vouchers())
    assert [voucher.code for voucher in export] == [voucher.code for voucher in generated.vouchers]

    events = Blocking(client, lambda client: client.events.watch_events())
    first = [events.next() for _ in range(2)]
    assert [event.sequence for event in first] == [1, 2] and first[0].type == "asset.created"
    voucher = client.vouchers.create_voucher(voucher={"code": "LATE"})
    late = events.next()
    assert (late.type, late.resource_id) == ("voucher.created", voucher.voucher_id)
    events.close()

    wrong = Blocking(client, lambda client: client.events.watch_events(after_sequence=99))
    with pytest.raises(usher.Refused) as caught:
        wrong.next()
    assert caught.value.reason == "SEQUENCE_AHEAD" and caught.value.metadata["last_sequence"] == "3"
