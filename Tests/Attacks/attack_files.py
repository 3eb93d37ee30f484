"""Files swapped, put back from yesterday, damaged, removed: who is refused, who is served, what is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import Any

import usher

from harness import Lab, Server

OTHER = "other"


def attack(lab: Lab) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for harm in (swapped_files, yesterdays_file, damaged_wal, missing_wal, removed_lock, removed_file):
        with lab.server("--log-level", "warning") as server:
            figures[harm.__name__.replace("_", " ")] = harm(server)
    return figures


def path(server: Server, organisation: str = "demo") -> str:
    return os.path.join(server.data, "organisations", organisation, "usher.sqlite")


def redeem(server: Server, count: int) -> list[str]:
    with server.client() as client:
        made = client.vouchers.generate_vouchers(asset_id="event", count=count)
        codes = [voucher.code for voucher in made.vouchers]
        for code in codes:
            client.vouchers.redeem_voucher(code=code, viewer_id="v")
    return codes


def answer(server: Server, key: str | None = None) -> str:
    """What a list of vouchers is answered with, and a write."""
    said = []
    with server.client(key, attempts=1) as client:
        for call in (
            lambda: client.vouchers.list_vouchers(page_size=1),
            lambda: client.vouchers.generate_vouchers(asset_id="event", count=1),
        ):
            try:
                call()
                said.append("served")
            except usher.Refused as error:
                said.append(error.reason)
    return " / ".join(said)


def doctor(server: Server) -> str:
    """What the doctor says with the server stopped: the problems."""
    run = subprocess.run(
        [server.binary, "doctor", "--data", server.data], capture_output=True, text=True, check=False
    )
    return f"exit {run.returncode}: " + "; ".join(
        line.strip()[:120] for line in run.stdout.splitlines() if "problem" in line
    )


def refused_lines(server: Server) -> int:
    return sum("cannot be opened" in line or "given up" in line for line in server.log)


def swapped_files(server: Server) -> dict[str, Any]:
    other = server.make_demo(OTHER)
    server.stop()
    mine, theirs = path(server), path(server, OTHER)
    os.rename(mine, mine + ".x")
    os.rename(theirs, mine)
    os.rename(mine + ".x", theirs)
    said = doctor(server)
    server.start()
    return {"demo": answer(server), OTHER: answer(server, other), "log lines": refused_lines(server), "doctor": said}


def yesterdays_file(server: Server) -> dict[str, Any]:
    redeem(server, 5)
    server.stop()
    shutil.copy(path(server), path(server) + ".yesterday")
    server.start()
    redeem(server, 5)
    server.stop()
    os.rename(path(server) + ".yesterday", path(server))
    said = doctor(server)
    server.start()
    return {"demo": answer(server), "log lines": refused_lines(server), "doctor": said}


def damaged_wal(server: Server) -> dict[str, Any]:
    redeem(server, 20)
    time.sleep(2)
    server.kill()
    with open(path(server) + "-wal", "r+b") as file:
        file.seek(32 + 24 + 2_000)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 0xFF]))
    said = doctor(server)
    server.start()
    refused = answer(server)
    lines = refused_lines(server)
    server.stop()
    accepted = subprocess.run(
        [server.binary, "doctor", "--data", server.data, "--accept-loss", "demo"],
        capture_output=True,
        text=True,
        check=False,
    )
    server.start()
    return {
        "demo": refused,
        "log lines": lines,
        "doctor": said,
        "accepting it": accepted.returncode,
        "afterwards": answer(server),
    }


def missing_wal(server: Server) -> dict[str, Any]:
    redeem(server, 20)
    time.sleep(2)
    server.kill()
    os.unlink(path(server) + "-wal")
    said = doctor(server)
    server.start()
    return {"demo": answer(server), "log lines": refused_lines(server), "doctor": said}


def removed_lock(server: Server) -> dict[str, Any]:
    os.unlink(os.path.join(server.data, "LOCK"))
    second = Server(server.binary, (), server.files, server.data)
    try:
        second.start(timeout=20)
        return {"second server": "started"}
    except RuntimeError:
        return {"second server": "refused", "first": answer(server)}
    finally:
        second.close()


def removed_file(server: Server) -> dict[str, Any]:
    other = server.make_demo(OTHER)
    redeem(server, 5)
    os.unlink(path(server))
    return {"demo": answer(server), OTHER: answer(server, other), "log lines": refused_lines(server)}
