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
    changes = {"LD_PRELOAD": library, "FAKETIME": "@" + moment, "DONT_FAKE_MONOTONIC": "1"}
    old = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        with lab.server(data=data, demo=False) as server:
            for name, value in old.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            with server.client(key, attempts=1) as client:
                allowed = client.access.check_access(viewer_id="anna", asset_id="event").reason
                try:
                    client.vouchers.redeem_voucher(code="OPEN", viewer_id="anna")
                    write = "done"
                except usher.Error as error:
                    write = getattr(error, "reason", "") or type(error).__name__
            return {"read": allowed, "write": write, "alive": server.is_alive, "exit code": server.exit_code}
    except RuntimeError as error:
        return {"did not start": str(error)[-200:]}
    finally:
        for name, value in old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
