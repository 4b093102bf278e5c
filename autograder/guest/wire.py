"""One frame of the wire between the tests and a student's functions: plain data.

How it works: a frame is a length (4 bytes, big-endian) and that many bytes of
JSON. What JSON has no word for is an object with a single key that names its
type: {"tuple": [...]}, {"array": [dtype, shape, base64]}. Reading builds only
None, bool, int, float, str, list, tuple, dict, numeric arrays and NumPy's
generators: nothing is unpickled, evaluated or looked up by name, and a frame
that is too long, too deep or anything else raises WireError.

The sandbox's side imports this file too, so it needs the standard library and
NumPy alone.
"""

from __future__ import annotations

import base64
import json
import math
import re
import socket
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

DEPTH = 24  # of nested containers
LENGTH = struct.Struct(">I")
KINDS = "biuf"  # NumPy's letters for the arrays that may pass
DTYPE = re.compile(rf"[<>|=]?[{KINDS}]\d{{1,2}}")
ELEMENTS = 1 << 24
ENTRIES = 500  # of one dict
SCALARS = (type(None), bool, int, float)  # JSON has a word for them

WORD, INT128 = (1 << 32) - 1, (1 << 128) - 1
SEEDS = 16  # numbers of which a generator's seed consists
GENERATORS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *(np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937),
        *(np.random.Philox, np.random.SFC64),
    )
}
Most = int | tuple[str, int]  # the largest number, or the dtype and the size of an array
# What a state consists of: whether it stands in NumPy's inner "state", its name, what fits.
# A position behind the end of a buffer would be read as it is.
HELD: dict[tuple[bool, str], Most] = {(False, "has_uint32"): 1, (False, "uinteger"): WORD}
CONGRUENTIAL: dict[tuple[bool, str], Most] = {
    (True, "state"): INT128,
    (True, "inc"): INT128,
    **HELD,
}
STATES: dict[str, dict[tuple[bool, str], Most]] = {
    "PCG64": CONGRUENTIAL,
    "PCG64DXSM": CONGRUENTIAL,
    "MT19937": {(True, "key"): ("<u4", 624), (True, "pos"): 624},
    "Philox": {
        (True, "counter"): ("<u8", 4),
        (True, "key"): ("<u8", 2),
        (False, "buffer"): ("<u8", 4),
        (False, "buffer_pos"): 4,
        **HELD,
    },
    "SFC64": {(True, "state"): ("<u8", 4), **HELD},
}
NO_STATE = "a generator's state that is none"


class WireError(Exception):
    """A value that may not pass, or a frame that is none. `what` says which."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class TooLarge(WireError):
    """A frame longer than allowed."""


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
        return [pack(item, depth - 1) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [pack(item, depth - 1) for item in value]}
    if isinstance(value, dict):
        items = value.items()
        return {"dict": [[pack(k, depth - 1), pack(v, depth - 1)] for k, v in items]}
    raise WireError(type(value).__name__)


def unpack(data: Any, depth: int = DEPTH) -> Any:
    """The value that `pack` made `data` of; raises WireError for anything else."""
    if type(data) in SCALARS:  # JSON makes no subclasses
        return data
    if isinstance(data, str):
        return unpack_text(data)
    if depth == 0:
        raise WireError(f"data nested more than {DEPTH} deep")
    if isinstance(data, list):
        return [unpack(item, depth - 1) for item in data]
    match data:
        case {"tuple": list(items)} if len(data) == 1:
            return tuple(unpack(item, depth - 1) for item in items)
        case {"dict": list(pairs)} if len(data) == 1:
            return unpack_dict(pairs, depth)
        case {"array": [str(dtype), list(shape), str(content)]} if len(data) == 1:
            return unpack_array(dtype, shape, content)
        case {"generator": [*parts]} if len(data) == 1:
            return unpack_generator(parts)
    raise WireError("a frame that says no value")


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


def pack_array(array: np.ndarray) -> list[Any]:
    """dtype, shape and content of a numeric array; subclasses may hide more and are refused."""
    if type(array) is not np.ndarray:
        raise WireError(type(array).__name__)
    if array.dtype.kind not in KINDS:
        raise WireError(f"array of dtype {array.dtype}")
    native = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
    content = base64.b64encode(native.tobytes()).decode("ascii")
    return [native.dtype.str, list(array.shape), content]


def unpack_array(name: str, shape: list[Any], content: str) -> np.ndarray:
    """The array; raises WireError where dtype, shape and content do not fit together."""
    if not DTYPE.fullmatch(name) or not all(type(n) is int and n >= 0 for n in shape):
        raise WireError("an array of another kind")
    # an array without elements may still have a billion rows, and each would be written down
    if len(shape) > 8 or math.prod(max(n, 1) for n in shape) > ELEMENTS:
        raise WireError("an array whose shape is too large")
    try:
        dtype = np.dtype(name)
        data = base64.b64decode(content, validate=True)
        if math.prod(shape) * dtype.itemsize != len(data):
            raise WireError("an array whose shape does not fit")
        return np.frombuffer(data, dtype=dtype).reshape(shape).copy()
    except (TypeError, ValueError) as error:
        raise WireError("an array that cannot be read") from error


def unpack_dict(pairs: list[Any], depth: int) -> dict[Any, Any]:
    """The dict; keys are what Python can hash."""
    if len(pairs) > ENTRIES:  # keys with one hash for all take quadratic time
        raise WireError(f"a dict of more than {ENTRIES} entries")
    try:
        return {unpack(k, depth - 1): unpack(v, depth - 1) for k, v in pairs}
    except (TypeError, ValueError) as error:
        raise WireError("a dict that cannot be read") from error


# --- generators ---------------------------------------------------------------


def pack_generator(generator: np.random.Generator) -> list[Any]:
    """The kind, the state and the seed of a generator."""
    bits = generator.bit_generator
    kind = type(bits).__name__
    if type(bits) is not GENERATORS.get(kind):
        raise WireError(f"a generator of kind {kind}")
    state: Any = bits.state
    numbers = [state["state"][name] if inner else state[name] for inner, name in STATES[kind]]
    packed = [pack_array(n) if isinstance(n, np.ndarray) else int(n) for n in numbers]
    return [kind, packed, pack_seed(bits.seed_seq)]


def unpack_generator(parts: list[Any]) -> np.random.Generator:
    """A generator of that kind, in that state and of that seed."""
    match parts:
        case [str(kind), [*numbers], [*seed]] if kind in GENERATORS:
            if len(numbers) == len(STATES[kind]):
                state: dict[str, Any] = {"bit_generator": kind, "state": {}}
                for ((inner, name), most), number in zip(
                    STATES[kind].items(), numbers, strict=True
                ):
                    (state["state"] if inner else state)[name] = unpack_state(number, most)
                bits = GENERATORS[kind](unpack_seed(seed))
                bits.state = state
                return np.random.Generator(bits)
    raise WireError(NO_STATE)


def unpack_state(number: Any, most: Most) -> Any:
    """A part of a generator's state: NumPy itself does not look whether it fits."""
    if isinstance(most, int):
        return whole(number, most)
    match number:
        case [str(dtype), [*shape], str(content)] if (dtype, shape) == (most[0], [most[1]]):
            return unpack_array(dtype, shape, content)
    raise WireError(NO_STATE)


def pack_seed(seed: Any) -> list[Any]:
    """What a generator's children and copies are made from."""
    if type(seed) is not np.random.SeedSequence:
        raise WireError("a generator without a seed")
    entropy: Any = seed.entropy
    listed = not isinstance(entropy, int | np.integer)
    given = list(map(int, entropy)) if listed else int(entropy)
    return [given, list(map(int, seed.spawn_key)), seed.pool_size, seed.n_children_spawned]


def unpack_seed(parts: list[Any]) -> np.random.SeedSequence:
    """The seed, with as many children as it had."""
    match parts:
        case [entropy, [*key], pool, children] if whole(pool, 16) >= 4:
            listed = isinstance(entropy, list)
            return np.random.SeedSequence(
                several(entropy, INT128) if listed else whole(entropy, INT128),
                spawn_key=several(key, WORD),
                pool_size=pool,
                n_children_spawned=whole(children, WORD),
            )
    raise WireError(NO_STATE)


def follow(ours: np.random.Generator, theirs: np.random.Generator) -> None:
    """Put a generator where a copy of it has gone; raises WireError for another one's copy."""
    bits: Any = ours.bit_generator
    gone: Any = theirs.bit_generator
    ours_of, theirs_of = pack_seed(bits.seed_seq), pack_seed(gone.seed_seq)
    if type(bits) is not type(gone) or ours_of[:3] != theirs_of[:3] or ours_of[3] > theirs_of[3]:
        raise WireError("another generator")
    # NumPy has no other way to tell a generator how many children it has
    bits.__setstate__((gone.state, unpack_seed(theirs_of)))


def several(numbers: list[Any], most: int) -> list[int]:
    """A few whole numbers from 0 up; raises WireError where they are none."""
    if len(numbers) > SEEDS:
        raise WireError(NO_STATE)
    return [whole(number, most) for number in numbers]


def whole(number: Any, most: int) -> int:
    """A whole number from 0 to `most`; raises WireError where it is none."""
    if type(number) is not int or not 0 <= number <= most:
        raise WireError(NO_STATE)
    return number


# --- frames -------------------------------------------------------------------


def to_bytes(data: Any) -> bytes:
    """`data` as JSON; raises WireError where it is none (an int of 5,000 digits)."""
    try:
        return json.dumps(data, separators=(",", ":")).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError("a number too long to write down") from error


def from_bytes(content: bytes) -> Any:
    """What the JSON says; raises WireError where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise WireError("a frame that is no JSON") from error


def send(connection: socket.socket, data: Any, *, limit: int) -> None:
    """Write one frame; raises TooLarge before a byte of a longer one is written."""
    content = to_bytes(data)
    if len(content) > limit:
        raise TooLarge(f"a frame of {len(content)} bytes")
    connection.sendall(LENGTH.pack(len(content)) + content)


def receive(
    connection: socket.socket, *, limit: int, patience: Callable[[], float | None] = lambda: None
) -> Any:
    """Read one frame, however slowly it trickles in.

    `patience` is asked before each wait: the seconds until it wants to be asked again, or
    None for no limit. It raises TimeoutError where it has lasted long enough. Raises EOFError
    where the other side is gone, and WireError.
    """
    (length,) = LENGTH.unpack(receive_bytes(connection, LENGTH.size, patience))
    if length > limit:
        raise TooLarge(f"a frame of {length} bytes")
    return from_bytes(receive_bytes(connection, length, patience))


def receive_bytes(
    connection: socket.socket, size: int, patience: Callable[[], float | None]
) -> bytes:
    """Exactly `size` bytes."""
    content = bytearray()
    while len(content) < size:
        connection.settimeout(patience())
        try:
            part = connection.recv(min(size - len(content), 1 << 20))
        except TimeoutError:
            continue
        if not part:
            raise EOFError
        content += part
    return bytes(content)
