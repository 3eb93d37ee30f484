"""The asyncio client; the same calls and rules as the synchronous one."""

from __future__ import annotations

import asyncio
import socket
import weakref
from typing import Any, Awaitable, TypeVar

from usher import _frames, _limits
from usher._aio_streams import AsyncStream
from usher._calls import Call, CallOptions, Defaults, Method, RequestT, ResponseT, parse_address
from usher._connection import SignsOfLife
from usher._generated.services import AsyncServices
from usher._tls import TLS, Encryption
from usher.errors import ClientClosed, ConnectionFailed, ConnectionLost, Error, TransportError

__all__ = ["Client"]

T = TypeVar("T")


class Client(AsyncServices):
    """A client of one server: `await client.vouchers.redeem_voucher(code="…", viewer_id="…")`.

    Belongs to one event loop. Its calls travel together over one connection, which is made by the first call and made
    again when it is lost. The arguments are those of `usher.Client`. A call that is cancelled may have been executed.
    """

    def __init__(
        self,
        address: str,
        key: str | None = None,
        *,
        organisation: str | None = None,
        tls: TLS | None = None,
        timeout: float | None = _limits.TIMEOUT_SECONDS,
        attempts: int = _limits.ATTEMPTS,
    ) -> None:
        if attempts < 1:
            raise ValueError("attempts must be at least 1")
        self._channel = _Channel(address, tls)
        self._defaults = Defaults(key, organisation, timeout, attempts)
        super().__init__(self)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        organisation: str | None = None,
        viewer_address: str | None = None,
    ) -> Client:
        """The same client and connection with other defaults; what is None stays as it is."""
        other = object.__new__(type(self))
        other._channel = self._channel
        other._defaults = self._defaults.changed(timeout, organisation, viewer_address)
        AsyncServices.__init__(other, other)
        return other

    async def call(
        self, method: Method[RequestT, ResponseT], request: RequestT, options: CallOptions | None = None
    ) -> ResponseT:
        """Makes one call; what the stubs do.

        Raises:
            Refused: the server said no.
            TransportError: there was no verdict.
        """
        call = Call(method, request, options, self._defaults)
        while True:
            try:
                connection = await self._channel.connection(call)
                return call.result(await connection.exchange(call))
            except Error as error:
                pause = call.pause_after(error)
            await asyncio.sleep(pause)

    def stream(
        self, method: Method[RequestT, ResponseT], request: RequestT | None, options: CallOptions | None = None
    ) -> AsyncStream[RequestT, ResponseT]:
        """A call with many messages, on a connection of its own; what the stubs of such methods do.

        It has no deadline unless the options give one.
        """
        return self._channel.stream(Call(method, request, options, self._defaults))

    async def close(self) -> None:
        """Ends the connection, for clients made by `with_options` too; calls that wait get ClientClosed."""
        await self._channel.close()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        # Without the key.
        return f"{type(self).__module__}.{type(self).__name__}({self._channel.address!r})"


class _Connection(asyncio.Protocol):
    """One connection. Whoever is in `_waiting` gets exactly one frame or error."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._frames = _frames.FrameReader()
        self._waiting: dict[int, asyncio.Future[_frames.Frame]] = {}
        self._next_id = 1
        self._ended = False
        self._going_away = False
        self._heard = False
        self._life = SignsOfLife()
        self._alarm: asyncio.TimerHandle | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    @property
    def usable(self) -> bool:
        """Whether it still takes calls."""
        return not self._ended and not self._going_away and self._next_id <= _limits.STREAM_ID_MAX

    async def exchange(self, call: Call[Any, Any]) -> _frames.Frame:
        """Sends the request and waits for the frame that answers it."""
        if not self._writable.is_set():
            await _within(call, self._writable.wait(), sent=False)
        if not self.usable or self._transport is None:
            raise ConnectionLost("the connection ended", may_have_executed=False)
        stream_id = self._next_id
        first = stream_id == 1
        frame = call.frame(stream_id, first=first)
        if first:
            frame += _frames.ping()
            self._keep_alive()
        self._next_id += 2
        answer: asyncio.Future[_frames.Frame] = asyncio.get_running_loop().create_future()
        self._waiting[stream_id] = answer
        self._transport.write(frame)
        try:
            return await _within(call, answer, sent=True)
        finally:
            # Nobody will take the answer.
            if self._waiting.pop(stream_id, None) is not None and not self._ended:
                self._transport.write(_frames.cancel(stream_id))

    def _keep_alive(self) -> None:
        self._heard = False
        self._alarm = asyncio.get_running_loop().call_later(_limits.KEEPALIVE_SECONDS, self._listen)

    def _listen(self) -> None:
        try:
            if not self._heard and self._life.silent(bool(self._waiting)) and self._transport is not None:
                self._transport.write(_frames.ping())
        except ConnectionLost as error:
            return self.end(ConnectionLost, str(error))
        self._keep_alive()

    def end(self, error: type[TransportError], message: str) -> None:
        """Ends the connection; calls that wait get `error`."""
        if self._ended:
            return
        self._ended = True
        self._writable.set()
        if self._alarm is not None:
            self._alarm.cancel()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(error(message, may_have_executed=True))
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        self._heard = True
        self._life.received()
        try:
            for frame in self._frames.feed(data):
                if frame.stream_id == 0 and frame.type == _frames.PONG:
                    self._life.ponged()
                elif frame.stream_id == 0 and frame.type == _frames.GO_AWAY:
                    self._going_away = True
                # Types that are not known are ignored, as ttrpc asks for.
                known = frame.type in (_frames.RESPONSE, _frames.DATA)
                answer = self._waiting.pop(frame.stream_id, None) if known else None
                if answer is not None and not answer.done():
                    answer.set_result(frame)
        except Error as error:
            self.end(ConnectionLost, f"the connection ended: {error}")

    def connection_lost(self, error: Exception | None) -> None:
        self.end(ConnectionLost, f"the connection ended: {error or 'closed by the server'}")

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()


class _Channel:
    """The connection to one server, made when it is needed and made again when it is lost."""

    def __init__(self, address: str, tls: TLS | None) -> None:
        self.address = address
        self._host, self._port = parse_address(address)
        self._encryption = Encryption(tls, self._host) if tls is not None else None
        # Made in the event loop: before Python 3.10 a lock is bound to a loop when it is made.
        self._lock: asyncio.Lock | None = None
        self._connection: _Connection | None = None
        self._closed = False
        self._streams: weakref.WeakSet[AsyncStream[Any, Any]] = weakref.WeakSet()

    def stream(self, call: Call[RequestT, ResponseT]) -> AsyncStream[RequestT, ResponseT]:
        if self._closed:
            raise ClientClosed("the client was closed", may_have_executed=False)
        stream = AsyncStream(self._host, self._port, self._encryption, call)
        self._streams.add(stream)
        return stream

    async def connection(self, call: Call[Any, Any]) -> _Connection:
        if self._connection is not None and self._connection.usable:
            return self._connection
        self._lock = self._lock or asyncio.Lock()
        return await _within(call, self._connect(self._lock), sent=False)

    async def _connect(self, lock: asyncio.Lock) -> _Connection:
        async with lock:
            if self._closed:
                raise ClientClosed("the client was closed", may_have_executed=False)
            if self._connection is None or not self._connection.usable:
                loop = asyncio.get_running_loop()
                encryption = self._encryption
                try:
                    _, connection = await asyncio.wait_for(
                        loop.create_connection(
                            _Connection,
                            self._host,
                            self._port,
                            ssl=encryption.context if encryption else None,
                            server_hostname=encryption.server_name if encryption else None,
                        ),
                        _limits.CONNECT_SECONDS_MAX,
                    )
                except (OSError, asyncio.TimeoutError) as error:
                    message = f"{self.address}: {error or 'no answer'}"
                    raise ConnectionFailed(message, may_have_executed=False) from error
                self._connection = connection
                if self._closed:
                    connection.end(ClientClosed, "the client was closed")
                    raise ClientClosed("the client was closed", may_have_executed=False)
            return self._connection

    async def close(self) -> None:
        self._closed = True
        for stream in list(self._streams):
            await stream.close()
        if self._connection is not None:
            self._connection.end(ClientClosed, "the client was closed")
            # The transport closes its socket in the loop's next turn.
            await asyncio.sleep(0)


async def _within(call: Call[Any, Any], work: Awaitable[T], sent: bool) -> T:
    """Waits for `work` as long as the call's deadline allows."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=call.remaining())
    finally:
        # On the deadline and on cancellation alike; does nothing to what is done.
        task.cancel()
    if not done:
        raise call.expired(sent)
    return task.result()
