"""What the attacks share: a server of their own, raw sockets, good callers beside, and the figures they report.

An attack is a module `attack_NAME.py` with a function `attack(lab: Lab) -> dict[str, object]`, whose first line of
documentation says what is attacked. It starts servers through the lab, does its harm for a bounded time against
loopback only, and returns figures by name. `run.py` runs it against one binary or, side by side, against two.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import tempfile
import threading
import time
import urllib.request
from typing import Any, Callable, Iterator

import usher

DEMO = "demo"
_HEADER = struct.Struct(">IIBB")


class Lab:
    """Starts servers of one binary and ends what it started."""

    def __init__(self, binary: str) -> None:
        self.binary = os.path.abspath(binary)
        self._servers: list[Server] = []

    @contextlib.contextmanager
    def server(self, *flags: str, files: int = 20_000, data: str | None = None, demo: bool = True) -> Iterator[Server]:
        """A server with `files` descriptors; with `demo` there is an organisation with a key in `Server.key`."""
        server = Server(self.binary, flags, files, data)
        self._servers.append(server)
        try:
            server.start()
            if demo:
                server.make_demo()
            yield server
        finally:
            server.close()

    def close(self) -> None:
        for server in self._servers:
            server.close()


class Server:
    def __init__(self, binary: str, flags: tuple[str, ...], files: int, data: str | None) -> None:
        self.binary, self.flags, self.files = binary, flags, files
        self._owns_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="usher-attack-")
        self.process: subprocess.Popen[str] | None = None
        self.host, self.port, self.admin_port = "127.0.0.1", 0, 0
        self.key = ""
        self.log: list[str] = []
        self.started_in = 0.0

    def start(self, *, timeout: float = 120) -> None:
        """Starts it and waits until it serves; `started_in` says how many seconds that took."""
        begin = time.monotonic()
        limit = self.files
        self.process = subprocess.Popen(
            [self.binary, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", *self.flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)),
        )
        threading.Thread(target=self._read_log, args=(self.process,), daemon=True).start()
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"usher: serving on .*:(\d+)$", line):
                self.port = int(found[1])
            if found := re.search(r"health and metrics on http://.*:(\d+)$", line):
                self.admin_port = int(found[1])
                break
            if time.monotonic() - begin > timeout:
                break
        self.started_in = time.monotonic() - begin
        if not self.admin_port:
            raise RuntimeError("the server did not start: " + "".join(self.log[-5:]))

    def _read_log(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self.log.append(line)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def operator_key(self) -> str:
        with open(os.path.join(self.data, "operator.key")) as file:
            return file.read().strip()

    def client(self, key: str | None = None, **options: Any) -> usher.Client:
        """A client with the demo organisation's key, or another."""
        return usher.Client(f"{self.host}:{self.port}", key=key or self.key, **options)

    def operator(self, **options: Any) -> usher.Client:
        return self.client(self.operator_key, **options)

    def make_demo(self, organisation: str = DEMO) -> str:
        """Makes an organisation with the event `event` and a key with all scopes, which is returned."""
        with self.operator() as operator:
            operator.organisations.create_organisation(
                organisation={"organisation_id": organisation, "name": organisation}
            )
            scopes = [
                f"{service}:{right}"
                for service in ("organisations", "catalog", "vouchers", "access", "subscriptions", "admission", "distribution")
                for right in ("read", "write")
            ] + ["vouchers:redeem", "access:check", "access:play", "admission:scan", "events:read"]
            created = operator.with_options(organisation=organisation).organisations.create_api_key(
                api_key={"name": "attack", "scopes": scopes}
            )
        key = created.secret
        with self.client(key) as client:
            client.catalog.create_asset(asset={"asset_id": "event", "type": "ASSET_TYPE_LIVE_EVENT", "title": "Event"})
        if organisation == DEMO:
            self.key = key
        return key

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return None if self.process is None else self.process.poll()

    def status(self, field: str) -> int:
        """A figure of /proc/PID/status, in KiB where it is a size: VmRSS, VmHWM, Threads."""
        with open(f"/proc/{self.pid}/status") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        raise KeyError(field)

    @property
    def rss_mib(self) -> float:
        return round(self.status("VmRSS") / 1024, 1)

    @property
    def peak_mib(self) -> float:
        return round(self.status("VmHWM") / 1024, 1)

    @property
    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    @property
    def cpu_seconds(self) -> float:
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def page(self, path: str, timeout: float = 5) -> tuple[int, str]:
        """A page of the admin port: status and text."""
        try:
            with urllib.request.urlopen(f"http://{self.host}:{self.admin_port}{path}", timeout=timeout) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name: str) -> float | None:
        for line in self.page("/metrics")[1].splitlines():
            if line.startswith((name + " ", name + "{")):
                return float(line.rsplit(" ", 1)[1])
        return None

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self, timeout: float = 60) -> int:
        """SIGTERM; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def close(self) -> None:
        if self.is_alive:
            self.kill()
        if self._owns_data:
            shutil.rmtree(self.data, ignore_errors=True)

    # Raw bytes

    def connect(self, *, source: str | None = None, port: int | None = None, timeout: float = 10) -> socket.socket:
        """A TCP connection, from another loopback address where `source` is given (127.0.0.2 ...)."""
        return socket.create_connection(
            (self.host, port or self.port), timeout=timeout, source_address=(source, 0) if source else None
        )


# ttrpc by hand: attacks send what no client would.


def field(number: int, data: bytes) -> bytes:
    """A length-delimited protobuf field."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def frame(stream: int, kind: int, flags: int, data: bytes) -> bytes:
    return _HEADER.pack(len(data), stream, kind, flags) + data


def request(
    stream: int, method: str, payload: bytes = b"", *, key: str | None = None, metadata: dict[str, str] | None = None, flags: int = 0
) -> bytes:
    """A Request frame for `package.Service/Method`."""
    service, name = method.split("/")
    pairs = dict(metadata or {})
    if key:
        pairs["authorization"] = f"Bearer {key}"
    body = field(1, service.encode()) + field(2, name.encode()) + field(3, payload)
    for k, v in pairs.items():
        body += field(5, field(1, k.encode()) + field(2, v.encode()))
    return frame(stream, 1, flags, body)


def read_exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise ConnectionError("closed")
        data += piece
    return data


def read_frame(connection: socket.socket) -> tuple[int, int, int, bytes]:
    """Stream id, type, flags, body."""
    length, stream, kind, flags = _HEADER.unpack(read_exactly(connection, 10))
    return stream, kind, flags, read_exactly(connection, length)


# Good callers


class Callers:
    """Threads that call in turn until they are stopped, and note how long each call took and what was refused."""

    def __init__(self, server: Server, count: int, call: Callable[[usher.Client, int], Any], key: str | None = None) -> None:
        self._server, self._call, self._key = server, call, key
        self._stop = threading.Event()
        self.seconds: list[float] = []
        self.refused: dict[str, int] = {}
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(count)]
        self._number = 0
        self._lock = threading.Lock()

    def _work(self, number: int) -> None:
        with self._server.client(self._key, attempts=1) as client:
            while not self._stop.is_set():
                with self._lock:
                    self._number += 1
                    turn = self._number
                begin = time.monotonic()
                try:
                    self._call(client, turn)
                except usher.Refused as error:
                    self.refused[error.reason] = self.refused.get(error.reason, 0) + 1
                except usher.Error as error:
                    name = type(error).__name__
                    self.refused[name] = self.refused.get(name, 0) + 1
                    time.sleep(0.01)
                else:
                    self.seconds.append(time.monotonic() - begin)

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)

    @property
    def figures(self) -> dict[str, Any]:
        """Count, p50, p99 and longest in milliseconds, and refusals by reason."""
        ordered = sorted(self.seconds)
        if not ordered:
            return {"calls": 0, "refused": dict(self.refused)}
        cut = lambda share: round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
        return {
            "calls": len(ordered),
            "p50 ms": cut(0.5),
            "p99 ms": cut(0.99),
            "longest ms": cut(1),
            "refused": dict(self.refused),
        }


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Waits until something is so, at most so long; whether it is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def median(values: list[float]) -> float:
    return statistics.median(values)


def as_line(name: str, figures: dict[str, Any]) -> str:
    return json.dumps({"attack": name, **figures})
