"""Lists that are asked for without end, beside redeemers: how long a redemption waits, and how large the WAL becomes."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import usher

from harness import DEMO, Callers, Lab, Server

SECONDS = float(os.environ.get("CHECKPOINT_SECONDS", "30"))
OUTSTANDING_LISTS = 2
REDEEMERS = 16


def attack(lab: Lab) -> dict[str, Any]:
    with lab.server("--log-level", "warning") as server:
        codes: list[str] = []
        with server.client(timeout=60) as client:
            while len(codes) < int(SECONDS) * 2_000:
                made = client.vouchers.generate_vouchers(asset_id="event", count=10_000)
                codes += [voucher.code for voucher in made.vouchers]
        seen: dict[str, float] = {"largest WAL MiB": 0.0}
        stop = threading.Event()
        watcher = threading.Thread(target=watch, args=(server, stop, seen), daemon=True)
        watcher.start()

        def redeem(client: usher.Client, turn: int) -> None:
            if turn <= len(codes):
                client.vouchers.redeem_voucher(code=codes[turn - 1], viewer_id=f"v{turn}")
            else:
                time.sleep(0.05)

        def page(client: usher.Client, turn: int) -> None:
            client.vouchers.list_vouchers(page_size=1_000)

        with Callers(server, OUTSTANDING_LISTS, page) as lists, Callers(server, REDEEMERS, redeem) as redemptions:
            stalls = count_stalls(redemptions, SECONDS)
        stop.set()
        watcher.join(timeout=5)
        return {
            "redeem": redemptions.figures,
            "lists": lists.figures,
            "tenths of a second without a redemption": stalls,
            "of tenths": int(SECONDS * 10),
            **seen,
            "checkpoints": server.metric("usher_storage_checkpoints_total"),
        }


def count_stalls(redemptions: Callers, seconds: float) -> int:
    stalls, before = 0, 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.1)
        done = len(redemptions.seconds)
        stalls += done == before
        before = done
    return stalls


def watch(server: Server, stop: threading.Event, seen: dict[str, float]) -> None:
    path = os.path.join(server.data, "organisations", DEMO, "usher.sqlite-wal")
    while not stop.wait(0.05):
        try:
            size = os.stat(path).st_size / (1 << 20)
        except OSError:
            continue
        seen["largest WAL MiB"] = max(seen["largest WAL MiB"], round(size, 1))
