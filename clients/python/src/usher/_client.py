"""The synchronous client."""

from __future__ import annotations

import threading
import time
import weakref
from typing import Any

from usher import _limits
from usher._calls import Call, CallOptions, Defaults, Method, RequestT, ResponseT, parse_address
from usher._connection import Connection, connect
from usher._generated.services import Services
from usher._streams import Stream
from usher._tls import TLS, Encryption
from usher.errors import ClientClosed, ConnectionFailed, Error


class Client(Services):
    """A client of one server: `client.vouchers.redeem_voucher(code="…", viewer_id="…")`.

    Safe to share between threads; their calls travel together over one connection, which is made by the first call and
    made again when it is lost. Make it after a fork, not before.

    Args:
        address: `host:port`; the port may be left out (7420).
        key: the API key, `ush_…`.
        organisation: whom an operator's key acts for.
        tls: encrypts the connections; None leaves them in plaintext, which servers take on loopback only.
        timeout: seconds per call, retries included; None waits for ever.
        attempts: how often a call is made at most; 1 never retries.
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
        Services.__init__(other, other)
        return other

    def call(
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
                return call.result(self._channel.connection(call).exchange(call))
            except Error as error:
                pause = call.pause_after(error)
            time.sleep(pause)

    def stream(
        self, method: Method[RequestT, ResponseT], request: RequestT | None, options: CallOptions | None = None
    ) -> Stream[RequestT, ResponseT]:
        """Begins a call with many messages, on a connection of its own; what the stubs of such methods do.

        It has no deadline unless the options give one. Only the making of the connection is tried again.
        """
        call = Call(method, request, options, self._defaults)
        while True:
            try:
                return self._channel.stream(call)
            except ConnectionFailed as error:
                pause = call.pause_after(error)
            time.sleep(pause)

    def close(self) -> None:
        """Ends the connection, for clients made by `with_options` too; calls that wait get ClientClosed."""
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        # Without the key.
        return f"{type(self).__module__}.{type(self).__name__}({self._channel.address!r})"


class _Channel:
    """The connection to one server, made when it is needed and made again when it is lost."""

    def __init__(self, address: str, tls: TLS | None) -> None:
        self.address = address
        self._host, self._port = parse_address(address)
        self._encryption = Encryption(tls, self._host) if tls is not None else None
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._closed = False
        self._streams: weakref.WeakSet[Stream[Any, Any]] = weakref.WeakSet()

    def stream(self, call: Call[RequestT, ResponseT]) -> Stream[RequestT, ResponseT]:
        if self._closed:
            raise ClientClosed("the client was closed", may_have_executed=False)
        stream = Stream(connect(self._host, self._port, self._encryption, call), call)
        self._streams.add(stream)
        return stream

    def connection(self, call: Call[RequestT, ResponseT]) -> Connection:
        connection = self._connection
        if connection is not None and connection.usable:
            return connection
        # One thread connects; the others wait for it, each as long as its deadline allows.
        remaining = call.remaining()
        if not self._lock.acquire(timeout=-1 if remaining is None else remaining):
            raise call.expired(sent=False)
        try:
            if self._closed:
                raise ClientClosed("the client was closed", may_have_executed=False)
            if self._connection is None or not self._connection.usable:
                self._connection = Connection(connect(self._host, self._port, self._encryption, call))
            return self._connection
        finally:
            self._lock.release()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            connection = self._connection
        if connection is not None:
            connection.close()
        for stream in list(self._streams):
            stream.close()
