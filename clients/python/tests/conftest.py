from __future__ import annotations

import asyncio
import threading
from typing import Any, Callable, Iterator

import pytest

import usher
from usher._calls import CallOptions, Method


class AsyncioInThread:
    """Drives `usher.aio.Client` from a test that is not asynchronous, so that one test covers both clients."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

        async def make() -> usher.aio.Client:
            return usher.aio.Client(*arguments, **options)

        self.client = self.run(make())
        self.vouchers = _Blocking(self, self.client.vouchers)
        self.access = _Blocking(self, self.client.access)
        self.catalog = _Blocking(self, self.client.catalog)
        self.session = _Blocking(self, self.client.session)

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def call(self, method: Method[Any, Any], request: Any, options: CallOptions | None = None) -> Any:
        return self.run(self.client.call(method, request, options))

    def with_options(self, **options: Any) -> AsyncioInThread:
        other = object.__new__(AsyncioInThread)
        other.loop, other.thread = self.loop, self.thread
        other.client = self.client.with_options(**options)
        other.vouchers = _Blocking(other, other.client.vouchers)
        other.access = _Blocking(other, other.client.access)
        other.catalog = _Blocking(other, other.client.catalog)
        other.session = _Blocking(other, other.client.session)
        return other

    def close(self) -> None:
        self.run(self.client.close())


class _Blocking:
    def __init__(self, driver: AsyncioInThread, stub: Any) -> None:
        self._driver, self._stub = driver, stub

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *arguments, **fields: self._driver.run(getattr(self._stub, name)(*arguments, **fields))


class Blocking:
    """A stream of either client, driven from a test that is not asynchronous."""

    def __init__(self, client: Any, start: Callable[[Any], Any]) -> None:
        self.loop = client if isinstance(client, AsyncioInThread) else None
        self.stream = start(client.client if self.loop else client)

    def run(self, work: Any) -> Any:
        return self.loop.run(work) if self.loop else work

    def next(self) -> Any:
        return self.run(self.stream.__anext__()) if self.loop else next(self.stream)

    def __iter__(self) -> Iterator[Any]:
        while True:
            try:
                yield self.next()
            except (StopIteration, StopAsyncIteration):
                return

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *arguments: self.run(getattr(self.stream, name)(*arguments))


@pytest.fixture(params=["threads", "asyncio"])
def make_client(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Makes clients of either kind and closes them after the test."""
    made: list[Any] = []

    def make(*arguments: Any, **options: Any) -> Any:
        client = (usher.Client if request.param == "threads" else AsyncioInThread)(*arguments, **options)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
        if isinstance(client, AsyncioInThread):
            client.loop.call_soon_threadsafe(client.loop.stop)
            client.thread.join()
            client.loop.close()
