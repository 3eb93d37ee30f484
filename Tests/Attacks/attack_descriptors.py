"""All descriptors: many organisations open, idle connections until no more come, and streams of reflection; the process lives."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any

from harness import Lab, Server, request

import usher

REFLECTION = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
FILES = 1_024
ORGANISATIONS = 120


def attack(lab: Lab) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with lab.server("--connections-per-address", "off", files=FILES) as server:
        budget = next((line.strip() for line in server.log if "descriptors" in line), "none told")
        with server.client() as good, server.operator() as operator:
            good.catalog.get_asset(asset_id="event")
            # The process may not have what its budget says: a library that leaks, or a limit lowered beneath it.
            names = [f"org{number}" for number in range(ORGANISATIONS)]
            for name in names:
                operator.organisations.create_organisation(organisation={"organisation_id": name, "name": name})
            with contextlib.ExitStack() as stack:
                idle = _connect_idle(server, stack, FILES + 200)
                figures |= {"idle connections": idle, "descriptors": server.descriptors, "budget": budget[-120:]}
                figures |= _under_pressure(server, good, operator, names)
            figures["alive"] = server.is_alive
        figures["exit code"] = server.stop() if server.is_alive else server.exit_code
        figures["log lines"] = len(server.log)
    return figures


def _connect_idle(server: Server, stack: contextlib.ExitStack, count: int) -> int:
    made = 0
    for number in range(count):
        try:
            connection = server.connect(timeout=2, source=f"127.0.1.{number % 200 + 1}")
        except OSError:
            break
        stack.enter_context(connection)
        # Half of them say what they speak, some open streams of reflection.
        with contextlib.suppress(OSError):
            if number % 2:
                connection.sendall(b"\0")
            elif number % 10 == 0:
                connection.sendall(request(1, REFLECTION, flags=2))
        made += 1
    return made


def _under_pressure(server: Server, good: usher.Client, operator: usher.Client, names: list[str]) -> dict[str, Any]:
    answered, refused, health, longest = 0, {}, 0, 0.0
    before, begin = server.cpu_seconds, time.monotonic()
    for turn in range(200):
        if not server.is_alive:
            break
        start = time.monotonic()
        try:
            if turn % 4 == 0:
                operator.with_options(organisation=names[turn % len(names)]).catalog.list_assets()
            elif turn % 25 == 0:
                name = f"late{turn}"
                operator.organisations.create_organisation(organisation={"organisation_id": name, "name": name})
            else:
                good.catalog.get_asset(asset_id="event")
            answered += 1
        except usher.Refused as error:
            refused[error.reason] = refused.get(error.reason, 0) + 1
        except usher.Error as error:
            refused[type(error).__name__] = refused.get(type(error).__name__, 0) + 1
        longest = max(longest, time.monotonic() - start)
        if turn % 20 == 0:
            with contextlib.suppress(OSError, socket.timeout):
                health += server.page("/healthz")[0] == 200
        time.sleep(0.02)
    took = time.monotonic() - begin
    return {
        "good calls answered of 200": answered,
        "refused": refused,
        "healthz answered of 10": health,
        "longest s": round(longest, 2),
        "cores used": round((server.cpu_seconds - before) / took, 2) if server.is_alive else None,
    }
