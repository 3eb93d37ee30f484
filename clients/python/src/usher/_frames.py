"""ttrpc's frames, without any I/O: bytes in, frames out.

Header, 10 bytes, big-endian: u32 data length (header excluded), u32 stream id, u8 type, u8 flags.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from usher._limits import FRAME_BYTES_MAX, HEADER_BYTES
from usher.errors import ProtocolError

REQUEST = 1
RESPONSE = 2
DATA = 3
# Extensions, on stream 0; a server that does not know them ignores them (proto/PROTOCOL.md).
PING = 4
PONG = 5
CANCEL = 6
GO_AWAY = 7

REMOTE_CLOSED = 0x01
REMOTE_OPEN = 0x02
NO_DATA = 0x04

EXTENSIONS = ("usher-extensions", "1")
"""Metadata of a connection's first request: asks the server for the extensions."""

_HEADER = struct.Struct(">IIBB")


class Frame(NamedTuple):
    stream_id: int
    type: int
    flags: int
    data: bytes


def encode(stream_id: int, type: int, flags: int, data: bytes) -> bytes:
    return _HEADER.pack(len(data), stream_id, type, flags) + data


def ping() -> bytes:
    return encode(0, PING, 0, b"")


def cancel(stream_id: int) -> bytes:
    return encode(0, CANCEL, 0, stream_id.to_bytes(4, "big"))


def end(stream_id: int) -> bytes:
    """The frame after which this side sends no more."""
    return encode(stream_id, DATA, REMOTE_CLOSED | NO_DATA, b"")


class FrameReader:
    """Cuts a byte stream into frames, wherever the network cut it."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes. Raises ProtocolError on a frame that no server may send."""
        buffer = self._buffer
        buffer += data
        frames = []
        start = 0
        while len(buffer) - start >= HEADER_BYTES:
            length, stream_id, type, flags = _HEADER.unpack_from(buffer, start)
            if length > FRAME_BYTES_MAX:
                raise ProtocolError(f"the server sent a frame of {length} bytes", may_have_executed=True)
            end = start + HEADER_BYTES + length
            if len(buffer) < end:
                break
            frames.append(Frame(stream_id, type, flags, bytes(buffer[start + HEADER_BYTES : end])))
            start = end
        # Once per read, not per frame: removing from the front moves the rest.
        del buffer[:start]
        return frames
