"""One organisation's key makes keys without end, beside another's subscriptions; then the server is started again."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
import uuid
from typing import Any

import harness
import usher

SECONDS = 15
FLOODERS = 24


def attack(lab: harness.Lab) -> dict[str, Any]:
    with lab.server() as server:
        quiet = server.make_demo("quiet")
        with server.client(quiet) as client:
            client.catalog.create_package(package={"package_id": "all", "package_code": "all", "title": "All"})

        def flood(client: usher.Client, _: int) -> None:
            client.organisations.create_api_key(api_key={"name": "flood", "scopes": ["access:check"]})

        def subscribe(client: usher.Client, turn: int) -> None:
            client.subscriptions.create_subscription(
                viewer_id=f"viewer-{uuid.uuid4().hex[:12]}", package_id="all", type="SUBSCRIPTION_TYPE_RECURRING",
                period={"unit": "CALENDAR_UNIT_MONTH", "length": 1}, activate=True,
            )

        before = server.rss_mib
        with harness.Callers(server, FLOODERS, flood) as flooders, harness.Callers(server, 4, subscribe, quiet) as good:
            time.sleep(SECONDS)
        figures: dict[str, Any] = {
            "keys made": flooders.figures["calls"],
            "refusals of the flooder": flooders.figures["refused"],
            "subscriptions": good.figures,
            "RSS MiB before": before,
            "RSS MiB after": server.rss_mib,
        }
        server.stop()
        server.start()
        figures["next start s"] = round(server.started_in, 2)
        server.stop()
        fill(server)
        server.start()
        figures["start with 100,000 keys more s"] = round(server.started_in, 2)
        figures["RSS MiB with them"] = server.rss_mib
        return figures


def fill(server: harness.Server) -> None:
    """Puts 100,000 keys into the platform's database of a server that does not run."""
    scopes = "access:check access:read catalog:read catalog:write vouchers:read vouchers:redeem vouchers:write"
    now = int(time.time() * 1_000_000)
    with contextlib.closing(sqlite3.connect(os.path.join(server.data, "platform.sqlite"))) as database, database:
        database.executemany(
            """
            INSERT INTO api_keys (id, organisation_id, name, scopes, is_test, hash, create_time)
            VALUES (?, 'quiet', ?, ?, 0, ?, ?)
            """,
            ((number, f"key {number}", scopes, os.urandom(32), now) for number in range(1, 100_001)),
        )
