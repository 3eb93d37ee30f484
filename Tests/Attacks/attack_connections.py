"""All connections: one address, and then many, connect and stay silent; others still come in and are answered."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from harness import Lab, Server, request

KNOWN = 20
HEALTH = "grpc.health.v1.Health/Check"


def attack(lab: Lab) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with lab.server(files=4_096) as server:
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(server.client(attempts=1)) for _ in range(KNOWN)]
            for client in clients:
                client.catalog.get_asset(asset_id="event")
            for name, sources in (("one address", 1), ("250 addresses", 250)):
                with contextlib.ExitStack() as silent:
                    made = _silent(server, silent, 5_000, sources)
                    figures[f"{name}: connected"] = made
                    figures[f"{name}: open"] = server.descriptors
                    figures[f"{name}: newcomers answered of 20"] = _newcomers(server)
                    figures[f"{name}: known answered of {KNOWN}"] = _known(clients)
            with contextlib.ExitStack() as silent:
                _silent(server, silent, 200, 1)
                before = server.descriptors
                time.sleep(12)
                figures["open before and after 12 s of silence"] = [before, server.descriptors]
            figures["log lines"] = len(server.log)
            figures["alive"] = server.is_alive
    return figures


def _silent(server: Server, stack: contextlib.ExitStack, count: int, sources: int) -> int:
    made = 0
    for number in range(count):
        try:
            stack.enter_context(server.connect(timeout=1, source=f"127.0.2.{number % sources + 1}"))
            made += 1
        except OSError:
            break
    return made


def _newcomers(server: Server) -> int:
    answered = 0
    for number in range(20):
        with contextlib.suppress(OSError):
            with server.connect(source=f"127.0.3.{number + 1}", timeout=5) as connection:
                connection.sendall(request(1, HEALTH))
                answered += bool(connection.recv(1))
    return answered


def _known(clients: list[Any]) -> int:
    answered = 0
    for client in clients:
        with contextlib.suppress(Exception):
            client.catalog.get_asset(asset_id="event")
            answered += 1
    return answered
