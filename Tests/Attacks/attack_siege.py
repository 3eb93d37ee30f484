"""Everything at once for a minute (SIEGE_SECONDS): strangers and a bad neighbour beside good traffic, then kill -9."""

from __future__ import annotations

import os
import random
import socket
import struct
import threading
import time
from typing import Any, Callable

import usher

from harness import Callers, Lab, Server, frame, request, varint

SECONDS = float(os.environ.get("SIEGE_SECONDS", "60"))


def attack(lab: Lab) -> dict[str, Any]:
    with lab.server("--log-level", "warning") as server:
        neighbour = server.make_demo("neighbour")
        codes = make_vouchers(server, int(SECONDS) * 400)
        figures: dict[str, Any] = {"before MiB": server.rss_mib}
        acknowledged: list[str] = []

        def check(client: usher.Client, turn: int) -> None:
            client.access.check_access(viewer_id=f"v{turn % 1000}", asset_id="event")

        def redeem(client: usher.Client, turn: int) -> None:
            if turn <= len(codes):
                client.vouchers.redeem_voucher(code=codes[turn - 1], viewer_id=f"v{turn}")
                acknowledged.append(codes[turn - 1])
            else:
                time.sleep(0.05)

        with Callers(server, 4, check) as checks, Callers(server, 4, redeem) as redemptions:
            time.sleep(min(10, SECONDS / 4))
        figures["alone"] = {"check": checks.figures, "redeem": redemptions.figures}
        used = len(acknowledged)
        codes = codes[used + 8 :]
        stop = threading.Event()
        harms: list[Callable[[Server, str, threading.Event], None]] = [
            half_frames, unread_reflection, unread_metrics, idle_strangers, decode_bombs, wrong_keys, wrong_codes, many_lists,
        ]
        threads = [threading.Thread(target=guarded, args=(harm, server, neighbour, stop), daemon=True) for harm in harms]
        for thread in threads:
            thread.start()
        peak = 0.0
        with Callers(server, 4, check) as checks, Callers(server, 4, redeem) as redemptions:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end and server.is_alive:
                peak = max(peak, server.rss_mib)
                time.sleep(0.5)
        figures["under siege"] = {"check": checks.figures, "redeem": redemptions.figures}
        figures["peak MiB"] = peak
        figures["alive"] = server.is_alive
        stop.set()
        for thread in threads:
            thread.join(timeout=15)
        if server.is_alive:
            time.sleep(5)
            figures["5 s later MiB"] = server.rss_mib
        figures["lines of log"] = len(server.log)
        server.kill()
        server.start()
        figures["lost"] = lost(server, acknowledged)
        figures["acknowledged"] = len(acknowledged)
        return figures


def make_vouchers(server: Server, count: int) -> list[str]:
    codes: list[str] = []
    with server.client(timeout=60) as client:
        while len(codes) < count:
            made = client.vouchers.generate_vouchers(asset_id="event", count=min(10_000, count - len(codes)))
            codes += [voucher.code for voucher in made.vouchers]
    return codes


def lost(server: Server, acknowledged: list[str]) -> int:
    """How many acknowledged redemptions are not there."""
    used = set()
    with server.client(timeout=60) as client:
        token = ""
        while True:
            page = client.vouchers.list_vouchers(page_size=1_000, page_token=token)
            used.update(voucher.code for voucher in page.vouchers if voucher.used_count == 1)
            token = page.next_page_token
            if not token:
                return len(set(acknowledged) - used)


def guarded(harm: Callable[[Server, str, threading.Event], None], server: Server, key: str, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            harm(server, key, stop)
        except (OSError, usher.Error):
            pass
        stop.wait(0.2)


# Each harm goes on until it is stopped, and may be thrown off at any moment.


def half_frames(server: Server, key: str, stop: threading.Event) -> None:
    """Frames of 4 MiB of which the last byte never comes."""
    held = []
    for _ in range(40):
        connection = server.connect(source="127.0.0.11", timeout=2)
        connection.sendall(struct.pack(">IIBB", 4 << 20, 1, 1, 0))
        try:
            connection.sendall(b"\x1a\xff\xff\xff\x01" + bytes((4 << 20) - 6))
        except OSError:
            pass
        held.append(connection)
    stop.wait(20)
    for connection in held:
        connection.close()


def unread_reflection(server: Server, key: str, stop: threading.Event) -> None:
    """Reflection asked over and over by clients that do not read."""
    question = field_bytes(4, b"usher.vouchers.v1.VoucherService")
    held = []
    for _ in range(12):
        connection = server.connect(source="127.0.0.12", timeout=2)
        connection.sendall(request(1, "grpc.reflection.v1.ServerReflection/ServerReflectionInfo", flags=2))
        held.append(connection)
        try:
            for _ in range(1_000):
                connection.sendall(frame(1, 3, 0, question))
        except OSError:
            pass
    stop.wait(20)
    for connection in held:
        connection.close()


def field_bytes(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def unread_metrics(server: Server, key: str, stop: threading.Event) -> None:
    """Pipelined requests to the admin port whose answers nobody reads."""
    held = []
    for _ in range(20):
        connection = server.connect(port=server.admin_port, timeout=2)
        held.append(connection)
        try:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n" * 500)
        except OSError:
            pass
    stop.wait(20)
    for connection in held:
        connection.close()


def idle_strangers(server: Server, key: str, stop: threading.Event) -> None:
    """As many silent connections as one address is given."""
    held: list[socket.socket] = []
    try:
        while len(held) < 12_000 and not stop.is_set():
            held.append(server.connect(source="127.0.0.13", timeout=2))
    except OSError:
        pass
    stop.wait(5)
    for connection in held:
        connection.close()


def decode_bombs(server: Server, key: str, stop: threading.Event) -> None:
    """4 MiB of empty assets, with the neighbour's good key."""
    bomb = request(1, "usher.catalog.v1.CatalogService/BatchUpsertAssets", b"\x0a\x00" * ((4 << 20) // 2 - 200), key=key)
    with server.connect(source="127.0.0.14", timeout=10) as connection:
        while not stop.is_set():
            connection.sendall(bomb)
            connection.recv(1 << 16)
            stop.wait(0.1)


def wrong_keys(server: Server, key: str, stop: threading.Event) -> None:
    """Keys that do not exist, as fast as one connection can."""
    question = request(1, "usher.session.v1.SessionService/WhoAmI", key="ush_live_aaaaaaaa_bbbbbbbb_00000000")
    with server.connect(source="127.0.0.15", timeout=2) as connection:
        while not stop.is_set():
            connection.sendall(question)
            if not connection.recv(1 << 16):
                return


def wrong_codes(server: Server, key: str, stop: threading.Event) -> None:
    """Guessed codes from the address of the good callers, with the neighbour's good key."""
    with server.client(key, attempts=1) as client:
        while not stop.is_set():
            try:
                client.vouchers.lookup_voucher(code=f"{random.randrange(10**9):09}")
            except usher.Refused:
                pass


def many_lists(server: Server, key: str, stop: threading.Event) -> None:
    """Whole pages, sixteen at a time, with the neighbour's good key."""
    page = b"".join(
        request(2 * n + 1, "usher.vouchers.v1.VoucherService/ListVouchers", b"\x30" + varint(1000), key=key) for n in range(16)
    )
    with server.connect(source="127.0.0.16", timeout=10) as connection:
        while not stop.is_set():
            connection.sendall(page)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                if not connection.recv(1 << 20):
                    return
