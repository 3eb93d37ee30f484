"""Usher's Python client: one connection, typed calls, refusals as exceptions.

    import usher

    with usher.Client("127.0.0.1:7420", key="ush_…") as client:
        access = client.vouchers.redeem_voucher(code="K7Q2", viewer_id="ada").access

`usher.aio.Client` is the same for asyncio. Messages are in `usher.vouchers.v1`, `usher.catalog.v1` and so on.
"""

from usher import aio as aio
from usher._calls import CallOptions as CallOptions
from usher._client import Client as Client
from usher._tls import TLS as TLS
from usher.errors import Aborted as Aborted
from usher.errors import AlreadyExists as AlreadyExists
from usher.errors import ClientClosed as ClientClosed
from usher.errors import ConnectionFailed as ConnectionFailed
from usher.errors import ConnectionLost as ConnectionLost
from usher.errors import DeadlineExceeded as DeadlineExceeded
from usher.errors import Error as Error
from usher.errors import FailedPrecondition as FailedPrecondition
from usher.errors import FieldViolation as FieldViolation
from usher.errors import InvalidArgument as InvalidArgument
from usher.errors import MessageTooLarge as MessageTooLarge
from usher.errors import NotFound as NotFound
from usher.errors import PermissionDenied as PermissionDenied
from usher.errors import ProtocolError as ProtocolError
from usher.errors import Refused as Refused
from usher.errors import ResourceExhausted as ResourceExhausted
from usher.errors import StatusCode as StatusCode
from usher.errors import TransportError as TransportError
from usher.errors import Unauthenticated as Unauthenticated
from usher.errors import Unavailable as Unavailable
