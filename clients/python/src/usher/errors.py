"""What a call can end with instead of its answer.

`Refused`: the server judged the call and said no. `TransportError`: there was no verdict. Both say by
`may_have_executed` whether the call may nevertheless have been carried out.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Mapping, Sequence


class StatusCode(enum.IntEnum):
    """The canonical codes (google/rpc/code.proto)."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


@dataclass(frozen=True)
class FieldViolation:
    """One field of a request that cannot be accepted."""

    field: str
    """Its path as in the proto: `voucher.scope.asset_ids`."""
    description: str
    """What it must be."""


class Error(Exception):
    """Everything that a call can raise."""

    may_have_executed: bool = False
    """Whether the call may have been carried out. Making it again is still safe where it reads, or with the same
    `request_id`."""


class Refused(Error):
    """The server's no. Branch on `code` and `reason`, never on `message`."""

    def __init__(
        self,
        code: StatusCode,
        reason: str,
        message: str,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[FieldViolation] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code.name} {reason}: {message}" if reason else f"{code.name}: {message}")
        self.code = code
        self.reason = reason
        """Stable, UPPER_SNAKE; empty where the server gave none."""
        self.message = message
        """For people; may change between releases."""
        self.metadata = dict(metadata or {})
        """Details for machines."""
        self.violations = tuple(violations)
        """What is wrong with which field; only with INVALID_ARGUMENT."""
        self.retry_after = retry_after
        """Seconds until the same call may succeed; None where waiting does not help."""
        # The one refusal after which nobody knows: the commit itself failed.
        self.may_have_executed = reason == "OUTCOME_UNKNOWN"


class InvalidArgument(Refused):
    """The request itself is wrong, see `violations`."""


class NotFound(Refused):
    """What the request names does not exist, or not for this organisation."""


class AlreadyExists(Refused):
    """What should be created exists."""


class FailedPrecondition(Refused):
    """The state of things forbids it: `VOUCHER_USED`, `LIMIT_REACHED`, …"""


class PermissionDenied(Refused):
    """The key may not do this."""


class Unauthenticated(Refused):
    """The key is missing, wrong, revoked or expired."""


class Aborted(Refused):
    """Somebody else changed it meanwhile: `ETAG_MISMATCH`."""


class ResourceExhausted(Refused):
    """Too much or too often; see `retry_after`."""


class Unavailable(Refused):
    """The server cannot serve this now."""


class TransportError(Error):
    """There was no verdict on the call."""

    def __init__(self, message: str, may_have_executed: bool) -> None:
        super().__init__(message)
        self.may_have_executed = may_have_executed


class ConnectionFailed(TransportError):
    """No connection could be made; nothing was sent."""


class ConnectionLost(TransportError):
    """The connection ended before the answer came."""


class DeadlineExceeded(TransportError, TimeoutError):
    """The call's time ran out, here or at the server."""


class MessageTooLarge(TransportError):
    """The request is over 4 MiB; nothing was sent."""


class ProtocolError(TransportError):
    """The server sent something that is not ttrpc or not the promised message."""


class ClientClosed(TransportError):
    """The client was closed."""


_CLASSES = {
    StatusCode.INVALID_ARGUMENT: InvalidArgument,
    StatusCode.NOT_FOUND: NotFound,
    StatusCode.ALREADY_EXISTS: AlreadyExists,
    StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    StatusCode.PERMISSION_DENIED: PermissionDenied,
    StatusCode.UNAUTHENTICATED: Unauthenticated,
    StatusCode.ABORTED: Aborted,
    StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    StatusCode.UNAVAILABLE: Unavailable,
}


def refusal_class(code: StatusCode) -> type[Refused]:
    """The exception that a status code is raised as."""
    return _CLASSES.get(code, Refused)
