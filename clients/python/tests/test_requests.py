"""What the stubs make of their arguments, and addresses."""

from __future__ import annotations

import datetime

import pytest

import usher
from usher._calls import build_request, parse_address
from usher.vouchers.v1 import REDEEM_ON_REDEEM, CreateVoucherRequest, GenerateVouchersRequest, RedeemVoucherRequest


def test_fields_make_a_message() -> None:
    built = build_request(GenerateVouchersRequest, None, {
        "asset_id": "a", "count": 3, "usage_limit": 0, "per_viewer_limit": None, "redeem_on": "REDEEM_ON_REDEEM",
        "custom": {"name": "Ada"}, "access_period": {"length": 2},
    })
    assert built.asset_id == "a" and built.count == 3 and built.redeem_on == REDEEM_ON_REDEEM
    assert built.HasField("usage_limit") and not built.HasField("per_viewer_limit"), "None leaves a field absent"
    assert dict(built.custom) == {"name": "Ada"} and built.access_period.length == 2


def test_dates_become_timestamps_in_utc() -> None:
    local = datetime.datetime(2026, 12, 31, 23, 59, 59, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    built = build_request(GenerateVouchersRequest, None, {"redeem_until": local})
    assert built.redeem_until.ToJsonString() == "2026-12-31T22:59:59Z"
    with pytest.raises(ValueError, match="time zone"):
        build_request(GenerateVouchersRequest, None, {"redeem_until": datetime.datetime(2026, 12, 31)})


def test_a_message_is_taken_as_it_is() -> None:
    request = RedeemVoucherRequest(code="K7")
    assert build_request(RedeemVoucherRequest, request, {"code": None}) is request
    with pytest.raises(TypeError, match="not both: viewer_id"):
        build_request(RedeemVoucherRequest, request, {"viewer_id": "ada"})
    with pytest.raises(TypeError, match="expected a RedeemVoucherRequest"):
        build_request(RedeemVoucherRequest, CreateVoucherRequest(), {})  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "expected"), [
    ("127.0.0.1:7421", ("127.0.0.1", 7421)), ("usher.example", ("usher.example", 7420)),
    ("[::1]:80", ("::1", 80)), ("[::1]", ("::1", 7420)),
])
def test_addresses(text: str, expected: tuple[str, int]) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize("text", ["", ":7420", "host:", "host:0", "host:70000", "host:http", "::1", "::1:7420"])
def test_what_is_no_address_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError):
        usher.Client(text)
