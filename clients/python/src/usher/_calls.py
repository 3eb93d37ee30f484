"""One call, without any I/O: what is sent, what an answer means, and whether and when to try again.

A call is made again only where that is safe: nothing was sent, or it reads, or it carries a request id, by which the
server answers the second time with the first time's answer.
"""

from __future__ import annotations

import datetime
import enum
import random
import time
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Mapping, Protocol, TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from usher import _frames, _limits
from usher._generated import wire_pb2
from usher.errors import (
    ConnectionFailed, ConnectionLost, DeadlineExceeded, Error, FieldViolation, MessageTooLarge, ProtocolError, Refused,
    StatusCode, TransportError, Unavailable, refusal_class,
)

if TYPE_CHECKING:
    from usher._aio_streams import AsyncStream
    from usher._streams import Stream

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


class Idempotency(enum.Enum):
    """What the proto's option `idempotency_level` promises of a method."""

    IDEMPOTENCY_UNKNOWN = 0
    NO_SIDE_EFFECTS = 1
    IDEMPOTENT = 2


class Streaming(enum.Enum):
    """How many messages flow in each direction of a call."""

    UNARY = 0
    SERVER = 1
    CLIENT = 2
    BIDIRECTIONAL = 3


@dataclass(frozen=True)
class Method(Generic[RequestT, ResponseT]):
    """One RPC, as the proto has it. Generated."""

    service: str
    name: str
    request_type: type[RequestT]
    response_type: type[ResponseT]
    idempotency: Idempotency
    has_request_id: bool
    streaming: Streaming = Streaming.UNARY

    @property
    def can_be_repeated(self) -> bool:
        return self.has_request_id or self.idempotency is not Idempotency.IDEMPOTENCY_UNKNOWN


@dataclass(frozen=True)
class CallOptions:
    """What may be said of one call, or by `with_options` of many. None leaves it to the client."""

    timeout: float | None = None
    """Seconds for the call, retries included."""
    organisation: str | None = None
    """Whom an operator's key acts for."""
    viewer_address: str | None = None
    """The IP address of the viewer for whom a call names a voucher's code; believed from keys with `vouchers:proxy`."""


class Channel(Protocol):
    """What the synchronous stubs call."""

    def call(
        self, method: Method[RequestT, ResponseT], request: RequestT, options: CallOptions | None = None
    ) -> ResponseT: ...

    def stream(
        self, method: Method[RequestT, ResponseT], request: RequestT | None, options: CallOptions | None = None
    ) -> Stream[RequestT, ResponseT]: ...


class AsyncChannel(Protocol):
    """What the asyncio stubs call."""

    async def call(
        self, method: Method[RequestT, ResponseT], request: RequestT, options: CallOptions | None = None
    ) -> ResponseT: ...

    def stream(
        self, method: Method[RequestT, ResponseT], request: RequestT | None, options: CallOptions | None = None
    ) -> AsyncStream[RequestT, ResponseT]: ...


def build_request(type: type[RequestT], request: RequestT | None, fields: Mapping[str, Any]) -> RequestT:
    """A stub's arguments as one message: either the message or its fields, not both."""
    given = {name: _convert(value) for name, value in fields.items() if value is not None}
    if request is None:
        return type(**given)
    if given:
        raise TypeError(f"give a {type.__name__} or its fields, not both: {', '.join(given)}")
    if not isinstance(request, type):
        raise TypeError(f"expected a {type.__name__}, not a {request.__class__.__name__}")
    return request


def _convert(value: Any) -> Any:
    # Runtimes before protobuf 6 take no datetime; the conversion must not depend on the runtime.
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise ValueError("a datetime needs a time zone: datetime(..., tzinfo=timezone.utc)")
        timestamp = Timestamp()
        timestamp.FromDatetime(value.astimezone(datetime.timezone.utc))
        return timestamp
    if isinstance(value, datetime.timedelta):
        duration = Duration()
        duration.FromTimedelta(value)
        return duration
    return value


@dataclass(frozen=True)
class Defaults:
    """What a client adds to each of its calls."""

    key: str | None
    organisation: str | None
    timeout: float | None
    attempts: int
    viewer_address: str | None = None

    def changed(self, timeout: float | None, organisation: str | None, viewer_address: str | None) -> Defaults:
        """The same with what is not None in its place."""
        return replace(
            self,
            timeout=self.timeout if timeout is None else timeout,
            organisation=self.organisation if organisation is None else organisation,
            viewer_address=self.viewer_address if viewer_address is None else viewer_address,
        )


class Call(Generic[RequestT, ResponseT]):
    """A call from its first attempt to its end."""

    def __init__(
        self,
        method: Method[RequestT, ResponseT],
        request: RequestT | None,
        options: CallOptions | None,
        defaults: Defaults,
    ) -> None:
        options = options or CallOptions()
        timeout = options.timeout
        if timeout is None and method.streaming is Streaming.UNARY:
            timeout = defaults.timeout
        self.method = method
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._attempts_left = defaults.attempts
        self._backoff = _limits.BACKOFF_SECONDS
        self._sent_and_unanswered = False
        self._envelope = wire_pb2.Request(
            service=method.service,
            method=method.name,
            payload=b"" if request is None else _with_request_id(method, request).SerializeToString(),
        )
        organisation = options.organisation or defaults.organisation
        viewer_address = options.viewer_address or defaults.viewer_address
        for name, value in (("authorization", defaults.key and f"Bearer {defaults.key}"),
                            ("organisation", organisation),
                            ("viewer-address", viewer_address)):
            if value:
                self._envelope.metadata.add(key=name, value=value)

    def remaining(self) -> float | None:
        """Seconds until the deadline, None for no deadline. Raises DeadlineExceeded when it has passed."""
        if self._deadline is None:
            return None
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise self.expired(sent=False)
        return seconds

    def expired(self, sent: bool) -> DeadlineExceeded:
        """The error of a call whose time ran out; `sent` says whether its request had gone out."""
        return DeadlineExceeded(f"{self.method.name}: the deadline has passed", may_have_executed=sent)

    def frame(self, stream_id: int, flags: int = 0, first: bool = False) -> bytes:
        """The request's frame, with the time that is left now; the `first` of a connection asks for the extensions.

        Raises MessageTooLarge.
        """
        remaining = self.remaining()
        if remaining is not None:
            self._envelope.timeout_nano = min(max(int(remaining * 1e9), 1), _limits.TIMEOUT_NANO_MAX)
        envelope = self._envelope
        if first:
            envelope = wire_pb2.Request()
            envelope.CopyFrom(self._envelope)
            name, value = _frames.EXTENSIONS
            envelope.metadata.add(key=name, value=value)
        data = envelope.SerializeToString()
        if len(data) > _limits.FRAME_BYTES_MAX:
            raise MessageTooLarge(
                f"{self.method.name}: the request has {len(data)} bytes, at most {_limits.FRAME_BYTES_MAX} can be sent",
                may_have_executed=False,
            )
        return _frames.encode(stream_id, _frames.REQUEST, flags, data)

    def result(self, frame: _frames.Frame) -> ResponseT:
        """What the server's answer means: the response, or a raised error."""
        if frame.type != _frames.RESPONSE:
            raise ProtocolError(f"{self.method.name}: a stream where one answer was due", may_have_executed=True)
        return self.message(self.payload(frame))

    def payload(self, frame: _frames.Frame) -> bytes:
        """What is in a Response frame; raises the error that it carries."""
        try:
            response = wire_pb2.Response.FromString(frame.data)
            if response.status.code != StatusCode.OK:
                raise self._refusal(response.status)
            return response.payload
        except DecodeError as error:
            raise ProtocolError(f"{self.method.name}: unreadable answer: {error}", may_have_executed=True) from None

    def message(self, data: bytes) -> ResponseT:
        try:
            return self.method.response_type.FromString(data)
        except DecodeError as error:
            raise ProtocolError(f"{self.method.name}: unreadable answer: {error}", may_have_executed=True) from None

    def pause_after(self, error: Error) -> float:
        """Seconds to wait before the next attempt; raises `error` where there must be none."""
        if isinstance(error, TransportError):
            # A later attempt that was not sent says nothing about an earlier one that was.
            error.may_have_executed = self._sent_and_unanswered = self._sent_and_unanswered or error.may_have_executed
        self._attempts_left -= 1
        if self._attempts_left <= 0 or not self._may_repeat_after(error):
            raise error
        pause = self._backoff * random.uniform(0.5, 1)
        self._backoff = min(self._backoff * 2, _limits.BACKOFF_SECONDS_MAX)
        if isinstance(error, Refused) and error.retry_after is not None:
            pause = max(pause, error.retry_after)
        if self._deadline is not None and time.monotonic() + pause >= self._deadline:
            raise error
        return pause

    def _may_repeat_after(self, error: Error) -> bool:
        if isinstance(error, ConnectionFailed):
            # Whether an earlier attempt may have been carried out was asked when that one failed.
            return True
        if isinstance(error, ConnectionLost):
            return self.method.can_be_repeated or not error.may_have_executed
        if isinstance(error, Unavailable) or (isinstance(error, Refused) and error.reason in _PASSING_REASONS):
            return self.method.can_be_repeated
        return False

    def _refusal(self, status: wire_pb2.Status) -> Error:
        if status.code == StatusCode.DEADLINE_EXCEEDED:
            return self.expired(sent=True)
        try:
            code = StatusCode(status.code)
        except ValueError:
            code = StatusCode.UNKNOWN
        info = wire_pb2.ErrorInfo()
        violations: tuple[FieldViolation, ...] = ()
        retry_after: float | None = None
        for detail in status.details:
            name = detail.type_url.rpartition("/")[2]
            if name == "google.rpc.ErrorInfo":
                info = wire_pb2.ErrorInfo.FromString(detail.value)
            elif name == "google.rpc.BadRequest":
                bad = wire_pb2.BadRequest.FromString(detail.value)
                violations = tuple(FieldViolation(each.field, each.description) for each in bad.field_violations)
            elif name == "google.rpc.RetryInfo":
                delay = wire_pb2.RetryInfo.FromString(detail.value).retry_delay
                retry_after = delay.seconds + delay.nanos / 1e9
        return refusal_class(code)(code, info.reason, status.message, info.metadata, violations, retry_after)


_PASSING_REASONS = frozenset({"ORGANISATION_OVERLOADED", "OUTCOME_UNKNOWN"})


def _with_request_id(method: Method[RequestT, Any], request: RequestT) -> RequestT:
    """The request, with an id where it needs one and has none; the caller's own message stays as it is."""
    if not method.has_request_id or getattr(request, "request_id"):
        return request
    copy = method.request_type()
    copy.CopyFrom(request)
    setattr(copy, "request_id", str(uuid.uuid4()))
    return copy


def parse_address(address: str) -> tuple[str, int]:
    """Reads `host:port`, `host` and `[ipv6]:port`."""
    host, separator, port = address.rpartition(":")
    if not separator or address.endswith("]"):
        host, port = address, str(_limits.PORT)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f"an IPv6 address needs brackets: [{address}]:{_limits.PORT}")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"not an address: {address!r}; expected host:port")
    return host, int(port)
