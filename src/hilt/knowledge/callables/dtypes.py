"""States of NumPy's dtypes that make it take bytes of a file for the addresses of objects, or read beyond an item.

NumPy believes what the state of a dtype says: a dtype of objects whose flags deny it leaves the bytes of an array as they
are, and whoever touches an element follows an address that the file chose. Specification: `arraydescr_setstate` in
NumPy, numpy/_core/src/multiarray/descriptor.c.
"""

from __future__ import annotations

from hilt.formats.pickle_machine import Global, Items, Made, Value

_HAS_OBJECTS = 1
"""NPY_ITEM_REFCOUNT, the flag of dtypes whose items are or hold objects."""
_DTYPE = Global("numpy", "dtype")
_SUBARRAY, _FIELDS, _SIZE, _FLAGS = 2, 4, 5, 7


def odd_dtype(target: Made, state: Value) -> str:
    """Why the state of a dtype, which it keeps from now on, is none that NumPy writes; empty where it is."""
    if target.callable != _DTYPE or not isinstance(state, tuple) or len(state) <= _FLAGS:
        return ""  # NumPy's first versions told no flags
    target.state = state
    flags, size = state[_FLAGS], state[_SIZE]
    inner = list(_inner(state))
    if any(_of_objects(one) for one, _ in ((target, 0), *inner)) and not (
        isinstance(flags, int) and flags & _HAS_OBJECTS
    ):
        return (
            "describes items that are objects, and says that they are not: NumPy takes bytes of the file for addresses"
        )
    if inner and isinstance(size, int) and any(not 0 <= offset <= size for _, offset in inner):
        return f"describes fields that stand outside of their item of {size} bytes, which NumPy reads nevertheless"
    return ""


def _inner(state: tuple[Value, ...]) -> list[tuple[Value, int]]:
    """The dtypes inside a dtype, and where each stands in its item."""
    found: list[tuple[Value, int]] = []
    match state[_SUBARRAY]:
        case (Made() as one, *_):
            found.append((one, 0))
    if isinstance(state[_FIELDS], Items):
        for pair in state[_FIELDS].first:
            match pair:
                case (_, (Made() as one, int(offset), *_)):
                    found.append((one, offset))
    return found


def _of_objects(value: Value, depth: int = 8) -> bool:
    if not isinstance(value, Made) or depth == 0:
        return False
    named = value.args[0] if isinstance(value.args, tuple) and value.args else ""
    if isinstance(named, str) and named.lstrip("|<>=").startswith(("O", "object")):
        return True
    state = value.state
    inner = _inner(state) if isinstance(state, tuple) and len(state) > _FLAGS else []
    return any(_of_objects(one, depth - 1) for one, _ in inner)
