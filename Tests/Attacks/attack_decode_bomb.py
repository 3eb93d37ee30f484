"""Requests of 4 MiB whose repeated fields hold two million empty messages, from eight organisations at once.

Figures: the server's peak of memory, what the bombs were answered and how fast, and how long a quiet organisation and
a quiet caller of a bombed one waited.
"""

from __future__ import annotations

import collections
import threading
import time
from typing import Any

from harness import Callers, Lab, Server, read_frame, request

SECONDS = 20
ORGANISATIONS = 8
# 4 MiB less the envelope.
PAYLOAD = b"\x0a\x00" * (2_097_152 - 1_024)
METHODS = [
    "usher.catalog.v1.CatalogService/BatchUpsertAssets",
    "usher.catalog.v1.CatalogService/BatchUpsertViewers",
    "usher.access.v1.AccessService/BatchCheckAccess",
    "usher.admission.v1.AdmissionService/PrintTickets",
]


def attack(lab: Lab) -> dict[str, Any]:
    with lab.server() as server:
        keys = [server.make_demo(f"bombed-{number}") for number in range(ORGANISATIONS)]
        quiet = server.make_demo("quiet")
        before = server.rss_mib
        stop = threading.Event()
        answers: collections.Counter[str] = collections.Counter()
        longest = [0.0] * ORGANISATIONS
        bombers = [
            threading.Thread(target=_bomb, args=(server, key, number, stop, answers, longest))
            for number, key in enumerate(keys)
        ]
        with Callers(server, 2, _write, quiet) as writers, Callers(server, 2, _write, keys[0]) as inside:
            for bomber in bombers:
                bomber.start()
            stop.wait(SECONDS)
            stop.set()
            for bomber in bombers:
                bomber.join(60)
        return {
            "RSS before MiB": before,
            "peak MiB": server.peak_mib,
            "RSS after MiB": server.rss_mib,
            "bombs": dict(answers),
            "longest bomb ms": round(1000 * max(longest)),
            "quiet organisation": writers.figures,
            "quiet caller of a bombed one": inside.figures,
            "alive": server.is_alive,
        }


def _write(client: Any, turn: int) -> None:
    client.catalog.batch_upsert_viewers(viewers=[{"viewer_id": f"viewer-{turn % 100}"}])
    time.sleep(0.02)


def _bomb(
    server: Server, key: str, number: int, stop: threading.Event, answers: collections.Counter[str], longest: list[float]
) -> None:
    with server.connect(timeout=60) as connection:
        stream = 1
        while not stop.is_set():
            begin = time.monotonic()
            connection.sendall(request(stream, METHODS[(number + stream // 2) % len(METHODS)], PAYLOAD, key=key))
            body = read_frame(connection)[3]
            longest[number] = max(longest[number], time.monotonic() - begin)
            known = [b"FIELD_INVALID", b"DEADLINE_EXCEEDED", b"ORGANISATION_OVERLOADED", b"REQUEST_MALFORMED"]
            answers[next((reason.decode() for reason in known if reason in body), "other")] += 1
            stream += 2
