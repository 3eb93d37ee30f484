"""CheckAccess beside 64 and 800 outstanding lists of its own organisation."""

from __future__ import annotations

import threading
import time
from typing import Any

import harness
import usher

SECONDS = 10
VOUCHERS = 20_000


def attack(lab: harness.Lab) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with lab.server() as server:
        with server.client(timeout=30) as client:
            for number in range(VOUCHERS // 10_000):
                client.vouchers.generate_vouchers(asset_id="event", count=10_000, batch_id=f"batch-{number}")
        for outstanding in (0, 64, 800):
            with Lists(server, outstanding) as lists, harness.Callers(server, 4, check) as good:
                time.sleep(SECONDS)
            figures[f"checks beside {outstanding} lists"] = good.figures
            figures[f"lists of {outstanding} done"] = lists.done
    return figures


def check(client: usher.Client, turn: int) -> None:
    client.access.check_access(viewer_id=f"viewer-{turn % 100}", asset_id="event")


class Lists:
    """So many ListVouchers of 1,000 outstanding all the time, on connections of up to 100 calls."""

    PER_CONNECTION = 100

    def __init__(self, server: harness.Server, count: int) -> None:
        self._server, self._stop, self.done = server, threading.Event(), 0
        self._sizes = [min(self.PER_CONNECTION, count - first) for first in range(0, count, self.PER_CONNECTION)]
        self._threads: list[threading.Thread] = []

    def _work(self, size: int) -> None:
        payload = harness.varint(6 << 3) + harness.varint(1_000)
        stream = 1

        def call() -> bytes:
            return harness.request(
                stream, "usher.vouchers.v1.VoucherService/ListVouchers", payload, key=self._server.key
            )

        with self._server.connect(timeout=60) as connection:
            for _ in range(size):
                connection.sendall(call())
                stream += 2
            while not self._stop.is_set():
                harness.read_frame(connection)
                self.done += 1
                connection.sendall(call())
                stream += 2

    def __enter__(self) -> Lists:
        self._threads = [threading.Thread(target=self._work, args=(size,), daemon=True) for size in self._sizes]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)
