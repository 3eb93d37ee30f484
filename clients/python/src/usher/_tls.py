"""Encrypted connections: what a client is told, and a socket that two threads may share."""

from __future__ import annotations

import socket
import ssl
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class TLS:
    """How a client encrypts its connections (TLS 1.2 or 1.3). Files are PEM; the client reads them when it is made.

    Args:
        authority: the authorities whose servers are trusted; None for those of this host.
        certificate: the client's own certificate; a key of the server's may belong to it.
        key: the certificate's private key; None where it is in the same file.
        server_name: the name that the server's certificate must have; None for the host that is connected to.
    """

    authority: str | None = None
    certificate: str | None = None
    key: str | None = None
    server_name: str | None = None

    def context(self) -> ssl.SSLContext:
        """Raises OSError where a file cannot be read, `ssl.SSLError` among them where it is no PEM."""
        if self.key is not None and self.certificate is None:
            raise ValueError("a private key needs its certificate")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["ttrpc"])
        if self.authority is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(self.authority)
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context


class Encryption:
    """A client's TLS, read: what each of its connections is made with."""

    def __init__(self, tls: TLS, host: str) -> None:
        self.context = tls.context()
        self.server_name = tls.server_name or host


class TLSSocket:
    """An encrypted connection with the socket's methods that clients use. It never blocks.

    OpenSSL lets one thread at a time into a connection, so that sending and receiving take turns; neither waits inside.
    """

    def __init__(self, sock: ssl.SSLSocket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._turn = threading.Lock()

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, data: bytes | bytearray | memoryview) -> int:
        """Raises BlockingIOError where nothing was taken; the next call must begin with the same bytes."""
        with self._turn:
            try:
                return self._socket.send(data)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
                raise BlockingIOError from error

    def recv(self, size: int) -> bytes:
        """Everything that has come, so that nothing is left inside for which the socket would not become readable."""
        received = bytearray()
        with self._turn:
            while True:
                try:
                    data = self._socket.recv(size)
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
                    if received:
                        break
                    raise BlockingIOError from error
                received += data
                # A record is at most 16 KiB: where there is room for one more, none was cut.
                if not data or len(received) >= size and not self._socket.pending():
                    break
        return bytes(received)

    def shutdown(self, how: int) -> None:
        # Not SSLSocket's, which would go on in plaintext.
        socket.socket.shutdown(self._socket, how)

    def close(self) -> None:
        self._socket.close()
