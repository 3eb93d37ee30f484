"""A first hour with Usher: an event, 10,000 voucher codes, one of them redeemed, and the question at the door.

    make run                                                  # in one terminal: a server on 127.0.0.1:7420
    export USHER_KEY="$(usher key create --organisation ID --all-scopes | tail -n 1)"
    python clients/python/quickstart.py
"""

import os
import sys
import uuid

import usher


def main() -> None:
    key = os.environ.get("USHER_KEY")
    if not key:
        sys.exit("USHER_KEY is not set: it is the key of an organisation, see clients/python/README.md")
    with usher.Client(os.environ.get("USHER_ADDRESS", "127.0.0.1:7420"), key=key) as client:
        run(client, event=f"opening-night-{uuid.uuid4().hex[:8]}")


def run(client: usher.Client, event: str) -> None:
    client.catalog.create_asset(
        asset={"asset_id": event, "type": "ASSET_TYPE_LIVE_EVENT", "title": "Opening Night"}
    )
    generated = client.vouchers.generate_vouchers(
        asset_id=event, count=10_000, code_profile={"kind": "CODE_PROFILE_KIND_TV9"}, order_id="TIX-88412"
    )
    codes = [voucher.code for voucher in generated.vouchers]
    print(f"{len(codes)} codes for {event}, the first is {codes[0]}")

    print("Ada may come in:", client.access.check_access(viewer_id="ada", asset_id=event).allowed)
    redeemed = client.vouchers.redeem_voucher(code=codes[0], viewer_id="ada")
    print("Ada redeems it; her access ends", redeemed.access.expire_time.ToJsonString())
    print("Ada may come in:", client.access.check_access(viewer_id="ada", asset_id=event).allowed)

    try:
        client.vouchers.redeem_voucher(code=codes[0], viewer_id="grace")
    except usher.Refused as refused:
        print(f"Grace tries the same code: {refused.code.name} {refused.reason}")


if __name__ == "__main__":
    main()
