"""One frame of the wire between the tests and a student's functions: plain data.

How it works: a frame is a length (4 bytes, big-endian) and that many bytes of
JSON. What JSON has no word for is an object with a single key that names its
type: {"tuple": [...]}, {"array": [dtype, shape, base64]}. What many calls gave is said
at once: {"rows": [column, ...]} is a list of equally long tuples, {"arrays": ...} one of
arrays of one dtype and shape. Reading builds only
None, bool, int, float, str, list, tuple, dict, numeric arrays and NumPy's
generators: nothing is unpickled, evaluated or looked up by name, and a frame
that is too long, too deep or anything else raises WireError.

The sandbox's side imports this folder too, so it needs the standard library and
NumPy alone.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.guest.arrays import pack_array, unpack_array
from autograder.guest.errors import TooLarge, WireError
from autograder.guest.generators import pack_generator, unpack_generator

DEPTH = 24  # of nested containers
LENGTH = struct.Struct(">I")
WAIT = struct.pack("@ll", 0, 50_000)  # a timeval: microseconds until patience is asked again
LEAST_READ, MOST_READ = 1 << 16, 1 << 20  # bytes at a time: a short frame comes at once
CONTROL_BYTES = 4096  # of one message on the control socket, which asks for forks
ENTRIES = 500  # of one dict
MANY, MOST = 4, 10_000  # items of a list between which those of one form are said at once
SCALARS = frozenset({type(None), bool, int, float})  # JSON has a word for them
PLAIN = SCALARS | {str}
# what `pack` made nests no deeper than DEPTH, so nothing in it can hold itself
Patience = Callable[[], object]
ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)


# --- values -------------------------------------------------------------------


def pack(value: Any, depth: int = DEPTH) -> Any:
    """`value` as something JSON can say; raises WireError for what is no plain data."""
    if type(value) in SCALARS:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, np.generic):
        return pack(plain_scalar(value), depth)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if depth == 0:
        raise WireError(f"data nested more than {DEPTH} deep")
    if isinstance(value, np.ndarray):
        return {"array": pack_array(value)}
    if isinstance(value, np.random.Generator):
        return {"generator": pack_generator(value)}
    if isinstance(value, list):
        return pack_list(value, depth - 1)
    if isinstance(value, tuple):
        return {"tuple": pack_items(value, depth - 1)}
    if isinstance(value, dict):
        items = value.items()
        return {"dict": [[pack(k, depth - 1), pack(v, depth - 1)] for k, v in items]}
    raise WireError(type(value).__name__)


def pack_list(items: list[Any], depth: int) -> Any:
    """The items of a list, packed; many of one form are said at once, as results of calls are."""
    if not MANY <= len(items) <= MOST or depth == 0:
        return pack_items(items, depth)
    kinds = set(map(type, items))
    if kinds == {tuple} and items[0] and len(set(map(len, items))) == 1:
        return {"rows": [pack_list([*column], depth - 1) for column in zip(*items)]}
    if kinds == {np.ndarray} and len({(item.dtype, item.shape) for item in items}) == 1:
        stacked = np.stack(items)
        if stacked.ndim > 1 and stacked.size:
            return {"arrays": pack_array(stacked)}
    return pack_items(items, depth)


def pack_items(items: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
    """The items of a list or tuple, packed; many are nothing but numbers and texts."""
    if PLAIN.issuperset(map(type, items)):
        return list(items)
    return [pack(item, depth) for item in items]


def unpack(data: Any, depth: int = DEPTH) -> Any:
    """The value that `pack` made `data` of; raises WireError for anything else."""
    if type(data) in SCALARS:  # JSON makes no subclasses
        return data
    if isinstance(data, str):
        return unpack_text(data)
    if depth == 0:
        raise WireError(f"data nested more than {DEPTH} deep")
    if isinstance(data, list):
        return unpack_items(data, depth - 1)
    if len(data) == 1 and type(items := data.get("tuple")) is list:  # by far the most frequent
        return tuple(unpack_items(items, depth - 1))
    match data:
        case {"rows": [*columns]} if len(data) == 1:
            return unpack_rows(columns, depth - 1)
        case {"arrays": [str(dtype), list(shape), str(content)]} if len(data) == 1:
            return unpack_arrays(dtype, shape, content)
        case {"dict": list(pairs)} if len(data) == 1:
            return unpack_dict(pairs, depth)
        case {"array": [str(dtype), list(shape), str(content)]} if len(data) == 1:
            return unpack_array(dtype, shape, content)
        case {"generator": [*parts]} if len(data) == 1:
            return unpack_generator(parts)
    raise WireError("a frame that says no value")


def unpack_items(items: list[Any], depth: int) -> list[Any]:
    """The items of a list or tuple, unpacked; many are nothing but numbers and texts."""
    kinds = set(map(type, items))
    if not kinds <= PLAIN:
        return [unpack(item, depth) for item in items]
    if str in kinds:
        unpack_text("".join(items if len(kinds) == 1 else filter(is_text, items)))
    return list(items)


def unpack_rows(columns: list[Any], depth: int) -> list[Any]:
    """A list of equally long tuples, of which the columns are said one after the other."""
    found = [unpack(column, depth) for column in columns]
    if not found or not all(type(column) is list for column in found) or len(found[0]) > MOST:
        raise WireError("rows whose columns are no lists, or too long")
    try:
        return [*zip(*found, strict=True)]
    except ValueError as error:
        raise WireError("rows whose columns differ in length") from error


def unpack_arrays(dtype: str, shape: list[Any], content: str) -> list[np.ndarray]:
    """A list of arrays of one dtype and shape: each is small, so there must not be too many."""
    stacked = unpack_array(dtype, shape, content)
    if stacked.ndim < 2 or not stacked.size or len(stacked) > MOST:
        raise WireError("arrays that are none, or too many")
    return [array.copy() for array in stacked]


def is_text(item: Any) -> bool:
    """Whether an item is a text."""
    return type(item) is str


def unpack_text(text: str) -> str:
    """The text; raises WireError for half a surrogate pair, which no file can hold."""
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise WireError("a text that is no Unicode") from error
    return text


def plain_scalar(value: np.generic) -> bool | int | float | str:
    """A NumPy number, bool or string as Python's own."""
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer) and not isinstance(value, np.timedelta64):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, np.str_):
        return str.__str__(value)
    raise WireError(type(value).__name__)


def unpack_dict(pairs: list[Any], depth: int) -> dict[Any, Any]:
    """The dict; keys are what Python can hash."""
    if len(pairs) > ENTRIES:  # keys with one hash for all take quadratic time
        raise WireError(f"a dict of more than {ENTRIES} entries")
    try:
        return {unpack(k, depth - 1): unpack(v, depth - 1) for k, v in pairs}
    except (TypeError, ValueError) as error:
        raise WireError("a dict that cannot be read") from error


# --- frames -------------------------------------------------------------------


def to_bytes(data: Any) -> bytes:
    """`data` as JSON; raises WireError for what JSON can't hold (an int of 5,000 digits)."""
    try:
        return ENCODER.encode(data).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError("a number too long to write down") from error


def from_bytes(content: bytes) -> Any:
    """What the JSON says; raises WireError where it is malformed."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise WireError("a frame that is no JSON") from error


class Connection:
    """A stream socket that carries frames, one after the other, in both directions.

    Who must not wait for the other side for ever has a `patience` asked while frames are sent
    and received: every 0.05 seconds and whenever a part has come. It raises TimeoutError where
    it has lasted long enough.
    """

    __slots__ = ("arrived", "socket")

    def __init__(self, connection: socket.socket, *, patient: bool = False) -> None:
        """Take a connected socket over; `patient` where frames are exchanged with a patience."""
        self.socket = connection
        self.arrived = bytearray()  # what came with the frames before
        if patient:
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                connection.setsockopt(socket.SOL_SOCKET, option, WAIT)

    def send(self, data: Any, *, limit: int) -> None:
        """Write one frame; raises TooLarge before a byte of a longer one is written."""
        self.send_frame(to_bytes(data), limit=limit)

    def send_frame(self, content: bytes, *, limit: int, patience: Patience = lambda: None) -> None:
        """Write one frame that is JSON already; raises TooLarge as `send` does."""
        if len(content) > limit:
            raise TooLarge(f"a frame of {len(content)} bytes")
        left = memoryview(LENGTH.pack(len(content)) + content)
        while left:
            try:
                left = left[self.socket.send(left) :]
            except BlockingIOError:
                patience()

    def receive(self, *, limit: int) -> Any:
        """Read one frame; raises EOFError where the other side is gone, and WireError."""
        return from_bytes(self.receive_frame(limit=limit))

    def receive_frame(self, *, limit: int, patience: Patience = lambda: None) -> bytes:
        """The content of one frame, however slowly it trickles in; it is not parsed.

        Raises EOFError where the other side is gone, and TooLarge.
        """
        self.fill(LENGTH.size, patience)
        (length,) = LENGTH.unpack_from(self.arrived)
        if length > limit:
            raise TooLarge(f"a frame of {length} bytes")
        end = LENGTH.size + length
        self.fill(end, patience)
        content = bytes(self.arrived[LENGTH.size : end])
        del self.arrived[:end]
        return content

    def fill(self, size: int, patience: Patience) -> None:
        """Read until so many bytes have arrived."""
        while (missing := size - len(self.arrived)) > 0:
            try:
                part = self.socket.recv(min(max(missing, LEAST_READ), MOST_READ))
            except BlockingIOError:
                patience()
                continue
            if not part:
                raise EOFError
            self.arrived += part
            if len(part) < missing:
                patience()

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()
