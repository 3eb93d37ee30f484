"""Every limit and default of the client, in one place."""

PORT = 7420
"""Where a server listens when an address names no port."""

HEADER_BYTES = 10
"""A ttrpc frame's header."""

FRAME_BYTES_MAX = 4_194_304
"""A frame without its header, in both directions: the envelope counts."""

STREAM_ID_MAX = 2**31 - 1
"""After the call with this id a connection is replaced; ids are odd."""

RECEIVE_BYTES = 256 * 1024
"""Read from the socket at a time."""

TIMEOUT_SECONDS = 30.0
"""A call's deadline where none is given, retries included."""

TIMEOUT_NANO_MAX = 2**63 - 1
"""What fits into the envelope."""

ATTEMPTS = 6
"""How often a call is made at most, the first time included."""

BACKOFF_SECONDS = 0.05
"""The pause before the second attempt; doubled for each later one and shortened at random by up to a half."""

BACKOFF_SECONDS_MAX = 2.0
"""No pause of our own is longer; the server may ask for more."""

CONNECT_SECONDS_MAX = 10.0
"""For one address to answer."""

KEEPALIVE_SECONDS = 20.0
"""How long a server may be silent, while an answer is due, before it is asked for a sign of life; as long again without
one, and the connection has ended."""

CLOSED_SECONDS = 1.0
"""How long a thread that waits to send may take to notice that another has closed the stream."""
