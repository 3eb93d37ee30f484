"""Strangers hold back the last byte of 4 MiB frames and messages: on ttrpc, and on gRPC reflection streams."""

from __future__ import annotations

import socket
import struct
import time
from typing import Any

import http2
from harness import Callers, Lab, Server

CONNECTIONS = 48
LARGE = 4 << 20


def attack(lab: Lab) -> dict[str, Any]:
    with lab.server("--log-level", "warning") as server:
        figures: dict[str, Any] = {"before MiB": server.rss_mib}
        with Callers(server, 2, lambda client, turn: client.access.check_access(viewer_id="v", asset_id="event")) as good:
            held = [ttrpc(server) for _ in range(CONNECTIONS)]
            time.sleep(2)
            figures["ttrpc held MiB"], figures["ttrpc counted"] = server.rss_mib, counted(server)
            held += [grpc(server) for _ in range(CONNECTIONS)]
            time.sleep(2)
            figures["grpc too MiB"], figures["grpc counted"] = server.rss_mib, counted(server)
            # A stranger that becomes none is served all the while.
            begin = time.monotonic()
            with server.client() as client:
                client.session.who_am_i()
            figures["new client ms"] = round(1000 * (time.monotonic() - begin), 1)
            time.sleep(10)
        figures["good"] = good.figures
        figures["after 12 s open"] = sum(is_open(connection) for connection in held[:CONNECTIONS])
        figures["after 12 s MiB"], figures["after 12 s counted"] = server.rss_mib, counted(server)
        for connection in held:
            connection.close()
        time.sleep(12)
        figures["in the end MiB"], figures["in the end counted"] = server.rss_mib, counted(server)
        return figures


def counted(server: Server) -> float | None:
    return server.metric("usher_stranger_held_bytes")


def ttrpc(server: Server) -> socket.socket:
    connection = server.connect(timeout=2)
    send(connection, struct.pack(">IIBB", LARGE, 1, 1, 0) + b"\x1a\xfa\xff\xff\x01" + bytes(LARGE - 6))
    return connection


def grpc(server: Server) -> socket.socket:
    """Eight reflection streams with as much of a message as a stream's window lets in."""
    connection = server.connect(timeout=2)
    data = http2.opening()
    for stream in range(1, 17, 2):
        data += http2.call(stream, "grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
        data += http2.message(stream, bytes(60_000), announced=LARGE if stream % 4 == 1 else 60_001)
    send(connection, data)
    return connection


def send(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except OSError:
        pass


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while True:
            if not connection.recv(1 << 16):
                return False
    except BlockingIOError:
        return True
    except OSError:
        return False
