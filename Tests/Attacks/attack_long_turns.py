"""Two organisations with long reads and writes beside quiet ones, and one that is opened beside busy writers."""

from __future__ import annotations

import time
from typing import Any

import harness
import usher

SECONDS = 10
NEIGHBOURS = 2
VOUCHERS = 100_000


def attack(lab: harness.Lab) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with lab.server() as server:
        quiet = server.make_demo("quiet")
        busy = [server.make_demo(f"busy-{number}") for number in range(NEIGHBOURS)]
        writers = [server.make_demo(f"writer-{number}") for number in range(6)]
        for key in busy:
            with server.client(key, timeout=30) as client:
                for _ in range(VOUCHERS // 10_000):
                    client.vouchers.generate_vouchers(asset_id="event", count=10_000, batch_id="large")

        def long_read(client: usher.Client, _: int) -> None:
            client.vouchers.get_voucher_batch(batch_id="large")
            client.access.batch_check_access(
                checks=[{"viewer_id": f"viewer-{number}", "asset_id": "event"} for number in range(1_000)]
            )

        def long_write(client: usher.Client, turn: int) -> None:
            if turn % 2:
                client.vouchers.expire_voucher_batch(batch_id="large")
            else:
                client.vouchers.generate_vouchers(asset_id="event", count=10_000)

        def check(client: usher.Client, turn: int) -> None:
            client.access.check_access(viewer_id=f"viewer-{turn % 100}", asset_id="event")

        def redeem(client: usher.Client, turn: int) -> None:
            client.vouchers.redeem_voucher(code="QUIET", viewer_id=f"viewer-{turn}")

        with server.client(quiet) as client:
            client.vouchers.create_voucher(voucher={"code": "QUIET"})
        for name, call in (("reads", long_read), ("writes", long_write)):
            good = check if name == "reads" else redeem
            neighbours = [harness.Callers(server, 4, call, key) for key in busy]
            with neighbours[0] as first, neighbours[1] as second, harness.Callers(server, 2, good, quiet) as callers:
                time.sleep(SECONDS)
            figures[f"quiet beside long {name}"] = callers.figures
            figures[f"long {name}"] = [first.figures, second.figures]
            figures[f"threads after long {name}"] = server.status("Threads")
        figures["opening beside busy writers ms"] = opening(server, writers, long_write)
    return figures


def opening(server: harness.Server, writers: list[str], write: Any) -> list[float]:
    """How long the first call of organisations takes that have just been made, and so are closed."""
    fresh = [server.make_demo(f"fresh-{number}") for number in range(3)]
    server.stop()
    server.start()
    callers = [harness.Callers(server, 4, write, key) for key in writers]
    for one in callers:
        one.__enter__()
    try:
        time.sleep(3)
        seconds = []
        for key in fresh:
            with server.client(key, timeout=30) as client:
                begin = time.monotonic()
                client.access.check_access(viewer_id="anna", asset_id="event")
                seconds.append(time.monotonic() - begin)
    finally:
        for one in callers:
            one.__exit__()
    return [round(1000 * second, 1) for second in seconds]
