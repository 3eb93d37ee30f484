"""Streaming calls of the threaded client.

Each has a connection of its own: ttrpc cannot slow down one stream of a connection, and whoever reads slowly must not
hold up other calls. The socket does not block, the threads do; one may send while another receives.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections import deque
from types import TracebackType
from typing import Generic

from usher import _frames, _limits
from usher._calls import Call, RequestT, ResponseT, Streaming
from usher._connection import SignsOfLife, Socket
from usher.errors import ClientClosed, ConnectionLost, Error, MessageTooLarge, ProtocolError

STREAM_ID = 1


class Stream(Generic[RequestT, ResponseT]):
    """A call with many messages: iterate over the responses, `send` requests.

    It ends with the last response, with `close`, or at the end of a `with` block. Raises what other calls raise.
    """

    def __init__(self, sock: Socket, call: Call[RequestT, ResponseT]) -> None:
        self._socket = sock
        self._call = call
        self._reader = _frames.FrameReader()
        self._received: deque[_frames.Frame] = deque()
        self._life = SignsOfLife()
        self._sending = threading.Lock()
        self._ended = False
        self._closed = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(sock, selectors.EVENT_READ)
        self._room = selectors.DefaultSelector()
        self._room.register(sock, selectors.EVENT_WRITE)
        streaming = call.method.streaming
        flags = _frames.REMOTE_CLOSED if streaming is Streaming.SERVER else _frames.REMOTE_OPEN
        self._send(call.frame(STREAM_ID, flags, first=True) + _frames.ping())

    def send(self, request: RequestT) -> None:
        """Sends a request; waits while the server does not read. Not for streams of responses only."""
        data = request.SerializeToString()
        if len(data) > _limits.FRAME_BYTES_MAX:
            raise MessageTooLarge(f"{self._call.method.name}: {len(data)} bytes", may_have_executed=False)
        self._send(_frames.encode(STREAM_ID, _frames.DATA, 0, data))

    def finish_sending(self) -> None:
        """Sends no more; responses may go on."""
        self._send(_frames.end(STREAM_ID))

    def finish(self) -> ResponseT:
        """Sends no more, and waits for the one response of a stream of requests."""
        self.finish_sending()
        for response in self:
            self.close()
            return response
        raise ProtocolError(f"{self._call.method.name}: no response", may_have_executed=True)

    def __iter__(self) -> Stream[RequestT, ResponseT]:
        return self

    def __next__(self) -> ResponseT:
        while not self._ended:
            try:
                message = self._take(self._frame())
            except Error:
                self.close()
                raise
            if message is not None:
                return message
        self.close()
        raise StopIteration

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

    def _frame(self) -> _frames.Frame:
        while not self._received:
            if self._closed:
                raise ClientClosed("the stream was closed", may_have_executed=True)
            remaining = self._call.remaining()
            patience = min(remaining or _limits.KEEPALIVE_SECONDS, _limits.KEEPALIVE_SECONDS)
            if not self._selector.select(patience):
                if patience == _limits.KEEPALIVE_SECONDS and self._life.silent(waiting=True):
                    self._send(_frames.ping())
                continue
            try:
                data = self._socket.recv(_limits.RECEIVE_BYTES)
            except BlockingIOError:
                # Being ready is a hint, not a promise (select(2)).
                continue
            except OSError as error:
                raise ConnectionLost(f"the connection ended: {error}", may_have_executed=True) from error
            if not data:
                raise ConnectionLost("the connection ended: closed by the server", may_have_executed=True)
            self._life.received()
            self._received.extend(self._reader.feed(data))
        return self._received.popleft()

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            with self._sending:
                while rest:
                    try:
                        rest = rest[self._socket.send(rest) :]
                    except BlockingIOError:
                        # Looks up now and then: another thread may have closed the socket.
                        self._room.select(_limits.CLOSED_SECONDS)
        except OSError as error:
            raise ConnectionLost(f"the connection ended: {error}", may_have_executed=True) from error

    def close(self) -> None:
        """Ends the call; the server is told by the end of the connection."""
        if self._closed:
            return
        self._closed = True
        try:
            # Wakes a thread that receives.
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()

    def __enter__(self) -> Stream[RequestT, ResponseT]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_closed"):
            self.close()
            self._selector.close()
            self._room.close()

