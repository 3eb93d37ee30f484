"""HTTP/2 by hand: as much of it as attacks on gRPC need."""

from __future__ import annotations

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, WINDOW_UPDATE = 0, 1, 4, 8
END_HEADERS, END_STREAM = 4, 1


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def opening(window: int = 65_535) -> bytes:
    """The preface and settings, with an initial window for what the server sends."""
    return PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, window))


def call(stream: int, method: str, extra: dict[str, str] | None = None) -> bytes:
    """The headers of a call of `package.Service/Method`."""
    pairs = {":method": "POST", ":scheme": "http", ":path": "/" + method, ":authority": "x"}
    pairs |= {"content-type": "application/grpc", "te": "trailers"} | (extra or {})
    block = b"".join(
        b"\x00" + bytes([len(name)]) + name.encode() + (bytes([len(value)]) if len(value) < 127 else _length(len(value))) + value.encode()
        for name, value in pairs.items()
    )
    return frame(HEADERS, END_HEADERS, stream, block)


def _length(value: int) -> bytes:
    out, value = bytearray([127]), value - 127
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def message(stream: int, payload: bytes, *, announced: int | None = None, flags: int = 0) -> bytes:
    """A gRPC message, or its beginning, in DATA frames."""
    data = struct.pack(">BI", 0, len(payload) if announced is None else announced) + payload
    pieces = [data[at : at + 16_384] for at in range(0, len(data), 16_384)]
    return b"".join(frame(DATA, flags if piece is pieces[-1] else 0, stream, piece) for piece in pieces)
