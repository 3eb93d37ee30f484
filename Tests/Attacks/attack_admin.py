"""Twenty connections to the admin port with pipelined requests for /metrics whose answers nobody reads."""

from __future__ import annotations

import time
from typing import Any

from harness import Lab

CONNECTIONS = 20
REQUESTS = 2_000


def attack(lab: Lab) -> dict[str, Any]:
    with lab.server("--log-level", "warning") as server:
        page = len(server.page("/metrics")[1])
        figures: dict[str, Any] = {"before MiB": server.rss_mib, "page KiB": page >> 10}
        held, peak, slowest = [], 0.0, 0.0
        for _ in range(CONNECTIONS):
            connection = server.connect(port=server.admin_port, timeout=2)
            held.append(connection)
            connection.setblocking(False)
            try:
                connection.send(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n" * REQUESTS)
            except OSError:
                pass
        for _ in range(30):
            peak = max(peak, server.rss_mib)
            begin = time.monotonic()
            server.page("/healthz")
            slowest = max(slowest, time.monotonic() - begin)
            time.sleep(0.4)
        figures |= {"peak MiB": peak, "slowest /healthz ms": round(1000 * slowest, 1)}
        figures["still open"] = server.descriptors
        # Whoever reads gets all answers, in order.
        reader = server.connect(port=server.admin_port)
        reader.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n" * 99 + b"GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n")
        answer = b""
        while piece := reader.recv(1 << 16):
            answer += piece
        figures["answers to 100 pipelined"] = answer.count(b"ok\n")
        for connection in held:
            connection.close()
        time.sleep(11)
        figures["in the end MiB"] = server.rss_mib
        return figures
