"""How a numeric array passes the wire: its dtype, its shape and its content in base64."""

from __future__ import annotations

import base64
import math
import re
from typing import Any

import numpy as np

from autograder.guest.errors import WireError

KINDS = "biuf"  # NumPy's letters for the arrays that may pass
DTYPE = re.compile(rf"[<>|=]?[{KINDS}]\d{{1,2}}")
ELEMENTS = 1 << 24


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
