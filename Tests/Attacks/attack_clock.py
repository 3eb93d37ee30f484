"""The machine's clock is set to 1971, 2090 and 2200: a write is refused, reads are answered, and the server lives.

The clock is made wrong by libfaketime, which stands between the process and the kernel; without it nothing is attacked.
The monotonic clock stays what it is.
"""

from __future__ import annotations

import glob
import os
import shutil
import tempfile

import usher

from harness import Lab

TIMES = ["1971-01-01 00:00:00", "2090-01-01 00:00:00", "2200-01-01 00:00:00"]


def attack(lab: Lab) -> dict[str, object]:
    libraries = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not libraries:
        return {"skipped": "libfaketime is not installed"}
    figures: dict[str, object] = {}
    data = tempfile.mkdtemp(prefix="usher-attack-")
    try:
        with lab.server(data=data) as server:
            key = server.key
            with server.client() as client:
                client.vouchers.create_voucher(voucher={"code": "OPEN"})
            server.stop()
        for moment in TIMES:
            figures[moment] = try_at(lab, data, key, libraries[0], moment)
        with lab.server(data=data, demo=False) as server, server.client(key) as client:
            client.vouchers.redeem_voucher(code="OPEN", viewer_id="anna")
            figures["afterwards"] = "redeemed"
    finally:
        shutil.rmtree(data, ignore_errors=True)
    return figures


def try_at(lab: Lab, data: str, key: str, library: str, moment: str) -> dict[str, object]:
    """A server that believes it is this moment; `env` between, because the library sets itself up in the first program
    that it is loaded into, and a Swift program that is the first finds no arguments."""
    with tempfile.TemporaryDirectory(prefix="usher-clock-") as folder:
        script = os.path.join(folder, "usher")
        with open(script, "w") as file:
            file.write(
                f"#!/bin/sh\nLD_PRELOAD={library} FAKETIME='@{moment}' DONT_FAKE_MONOTONIC=1 "
                f"exec env '{lab.binary}' \"$@\"\n"
            )
        os.chmod(script, 0o755)
        wrong = Lab(script)
        try:
            with wrong.server(data=data, demo=False) as server:
                with server.client(key, attempts=1) as client:
                    reason = client.access.check_access(viewer_id="anna", asset_id="event").reason
                    try:
                        client.vouchers.redeem_voucher(code="OPEN", viewer_id="anna")
                        write = "done"
                    except usher.Refused as error:
                        write = error.reason
                return {"read": reason, "write": write, "alive": server.is_alive}
        finally:
            wrong.close()
