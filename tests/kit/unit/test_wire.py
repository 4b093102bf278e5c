"""Plain data passes the wire unchanged; whatever else comes along raises WireError."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.guest import wire
from autograder.guest.arrays import pack_array
from autograder.guest.errors import TooLarge, WireError
from autograder.guest.generators import GENERATORS, follow
from tests.kit.strategies import DTYPES, arrays, identical, values

MORE = settings(max_examples=200, deadline=None)


def there(value: object) -> Any:
    """`value` after a way over the wire, as JSON text."""
    return wire.unpack(wire.from_bytes(wire.to_bytes(wire.pack(value))))


def forged_array(dtype: object, shape: object, content: object = "") -> Any:
    return wire.unpack({"array": [dtype, shape, content]})


# --- what passes --------------------------------------------------------------


@MORE
@given(values())
@example([-0.0, 0.0, np.inf, -np.inf, np.nan])
@example({"a": (1, [2.5, None]), 3: True, None: "ä", 1.5: {}})
@example(2**4000)
@example("\x00\U0001f600\u2028")
def test_plain_data_passes_unchanged(value: object) -> None:
    assert identical(there(value), value)


@MORE
@given(arrays())
def test_an_array_keeps_dtype_shape_and_every_bit(value: np.ndarray) -> None:
    came = there(value)
    assert type(came) is np.ndarray
    assert (came.dtype, came.shape) == (value.dtype, value.shape)
    assert came.tobytes() == value.tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3, 0), (1,), (2, 3)])
def test_arrays_of_every_numeric_dtype_pass_in_any_shape(
    dtype: str, shape: tuple[int, ...]
) -> None:
    value = np.ones(shape, dtype)
    assert identical(there(value), value)


FORMS = st.one_of(values(), arrays(), st.tuples(arrays(), arrays()), st.tuples(st.integers()))


@MORE
@given(value=FORMS, times=st.integers(0, 9), last=st.none() | FORMS)
@example(value=(), times=5, last=None)
@example(value=((1.5, np.zeros(2)), "ä"), times=wire.MOST + 1, last=None)
@example(value=np.zeros((0, 2)), times=5, last=None)
@example(value=np.array(3.0), times=5, last=None)
@example(value=np.zeros(2), times=5, last=np.zeros(2, np.float32))
@example(value=(1, 2), times=5, last=(1, 2, 3))
def test_what_many_calls_gave_passes_unchanged(value: Any, times: int, last: Any) -> None:
    listed = [copy.deepcopy(value) for _ in range(times)] + [last] * (last is not None)
    assert identical(there(listed), listed)
    assert identical(there({"nested": (listed,)}), {"nested": (listed,)})


def test_results_of_many_calls_are_said_at_once() -> None:
    drawn = [("Rom", 2)] * 1000
    assert wire.pack(drawn) == {"rows": [["Rom"] * 1000, [2] * 1000]}
    counted = [(np.arange(3), np.ones(3)) for _ in range(4)]
    assert [*wire.pack(counted)["rows"][1]] == ["arrays"]


def test_arrays_that_came_together_share_nothing() -> None:
    first, *others = there([np.zeros(2) for _ in range(4)])
    first[0] = 1
    assert [other.tolist() for other in others] == [[0, 0]] * 3


def test_an_array_that_came_may_be_written_to() -> None:
    came = there(np.zeros(2))
    came[0] = 1
    assert came.tolist() == [1, 0]


@pytest.mark.parametrize(
    "value",
    [np.arange(6.0).reshape(2, 3).T, np.arange(9)[::-2], np.asfortranarray(np.eye(3))],
)
def test_an_array_in_any_memory_order_passes_as_its_numbers(value: np.ndarray) -> None:
    assert identical(there(value), np.ascontiguousarray(value))


def test_a_big_endian_array_arrives_in_native_order() -> None:
    assert identical(there(np.array([1.5, -2.0], ">f8")), np.array([1.5, -2.0]))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(-0.0), -0.0),
        (np.float32(0.5), 0.5),
        (np.float16(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.int8(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.str_("wort"), "wort"),
    ],
)
def test_a_numpy_scalar_arrives_as_a_scalar_of_python(value: object, expected: object) -> None:
    assert identical(there(value), expected)
    assert identical(there([value]), [expected])


def test_subclasses_of_plain_scalars_arrive_as_the_plain_ones() -> None:
    class Text(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "another"

    class Number(int):
        pass

    assert identical(there([Text("wort"), Number(3)]), ["wort", 3])


every_kind = pytest.mark.parametrize("kind", GENERATORS)


@every_kind
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), drawn=st.integers(0, 5), spawned=st.integers(0, 3))
def test_a_generator_goes_on_where_it_was(kind: str, seed: int, drawn: int, spawned: int) -> None:
    generator = made(kind, seed)
    generator.spawn(spawned)
    for _ in range(drawn):
        generator.integers(2**31, dtype=np.uint32)  # half a word: the other half is held back
    came = there(generator)
    for other in (came, there(came), copy.deepcopy(came), pickle.loads(pickle.dumps(came))):
        assert same_future(other, copy.deepcopy(generator))


@every_kind
@pytest.mark.parametrize("entropy", [0, 2**127, [1, 2, 3], [2**64, 0]])
def test_a_generator_keeps_the_seed_that_its_children_come_from(kind: str, entropy: Any) -> None:
    seed = np.random.SeedSequence(entropy, spawn_key=(3, 2**31), pool_size=8)
    generator = np.random.Generator(getattr(np.random, kind)(seed)).spawn(2)[1]
    assert same_future(there(generator), generator)


@every_kind
@pytest.mark.parametrize("drawn", [0, 1, 2, 3])
def test_a_generator_follows_a_copy_of_itself(kind: str, drawn: int) -> None:
    ours = made(kind, 2)
    theirs = there(ours)
    theirs.integers(9, size=drawn, dtype=np.uint32)
    theirs.spawn(drawn)
    follow(ours, theirs)
    assert same_future(ours, theirs)


def test_a_generator_does_not_follow_another_one() -> None:
    spawned, ours = np.random.default_rng(1), np.random.default_rng(1)
    spawned.spawn(1)
    pairs = [(ours, made(kind, 1)) for kind in GENERATORS if kind != "PCG64"]
    for one, other in (*pairs, (ours, np.random.default_rng(2)), (spawned, ours)):
        before = one.bit_generator.state
        with pytest.raises(WireError):
            follow(one, other)
        assert one.bit_generator.state == before


@every_kind
def test_a_generator_takes_little_room(kind: str) -> None:
    assert len(wire.to_bytes(wire.pack(made(kind, 2**32 - 1)))) < 4096


def made(kind: str, seed: int) -> np.random.Generator:
    return np.random.Generator(getattr(np.random, kind)(seed))


def same_future(one: np.random.Generator, other: np.random.Generator) -> bool:
    """Whether both draw the same from here on, and so do their children."""
    return draws(one) == draws(other) and draws(one.spawn(2)[1]) == draws(other.spawn(2)[1])


def draws(generator: np.random.Generator) -> list[float]:
    whole = generator.integers(9, size=3, dtype=np.uint32)
    return [*whole.tolist(), generator.random(), generator.standard_normal()]


# --- what may not be sent -------------------------------------------------------


def circle() -> list[object]:
    items: list[object] = []
    items.append(items)
    return items


def nested(depth: int) -> object:
    value: object = 0
    for _ in range(depth):
        value = [value]
    return value


class Disguised(np.ndarray):
    """A subclass: what its numbers are is up to its own methods."""


@pytest.mark.parametrize(
    "value",
    [
        *(object(), {1, 2}, b"bytes", 1j, len, int, range(3), iter([1])),
        *(np.complex128(1), np.bytes_(b"a"), np.datetime64("2024-01-01")),
        *(np.array([None]), np.array(["a"]), np.array([1j]), np.array(["2024"], "M8[s]")),
        *(
            np.array([(1, 2)], "i4,i4"),
            np.ma.array([1.0], mask=[True]),
            np.zeros(2).view(Disguised),
        ),
        np.random.Generator(np.random.RandomState(0)._bit_generator),  # it has no seed
        *(np.random.RandomState(0), circle(), nested(wire.DEPTH + 1), {"a": (1, {2})}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_plain_data_is_refused(value: object) -> None:
    with pytest.raises(WireError):
        wire.pack(value)


def test_the_refusal_names_what_came_instead() -> None:
    with pytest.raises(WireError) as caught:
        wire.pack([{1, 2}])
    assert caught.value.what == "set"


def test_nesting_up_to_the_limit_passes() -> None:
    assert there(nested(wire.DEPTH)) == nested(wire.DEPTH)


def test_a_dict_within_itself_is_refused() -> None:
    value: dict[str, object] = {}
    value["again"] = value
    with pytest.raises(WireError):
        wire.pack(value)


def test_an_int_of_5000_digits_is_refused_on_both_sides() -> None:
    with pytest.raises(WireError):
        wire.to_bytes(wire.pack(10**5000))
    with pytest.raises(WireError):
        wire.from_bytes(b"1" + b"0" * 5000)


# --- what may not be read -------------------------------------------------------


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["tuple", "dict", "array", "generator", "x"]), inner, max_size=2
        ),
        st.tuples(
            st.sampled_from(["<f8", "|b1", ">i4", "<f2", "O", "U3", "f8,f8", "(2,)f8", "("]),
            st.lists(st.integers(-1, 3) | st.integers() | inner, max_size=9),
            st.binary(max_size=16).map(lambda data: base64.b64encode(data).decode())
            | st.text(max_size=4),
        ).map(lambda parts: {"array": list(parts)}),
        st.tuples(
            st.sampled_from([*GENERATORS, "RandomState"]) | inner,
            st.lists(st.integers(0, 2**130) | inner, min_size=3, max_size=5) | inner,
            st.lists(st.integers(0, 5) | inner, min_size=4, max_size=4) | inner,
        ).map(lambda parts: {"generator": list(parts)}),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(JUNK)
@example({"dict": [[[], 1]]})
@example({"dict": [1]})
@example({"dict": [[1, 2, 3]]})
@example({"dict": [[{"dict": []}, 1]]})
@example({"tuple": {}})
@example({"rows": []})
@example({"rows": [1]})
@example({"rows": [[1], [1, 2]]})
@example({"rows": [{"tuple": [1]}]})
@example({"arrays": ["<f8", [], ""]})
@example({"generator": ["PCG64", [True, 0, 0, 0], [0, [], 4, 0]]})
def test_arbitrary_json_is_read_or_refused(data: object) -> None:
    try:
        value = wire.unpack(data)
    except WireError:
        return
    wire.pack(value)  # what was read is plain data


@pytest.mark.parametrize(
    "dtype",
    [
        *("O", "object", "U3", "S1", "V8", "M8[s]", "m8[s]", "c16", "f8,f8", "(2,)f8", "1f8,"),
        *("", "(", "(" * 5000, "(1" + "0" * 6000 + ")f8", "f8" * 3000, "nonsense", "\ud800"),
        *("{'names': ['a'], 'formats': ['f8']}", "[('a', 'f8')]", "f8\n", "__import__('os')"),
    ],
)
def test_a_forged_dtype_is_refused(dtype: str) -> None:
    with pytest.raises(WireError):
        forged_array(dtype, [0])


@pytest.mark.parametrize(
    "shape",
    [
        *([2], [3, 3], [10**12], [10**30], [2**62, 2**62], [0, 10**30], [0, 2**62, 2**62]),
        *([-1], [-1, -1], [1.0], [True], ["1"], [None], [[1]], [1] * 9, [1] * 70),
    ],
)
def test_a_forged_shape_is_refused(shape: list[object]) -> None:
    content = base64.b64encode(np.ones(1).tobytes()).decode()
    with pytest.raises(WireError):
        forged_array("<f8", shape, content if 0 not in shape else "")


@pytest.mark.parametrize("content", ["A", "AAAA", "ä", "\ud800", "====", "AAAAAAAAAAA=\n", None, 3])
def test_forged_content_is_refused(content: object) -> None:
    with pytest.raises(WireError):
        forged_array("<f8", [1], content)


PCG64 = [0, 1, 0, 0]
SEED = [0, [], 4, 0]
WORDS = pack_array(np.zeros(4, np.uint64))
KEY = pack_array(np.zeros(2, np.uint64))
PHILOX = [WORDS, KEY, WORDS, 4, 0, 0]
MT = [pack_array(np.ones(624, np.uint32)), 624]
HUNDRED_DIGITS = 10**100


def replaced(items: list[Any], at: int, value: object) -> list[Any]:
    return [*items[:at], value, *items[at + 1 :]]


def test_a_state_that_is_right_is_read() -> None:
    for kind, numbers in (("PCG64", PCG64), ("Philox", PHILOX), ("MT19937", MT)):
        wire.unpack({"generator": [kind, numbers, SEED]}).random(1000)


@pytest.mark.parametrize(
    ("kind", "numbers", "seed"),
    [
        *(("PCG64", numbers, SEED) for numbers in ([], PCG64[:3], [*PCG64, 0], None, "0000")),
        *(
            ("PCG64", replaced(PCG64, at, wrong), SEED)
            for at, first in enumerate((1 << 128, 1 << 128, 2, 1 << 32))
            for wrong in (first, HUNDRED_DIGITS, -1, 0.0, "0", True, None, [0], WORDS)
        ),
        *(
            ("PCG64", PCG64, replaced(SEED, at, wrong))
            for at, first in enumerate((1 << 128, [0] * 17, 17, 1 << 32))
            for wrong in (first, HUNDRED_DIGITS, -1, 0.5, "0", True, None, [HUNDRED_DIGITS], [[]])
        ),
        *(("PCG64", PCG64, seed) for seed in ([], SEED[:3], [*SEED, 0], None, [0, [], 3, 0])),
        *(("PCG64", PCG64, [[0] * 17, [], 4, 0]), ("PCG64", PCG64, [0, [1 << 32], 4, 0])),
        *((kind, PCG64, SEED) for kind in ("RandomState", "BitGenerator", "", "seed", None, 0)),
        *(("MT19937", PCG64, SEED), ("SFC64", PCG64, SEED), ("PCG64", MT, SEED)),
        *(("MT19937", [MT[0], wrong], SEED) for wrong in (625, -1, 1 << 62, None, 1.0)),
        *(
            ("MT19937", [pack_array(np.ones(size, dtype)), 0], SEED)
            for size, dtype in ((623, "u4"), (625, "u4"), (0, "u4"), (624, "u8"), (624, "f4"))
        ),
        ("MT19937", [pack_array(np.ones((1, 624), "u4")), 0], SEED),
        ("MT19937", [["<u4", [624], ""], 0], SEED),
        *(("Philox", replaced(PHILOX, 3, wrong), SEED) for wrong in (5, -1, HUNDRED_DIGITS)),
        *(("Philox", replaced(PHILOX, at, 0), SEED) for at in range(3)),
    ],
)
def test_a_forged_state_of_a_generator_is_refused(kind: Any, numbers: Any, seed: Any) -> None:
    with pytest.raises(WireError):
        wire.unpack({"generator": [kind, numbers, seed]})


@pytest.mark.parametrize(
    "data",
    [
        {"rows": [[1], [1, 2]]},
        {"rows": []},
        {"rows": [[0] * (wire.MOST + 1)]},
        {"arrays": ["|i1", [wire.MOST + 1, 1], "AAAA" * ((wire.MOST + 1) // 3 + 1)]},
        {"arrays": ["|i1", [1 << 24, 0], ""]},
        {"arrays": ["|i1", [3], "AAAA"]},
    ],
)
def test_a_forged_list_of_results_is_refused(data: Any) -> None:
    with pytest.raises(WireError):
        wire.unpack(data)


def test_half_a_surrogate_pair_is_refused_wherever_it_is() -> None:
    for data in ("\ud800", ["a\udfff"], {"dict": [["\ud800", 1]]}):
        with pytest.raises(WireError):
            wire.unpack(data)


def test_data_nested_too_deep_is_refused() -> None:
    with pytest.raises(WireError):
        wire.unpack(nested(wire.DEPTH + 1))
    with pytest.raises(WireError):
        wire.from_bytes(b"[" * 1_000_000)


@given(st.binary(max_size=20))
def test_arbitrary_bytes_are_json_or_refused(content: bytes) -> None:
    try:
        wire.from_bytes(content)
    except WireError:
        return
    json.loads(content)


# --- frames ---------------------------------------------------------------------


Pair = tuple[wire.Connection, wire.Connection]


@pytest.fixture
def ends() -> Iterator[Pair]:
    one, other = socket.socketpair()
    with one, other:
        yield wire.Connection(one), wire.Connection(other, patient=True)


def within(seconds: float) -> Callable[[], None]:
    """The patience of somebody who waits for so long in all."""
    deadline = time.monotonic() + seconds

    def patience() -> None:
        if time.monotonic() >= deadline:
            raise TimeoutError

    return patience


def receive(connection: wire.Connection, limit: int) -> object:
    """What a frame says."""
    return wire.from_bytes(connection.receive_frame(limit=limit, patience=within(5)))


def framed(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


@pytest.mark.parametrize("data", [None, {"value": [1, 2.5, "ä"]}, [], "x" * 50_000])
def test_a_frame_arrives_as_it_was_sent(ends: Pair, data: object) -> None:
    ends[0].send(data, limit=1 << 20)
    assert receive(ends[1], 1 << 20) == data


def test_frames_arrive_one_by_one(ends: Pair) -> None:
    for number in range(3):
        ends[0].send(number, limit=100)
    assert [receive(ends[1], 100) for _ in range(3)] == [0, 1, 2]


def test_a_frame_longer_than_allowed_is_not_sent(ends: Pair) -> None:
    with pytest.raises(TooLarge):
        ends[0].send("x" * 100, limit=101)  # the quotes count as well
    ends[0].send("x" * 100, limit=102)
    assert receive(ends[1], 102) == "x" * 100


def test_a_frame_that_says_it_is_too_long_is_not_read(ends: Pair) -> None:
    ends[0].socket.sendall(struct.pack(">I", 0xFFFFFFFF))
    with pytest.raises(TooLarge):
        ends[1].receive_frame(limit=1000, patience=within(5))


@pytest.mark.parametrize("content", [b"", b"{", b"nonsense", b"\xff\xfe", b"1" * 5000, b"1 2"])
def test_a_frame_that_is_no_json_is_refused(ends: Pair, content: bytes) -> None:
    ends[0].socket.sendall(framed(content))
    with pytest.raises(WireError):
        receive(ends[1], 10_000)


@pytest.mark.parametrize("sent", [b"", b"\0\0", framed(b"1234")[:-1]])
def test_the_end_of_the_other_side_is_noticed(ends: Pair, sent: bytes) -> None:
    ends[0].socket.sendall(sent)
    ends[0].close()
    with pytest.raises(EOFError):
        ends[1].receive_frame(limit=100, patience=within(5))


@pytest.mark.parametrize("sent", [b"", b"\0\0", framed(b"1234")[:-1]])
def test_silence_ends_at_the_deadline(ends: Pair, sent: bytes) -> None:
    ends[0].socket.sendall(sent)
    with pytest.raises(TimeoutError):
        ends[1].receive_frame(limit=100, patience=within(0.05))


def test_a_frame_that_trickles_in_does_not_put_off_the_deadline(ends: Pair) -> None:
    stop = threading.Event()

    def trickle() -> None:
        for byte in framed(b" " * 200):
            if stop.wait(0.05):
                return
            ends[0].socket.sendall(bytes([byte]))

    thread = threading.Thread(target=trickle)
    thread.start()
    start = time.monotonic()
    try:
        with pytest.raises(TimeoutError):
            ends[1].receive_frame(limit=1000, patience=within(0.3))
        took = time.monotonic() - start
    finally:
        stop.set()
        thread.join()
    assert took < 5  # all of it would take ten seconds


def test_what_comes_behind_a_frame_is_kept_for_the_next(ends: Pair) -> None:
    ends[0].socket.sendall(framed(b"1") + framed(b"2")[:-1])
    assert receive(ends[1], 100) == 1
    ends[0].socket.sendall(b"2")
    assert receive(ends[1], 100) == 2


def test_no_more_than_a_part_is_read_beyond_what_is_wanted(ends: Pair) -> None:
    ends[0].socket.sendall(framed(b"1") + bytes(2 * wire.LEAST_READ))
    assert receive(ends[1], 100) == 1
    assert len(ends[1].arrived) <= wire.LEAST_READ


def test_who_does_not_read_is_not_waited_for(ends: Pair) -> None:
    with pytest.raises(TimeoutError):
        ends[1].send_frame(bytes(1 << 22), limit=1 << 30, patience=within(0.2))


def test_a_frame_that_is_read_slowly_is_sent_to_its_end(ends: Pair) -> None:
    content = b"1" * (1 << 21)

    def read() -> None:
        time.sleep(0.3)  # the sender has to wait more than once
        found.append(ends[0].receive_frame(limit=1 << 30))

    found: list[bytes] = []
    reader = threading.Thread(target=read)
    reader.start()
    ends[1].send_frame(content, limit=1 << 30, patience=within(20))
    reader.join()
    assert found == [content]


@pytest.mark.parametrize("shape", [[10**9, 0], [0, 10**9], [4097, 4097, 0]])
def test_an_array_without_elements_is_no_larger_than_any_other(shape: list[int]) -> None:
    with pytest.raises(WireError):
        forged_array("<f8", shape)


@pytest.mark.parametrize("value", [np.timedelta64(5, "s"), np.datetime64("2026-01-01")])
def test_times_do_not_pass(value: object) -> None:
    with pytest.raises(WireError):
        wire.pack(value)


@pytest.mark.parametrize("dtype", ["a", "S4", "O", "<M8[s]", "f8,f8", "float64", "V8", "<f999"])
def test_a_dtype_is_named_as_the_wire_names_it(dtype: str) -> None:
    with pytest.raises(WireError):
        forged_array(dtype, [0])
