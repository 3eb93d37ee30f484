"""Streaming calls of the asyncio client; the same rules as in `_streams.py`."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from types import TracebackType
from typing import Generic

from usher import _frames, _limits
from usher._calls import Call, RequestT, ResponseT, Streaming
from usher._connection import SignsOfLife
from usher._streams import STREAM_ID
from usher._tls import Encryption
from usher.errors import ClientClosed, ConnectionFailed, ConnectionLost, MessageTooLarge, ProtocolError


class AsyncStream(Generic[RequestT, ResponseT]):
    """A call with many messages: `async for response in stream`, `await stream.send(request)`.

    The connection is made by the first of them. It ends with the last response, with `close`, or at the end of an
    `async with` block. Raises what other calls raise.
    """

    def __init__(
        self, host: str, port: int, encryption: Encryption | None, call: Call[RequestT, ResponseT]
    ) -> None:
        self._host, self._port = host, port
        self._encryption = encryption
        self._call = call
        self._reader = _frames.FrameReader()
        self._received: deque[_frames.Frame] = deque()
        self._life = SignsOfLife()
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._connecting: asyncio.Lock | None = None
        self._ended = False
        self._closed = False

    async def send(self, request: RequestT) -> None:
        """Sends a request; waits while the server does not read. Not for streams of responses only."""
        data = request.SerializeToString()
        if len(data) > _limits.FRAME_BYTES_MAX:
            raise MessageTooLarge(f"{self._call.method.name}: {len(data)} bytes", may_have_executed=False)
        await self._send(_frames.encode(STREAM_ID, _frames.DATA, 0, data))

    async def finish_sending(self) -> None:
        """Sends no more; responses may go on."""
        await self._send(_frames.end(STREAM_ID))

    async def finish(self) -> ResponseT:
        """Sends no more, and waits for the one response of a stream of requests."""
        await self.finish_sending()
        async for response in self:
            await self.close()
            return response
        raise ProtocolError(f"{self._call.method.name}: no response", may_have_executed=True)

    def __aiter__(self) -> AsyncStream[RequestT, ResponseT]:
        return self

    async def __anext__(self) -> ResponseT:
        while not self._ended:
            try:
                message = self._take(await self._frame())
            except BaseException:
                await self.close()
                raise
            if message is not None:
                return message
        await self.close()
        raise StopAsyncIteration

    def _take(self, frame: _frames.Frame) -> ResponseT | None:
        """What a frame brings: a response, or nothing."""
        if frame.stream_id == 0 and frame.type == _frames.PONG:
            self._life.ponged()
        if frame.stream_id != STREAM_ID:
            return None
        if frame.type == _frames.RESPONSE:
            self._ended = True
            payload = self._call.payload(frame)
            return self._call.message(payload) if self._call.method.streaming is Streaming.CLIENT else None
        if frame.type != _frames.DATA:
            return None
        self._ended = bool(frame.flags & _frames.REMOTE_CLOSED)
        return None if frame.flags & _frames.NO_DATA else self._call.message(frame.data)

    async def _frame(self) -> _frames.Frame:
        reader, writer = await self._connected()
        while not self._received:
            remaining = self._call.remaining()
            patience = min(remaining or _limits.KEEPALIVE_SECONDS, _limits.KEEPALIVE_SECONDS)
            try:
                data = await asyncio.wait_for(reader.read(_limits.RECEIVE_BYTES), patience)
            except asyncio.TimeoutError:
                if patience == _limits.KEEPALIVE_SECONDS and self._life.silent(waiting=True):
                    writer.write(_frames.ping())
                continue
            except OSError as error:
                raise ConnectionLost(f"the connection ended: {error}", may_have_executed=True) from error
            if not data:
                if self._closed:
                    raise ClientClosed("the stream was closed", may_have_executed=True)
                raise ConnectionLost("the connection ended: closed by the server", may_have_executed=True)
            self._life.received()
            self._received.extend(self._reader.feed(data))
        return self._received.popleft()

    async def _send(self, data: bytes) -> None:
        _, writer = await self._connected()
        try:
            writer.write(data)
            await writer.drain()
        except OSError as error:
            raise ConnectionLost(f"the connection ended: {error}", may_have_executed=True) from error

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        # Made in the event loop: before Python 3.10 a lock is bound to a loop when it is made.
        self._connecting = self._connecting or asyncio.Lock()
        async with self._connecting:
            if self._closed:
                raise ClientClosed("the stream was closed", may_have_executed=True)
            if self._connection is not None:
                return self._connection
            remaining = self._call.remaining()
            patience = min(remaining or _limits.CONNECT_SECONDS_MAX, _limits.CONNECT_SECONDS_MAX)
            encryption = self._encryption
            try:
                connection = await asyncio.wait_for(
                    asyncio.open_connection(
                        self._host,
                        self._port,
                        ssl=encryption.context if encryption else None,
                        server_hostname=encryption.server_name if encryption else None,
                    ),
                    patience,
                )
            except (OSError, asyncio.TimeoutError) as error:
                # Raises where the time that passed was the call's.
                self._call.remaining()
                message = f"{self._host}:{self._port}: {error or 'no answer'}"
                raise ConnectionFailed(message, may_have_executed=False) from error
            writer = connection[1]
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            streaming = self._call.method.streaming
            flags = _frames.REMOTE_CLOSED if streaming is Streaming.SERVER else _frames.REMOTE_OPEN
            writer.write(self._call.frame(STREAM_ID, flags, first=True) + _frames.ping())
            self._connection = connection
            return connection

    async def close(self) -> None:
        """Ends the call; the server is told by the end of the connection."""
        self._closed = True
        if self._connection is not None:
            self._connection[1].transport.abort()
            # The transport closes its socket in the loop's next turn.
            await asyncio.sleep(0)

    async def __aenter__(self) -> AsyncStream[RequestT, ResponseT]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
