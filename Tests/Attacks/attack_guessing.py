"""Voucher codes guessed twice a second and a thousand times, beside people at the same address with good codes.

Figures, for each speed: how many guesses a second got an answer, and which share of the good codes was refused in the
same organisation, in another one, and behind a portal that says for whom it asks, all from one address.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import usher
from harness import Lab, Server

SECONDS = 20


def attack(lab: Lab) -> dict[str, Any]:
    return {f"{rate} guesses/s": _round(lab, rate) for rate in (2, 200)}


def _round(lab: Lab, rate: int) -> dict[str, Any]:
    with lab.server() as server:
        other = server.make_demo("other")
        for key in (server.key, other):
            with server.client(key) as client:
                client.vouchers.create_voucher(voucher={"code": "good"})
        portal = _portal(server)
        # The allowance is spent before anything is measured.
        guesses = _Looks(server, server.key, "missing", rate)
        with guesses:
            time.sleep(1)
            burst = _Looks(server, server.key, "missing", 2_000)
            with burst:
                time.sleep(1)
            begin = time.monotonic()
            answered = guesses.answered + burst.answered
            goods = {
                "same organisation": _Looks(server, server.key, "good", 10),
                "same organisation, come back once": _Looks(server, server.key, "good", 10, comes_back=True),
                "other organisation": _Looks(server, other, "good", 10),
            }
            if portal:
                goods["behind a portal"] = _Looks(server, portal, "good", 10, viewer="192.0.2.7")
            for good in goods.values():
                good.__enter__()
            time.sleep(SECONDS)
            for good in goods.values():
                good.__exit__()
            looked = guesses.answered + burst.answered - answered
            return {
                "guesses answered/s": round(looked / (time.monotonic() - begin), 2),
                "good codes refused": {name: good.share_refused for name, good in goods.items()},
            }


def _portal(server: Server) -> str:
    """A key that speaks for viewers; empty where the server knows no such scope."""
    with server.operator() as operator:
        try:
            created = operator.with_options(organisation="demo").organisations.create_api_key(
                api_key={"name": "portal", "scopes": ["vouchers:read", "vouchers:proxy"]}
            )
        except usher.Refused:
            return ""
    return created.secret


class _Looks:
    """Looks a code up so often a second, in a thread. `answered` counts the answers that say whether it exists."""

    def __init__(
        self, server: Server, key: str, code: str, rate: int, viewer: str | None = None, comes_back: bool = False
    ) -> None:
        self._server, self._key, self._code, self._rate, self._viewer = server, key, code, rate, viewer
        self._comes_back = comes_back
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.answered = self.refused = 0

    def _work(self) -> None:
        options = usher.CallOptions(viewer_address=self._viewer)
        with self._server.client(self._key, attempts=1) as client:
            while not self._stop.is_set():
                wait = self._look(client, options)
                if wait is not None and self._comes_back:
                    self._stop.wait(wait)
                    wait = self._look(client, options)
                if wait is None:
                    self.answered += 1
                else:
                    self.refused += 1
                self._stop.wait(1 / self._rate)

    def _look(self, client: usher.Client, options: usher.CallOptions) -> float | None:
        """None for an answer, or how long to stay away."""
        try:
            client.vouchers.lookup_voucher(code=self._code, options=options)
        except usher.Refused as error:
            if error.reason == "TOO_MANY_FAILED_LOOKUPS":
                return error.retry_after or 0
        return None

    @property
    def share_refused(self) -> float:
        return round(self.refused / max(1, self.refused + self.answered), 3)

    def __enter__(self) -> _Looks:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)
