"""Wrong keys: one address shows as many as it can for a few seconds; good calls of the same address are answered."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

from harness import Callers, Lab, Server, read_exactly, request

SECONDS = 5
WHO_AM_I = "usher.session.v1.SessionService/WhoAmI"


def attack(lab: Lab) -> dict[str, Any]:
    with lab.server() as server:
        lines = len(server.log)
        shown = [0] * 4
        connections = [0] * 4
        end = time.monotonic() + SECONDS
        with Callers(server, 2, lambda client, _: client.catalog.get_asset(asset_id="event")) as good:
            threads = [
                threading.Thread(target=_show, args=(server, end, shown, connections, number)) for number in range(4)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return {
            "keys a second": round(sum(shown) / SECONDS),
            "connections": sum(connections),
            "log lines": len(server.log) - lines,
            "counted": server.metric("usher_failed_authentications_total"),
            "refused with a time to come back": server.metric("usher_refused_authentications_total"),
            "connections closed": server.metric("usher_connections_closed_for_bad_keys_total"),
            "good": good.figures,
            "cores used": round(server.cpu_seconds / SECONDS, 2),
        }


def _show(server: Server, end: float, shown: list[int], connections: list[int], number: int) -> None:
    burst = 50
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            with server.connect(timeout=5) as connection:
                connections[number] += 1
                stream = 1
                while time.monotonic() < end:
                    calls = b""
                    for _ in range(burst):
                        calls += request(stream, WHO_AM_I, key=f"ush_live_wrong{stream}")
                        stream += 2
                    connection.sendall(calls)
                    for _ in range(burst):
                        length = int.from_bytes(read_exactly(connection, 10)[:4], "big")
                        read_exactly(connection, length)
                        shown[number] += 1
