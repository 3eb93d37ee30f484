"""A disk that becomes full, with a restart meanwhile: which calls go on, what is said, and what is there afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from typing import Any

import usher

from attack_siege import lost
from harness import Lab, Server, until

DISK_MIB = 24


def attack(lab: Lab) -> dict[str, Any]:
    place = tempfile.mkdtemp(prefix="usher-disk-")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "usher-attack", place], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        os.rmdir(place)
        return {"skipped": "a small file system cannot be mounted here"}
    try:
        return fill(lab, place)
    finally:
        lab.close()
        subprocess.run(["umount", "-l", place], check=False)
        shutil.rmtree(place, ignore_errors=True)


def fill(lab: Lab, place: str) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with lab.server("--log-level", "warning", data=os.path.join(place, "data")) as server:
        with server.client(timeout=60) as client:
            made = client.vouchers.generate_vouchers(asset_id="event", count=400)
            codes = [voucher.code for voucher in made.vouchers]
            acknowledged = codes[:100]
            for number, code in enumerate(acknowledged):
                client.vouchers.redeem_voucher(code=code, viewer_id=f"v{number}")
        filler = os.path.join(place, "filler")
        take_all(filler)
        lines = len(server.log)
        acknowledged += redeem_all(server, codes[100:300], figures, "full")
        figures["full"].update(look(server))
        figures["full"]["log lines"] = len(server.log) - lines
        for name, how in (("restarted", server.stop), ("after kill -9", server.kill)):
            how()
            take_all(filler)
            server.log.clear()
            server.start()
            acknowledged += redeem_all(server, codes[300:350], figures, name)
            figures[name].update(look(server))
            figures[name]["log lines"] = len(server.log)
        os.unlink(filler)
        begin = time.monotonic()
        figures["ready again"] = until(lambda: server.page("/readyz")[0] == 200, 10)
        figures["ready after s"] = round(time.monotonic() - begin, 1)
        acknowledged += redeem_all(server, codes[350:], figures, "room again")
        figures["acknowledged"], figures["lost"] = len(acknowledged), lost(server, acknowledged)
        return figures


def take_all(path: str) -> None:
    """Fills the file system to its last byte."""
    with open(path, "ab", buffering=0) as file:
        for size in (1 << 20, 4_096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass


def redeem_all(server: Server, codes: list[str], figures: dict[str, Any], name: str) -> list[str]:
    """Returns what was acknowledged; what was answered is noted by reason."""
    reasons: dict[str, int] = {}
    done = []
    with server.client(attempts=1) as client:
        for code in codes:
            try:
                client.vouchers.redeem_voucher(code=code, viewer_id="late-" + code)
                done.append(code)
                reasons["OK"] = reasons.get("OK", 0) + 1
            except usher.Refused as error:
                reasons[error.reason] = reasons.get(error.reason, 0) + 1
            except usher.Error as error:
                reasons[type(error).__name__] = reasons.get(type(error).__name__, 0) + 1
    figures[name] = {"redeem": reasons}
    return done


def look(server: Server) -> dict[str, Any]:
    """What can still be asked."""
    found: dict[str, Any] = {"allowed of 100": 0, "reads refused": {}}
    with server.client(attempts=1) as client:
        for number in range(100):
            try:
                found["allowed of 100"] += client.access.check_access(viewer_id=f"v{number}", asset_id="event").allowed
            except usher.Refused as error:
                found["reads refused"][error.reason] = found["reads refused"].get(error.reason, 0) + 1
    found["readyz"] = list(server.page("/readyz"))
    found["read-only databases"] = server.metric("usher_storage_read_only_databases")
    return found
