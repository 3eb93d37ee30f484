"""Strangers ask reflection over and over and read nothing, on ttrpc and gRPC."""

from __future__ import annotations

import socket
import time
from typing import Any

import http2
from harness import Callers, Lab, Server, field, frame, request

CONNECTIONS = 30
STREAMS = 100
METHOD = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
QUESTION = field(4, b"usher.vouchers.v1.VoucherService")


def attack(lab: Lab) -> dict[str, Any]:
    with lab.server("--log-level", "warning") as server:
        figures: dict[str, Any] = {"before MiB": server.rss_mib}
        peak, most, sent = 0.0, 0.0, 0
        with Callers(server, 2, lambda client, turn: client.access.check_access(viewer_id="v", asset_id="event")) as good:
            held = []
            for number in range(CONNECTIONS):
                connection = server.connect(timeout=2)
                data = ttrpc() if number % 2 else grpc()
                sent += len(data)
                try:
                    connection.sendall(data)
                except OSError:
                    pass
                held.append(connection)
            for _ in range(75):
                peak, most = max(peak, server.rss_mib), max(most, server.metric("usher_stranger_held_bytes") or 0)
                time.sleep(0.2)
        figures |= {"sent KiB": sent >> 10, "peak MiB": peak, "most counted": most, "good": good.figures}
        figures["streams after 15 s"] = server.metric("usher_streams_open")
        for connection in held:
            connection.close()
        time.sleep(12)
        figures["in the end MiB"] = server.rss_mib
        figures["in the end counted"] = server.metric("usher_stranger_held_bytes")
        return figures


def ttrpc() -> bytes:
    data = b""
    for stream in range(1, 2 * STREAMS, 2):
        data += request(stream, METHOD, flags=2) + 5 * frame(stream, 3, 0, QUESTION)
    return data


def grpc() -> bytes:
    data = http2.opening(window=0)
    for stream in range(1, 2 * STREAMS, 2):
        data += http2.call(stream, METHOD) + 5 * http2.message(stream, QUESTION)
    return data
