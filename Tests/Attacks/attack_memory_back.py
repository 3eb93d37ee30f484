"""A peak of large calls, and how much of its memory is given back when it is over."""

from __future__ import annotations

import threading
import time
from typing import Any

from harness import Lab, Server, field, read_frame, request, until

CLIENTS = 16


def attack(lab: Lab) -> dict[str, Any]:
    with lab.server("--log-level", "warning") as server:
        figures: dict[str, Any] = {"before MiB": server.rss_mib}
        assets = b"".join(
            field(1, field(1, f"asset-{n}".encode()) + b"\x10\x01" + field(3, b"x" * 3_000)) for n in range(1_000)
        )
        threads = [threading.Thread(target=burst, args=(server, assets), daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        peak = server.peak_mib
        figures["peak MiB"], figures["at its end MiB"] = peak, server.rss_mib
        until(lambda: server.rss_mib < peak / 2, 25)
        figures["25 s later MiB"] = server.rss_mib
        figures["trims"] = server.metric("usher_memory_trims")
        figures["gauge MiB"] = round((server.metric("process_resident_memory_bytes") or 0) / (1 << 20), 1)
        figures["descriptors"] = [server.metric("process_open_fds"), server.metric("process_max_fds")]
        return figures


def burst(server: Server, payload: bytes) -> None:
    """Six calls with all assets, one behind the other."""
    with server.connect(timeout=60) as connection:
        for stream in range(1, 13, 2):
            connection.sendall(
                request(stream, "usher.catalog.v1.CatalogService/BatchUpsertAssets", payload, key=server.key)
            )
        for _ in range(6):
            read_frame(connection)
