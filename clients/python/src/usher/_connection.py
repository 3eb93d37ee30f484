"""One ttrpc connection for many threads.

Invariants:
- The socket never blocks. A caller's thread sends what the socket takes at once; the rest stays in `_outgoing`, and the
  reader's thread sends it as the socket drains. So no caller waits longer than its deadline, and a frame is never torn.
- `_lock` guards `_outgoing`, `_waiting`, `_next_id` and `_ended`. Nothing blocks while it is held.
- Whoever is in `_waiting` gets exactly one frame or error. An answer to a call that gave up is dropped.
- After `_ended` is set the connection takes no more calls; its reader's thread ends. After `_going_away` is set it takes
  no more calls either, and answers those that it has.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from queue import Empty, SimpleQueue
from typing import Any, Union

from usher import _frames, _limits
from usher._calls import Call
from usher._tls import Encryption, TLSSocket
from usher.errors import ClientClosed, ConnectionFailed, ConnectionLost, Error, TransportError


Socket = Union[socket.socket, TLSSocket]


def connect(host: str, port: int, encryption: Encryption | None, call: Call[Any, Any]) -> Socket:
    """Connects to the first address that answers within the call's time. The socket does not block."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ConnectionFailed(f"{host}: {error}", may_have_executed=False) from error
    failure: OSError | None = None
    for family, kind, protocol, _, address in addresses:
        remaining = call.remaining()
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(min(remaining or _limits.CONNECT_SECONDS_MAX, _limits.CONNECT_SECONDS_MAX))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if encryption is not None:
                # The handshake has the same time.
                return TLSSocket(encryption.context.wrap_socket(sock, server_hostname=encryption.server_name))
            sock.setblocking(False)
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise ConnectionFailed(f"{host}:{port}: {failure}", may_have_executed=False) from failure


class SignsOfLife:
    """Whether the server is still there. Silence says something only after it has answered a ping once."""

    def __init__(self) -> None:
        self._known = False
        self._asked = False

    def received(self) -> None:
        self._asked = False

    def ponged(self) -> None:
        self._known = True

    def silent(self, waiting: bool) -> bool:
        """The server was silent for as long as it may be; whether to ask it for a sign. Raises ConnectionLost."""
        if not (self._known and waiting):
            return False
        if self._asked:
            raise ConnectionLost("the server gives no sign of life", may_have_executed=True)
        self._asked = True
        return True


class Connection:
    def __init__(self, sock: Socket) -> None:
        self._socket = sock
        # A byte in the pipe makes the reader look at `_outgoing` and `_ended` again.
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.setblocking(False)
        self._wake_sender.setblocking(False)
        self._lock = threading.Lock()
        self._outgoing = bytearray()
        self._waiting: dict[int, SimpleQueue[_frames.Frame | Error]] = {}
        self._next_id = 1
        self._ended = False
        self._going_away = False
        self._life = SignsOfLife()
        self._reader = threading.Thread(target=self._read, name="usher-reader", daemon=True)
        self._reader.start()

    @property
    def usable(self) -> bool:
        """Whether it still takes calls."""
        return not self._ended and not self._going_away and self._next_id <= _limits.STREAM_ID_MAX

    def exchange(self, call: Call[Any, Any]) -> _frames.Frame:
        """Sends the request and waits for the frame that answers it."""
        answer: SimpleQueue[_frames.Frame | Error] = SimpleQueue()
        with self._lock:
            if not self.usable:
                # Nothing of this call went out, whatever ended the connection.
                raise ConnectionLost("the connection ended", may_have_executed=False)
            stream_id = self._next_id
            first = stream_id == 1
            frame = call.frame(stream_id, first=first)
            if first:
                frame += _frames.ping()
            self._next_id += 2
            self._waiting[stream_id] = answer
            self._send(frame)
        try:
            received = answer.get(timeout=call.remaining())
        except (Empty, TimeoutError):
            raise call.expired(sent=True) from None
        finally:
            with self._lock:
                # Nobody will take the answer.
                if self._waiting.pop(stream_id, None) is not None:
                    self._send(_frames.cancel(stream_id))
        if isinstance(received, Error):
            raise received
        return received

    def close(self) -> None:
        """Ends the connection; calls that wait get ClientClosed."""
        self._end(ClientClosed, "the client was closed")
        if threading.current_thread() is not self._reader:
            self._reader.join()

    def _send(self, frame: bytes) -> None:
        if self._outgoing:
            self._outgoing += frame
            return
        try:
            sent = self._socket.send(frame)
        except BlockingIOError:
            sent = 0
        except OSError:
            # The reader sees the same and ends the connection.
            return
        if sent < len(frame):
            self._outgoing += frame[sent:]
            self._wake()

    def _wake(self) -> None:
        try:
            self._wake_sender.send(b"\0")
        except OSError:
            # Full: it will wake anyway. Closed: there is no reader any more.
            pass

    def _read(self) -> None:
        reason = "closed by the server"
        frames = _frames.FrameReader()
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._wake_receiver, selectors.EVENT_READ)
                selector.register(self._socket, selectors.EVENT_READ)
                while not self._ended and self._turn(selector, frames):
                    pass
        except (OSError, Error) as error:
            reason = str(error)
        self._end(ConnectionLost, f"the connection ended: {reason}")
        self._socket.close()
        self._wake_receiver.close()
        self._wake_sender.close()

    def _turn(self, selector: selectors.BaseSelector, frames: _frames.FrameReader) -> bool:
        """Waits for the socket once and does what it is ready for; False at its end."""
        with self._lock:
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._outgoing else 0)
        selector.modify(self._socket, wanted)
        ready_now = selector.select(_limits.KEEPALIVE_SECONDS)
        if not ready_now:
            with self._lock:
                if self._life.silent(bool(self._waiting)):
                    self._send(_frames.ping())
        for key, ready in ready_now:
            if key.fileobj is self._wake_receiver:
                self._wake_receiver.recv(4096)
                continue
            if ready & selectors.EVENT_WRITE:
                self._flush()
            if ready & selectors.EVENT_READ:
                try:
                    data = self._socket.recv(_limits.RECEIVE_BYTES)
                except BlockingIOError:
                    # Being ready is a hint, not a promise (select(2)).
                    continue
                if not data:
                    return False
                self._life.received()
                self._deliver(frames.feed(data))
        return True

    def _flush(self) -> None:
        with self._lock:
            try:
                sent = self._socket.send(self._outgoing)
            except BlockingIOError:
                return
            del self._outgoing[:sent]

    def _deliver(self, received: list[_frames.Frame]) -> None:
        with self._lock:
            for frame in received:
                if frame.stream_id == 0 and frame.type == _frames.PONG:
                    self._life.ponged()
                elif frame.stream_id == 0 and frame.type == _frames.GO_AWAY:
                    self._going_away = True
                # Types that are not known are ignored, as ttrpc asks for.
                known = frame.type in (_frames.RESPONSE, _frames.DATA)
                waiting = self._waiting.pop(frame.stream_id, None) if known else None
                if waiting is not None:
                    waiting.put(frame)

    def _end(self, error: type[TransportError], message: str) -> None:
        with self._lock:
            if self._ended:
                return
            self._ended = True
            waiting, self._waiting = self._waiting, {}
            self._wake()
        for answer in waiting.values():
            # One exception each: several threads must not share a traceback.
            answer.put(error(message, may_have_executed=True))
