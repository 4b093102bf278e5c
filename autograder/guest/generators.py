"""How NumPy's random generators pass the wire: their kind, their state and their seed.

A state that a student's code made up is checked number by number before NumPy sees it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.guest.arrays import pack_array, unpack_array
from autograder.guest.errors import WireError

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
NO_STATE = "a malformed generator state"


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


def follow(ours: np.random.Generator, theirs: np.random.Generator) -> None:
    """Put a generator where a copy of it has gone; raises WireError for another one's copy."""
    bits: Any = ours.bit_generator
    gone: Any = theirs.bit_generator
    ours_of, theirs_of = pack_seed(bits.seed_seq), pack_seed(gone.seed_seq)
    if type(bits) is not type(gone) or ours_of[:3] != theirs_of[:3] or ours_of[3] > theirs_of[3]:
        raise WireError("another generator")
    # NumPy has no other way to tell a generator how many children it has
    bits.__setstate__((gone.state, unpack_seed(theirs_of)))


def follow_all(ours: Iterable[Any], copies: Iterable[Any]) -> None:
    """Put each generator among values where its copy has gone; raises WireError as `follow`."""
    for mine, copy in zip(ours, copies, strict=False):
        if isinstance(mine, np.random.Generator) and isinstance(copy, np.random.Generator):
            follow(mine, copy)


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


def several(numbers: list[Any], most: int) -> list[int]:
    """A few whole numbers from 0 up; raises WireError for anything else."""
    if len(numbers) > SEEDS:
        raise WireError(NO_STATE)
    return [whole(number, most) for number in numbers]


def whole(number: Any, most: int) -> int:
    """A whole number from 0 to `most`; raises WireError for anything else."""
    if type(number) is not int or not 0 <= number <= most:
        raise WireError(NO_STATE)
    return number
