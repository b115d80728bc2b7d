"""
The outline of CBOR (RFC 8949), walked before anything is decoded.

It finds where an item ends and refuses what CTAP2 never writes: indefinite
lengths, tags, and depth. No value is made, so a hostile text costs its length.
"""

from __future__ import annotations

from typing import Final

#: Levels of maps and arrays. An attestation statement has three.
MAX_DEPTH: Final = 16
#: Below, an item's first byte holds its argument; up to LONGEST its length's length.
SHORT: Final = 24
LONGEST: Final = 27
UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)


def end_of_item(data: bytes, start: int = 0) -> int:
    """
    Return where the item that begins at `start` ends.

    Raises:
        ValueError: it is cut short, too deep, or not of the kinds that
            authenticators write.
    """
    position = start
    # How many items are still to come, a number for each open map or array.
    open_items = [1]
    while open_items:
        if open_items[-1] == 0:
            open_items.pop()
            continue
        open_items[-1] -= 1
        kind, argument, position = _head(data, position)
        if kind in (BYTES, TEXT):
            position += argument
        elif kind in (ARRAY, MAP):
            open_items.append(argument * (2 if kind == MAP else 1))
        if len(open_items) > MAX_DEPTH + 1:
            raise ValueError(f"CBOR is nested deeper than {MAX_DEPTH} levels")
        if position + sum(open_items) > len(data):
            raise ValueError("CBOR is cut short")
    return position


def check_item(data: bytes) -> None:
    """
    Return if the data is one item, to its last byte.

    Raises:
        ValueError: see `end_of_item`, or bytes are left over.
    """
    if end_of_item(data) != len(data):
        raise ValueError("bytes are left over after the CBOR item")


def _head(data: bytes, position: int) -> tuple[int, int, int]:
    """Return an item's major type, its argument, and where its content begins."""
    if position >= len(data):
        raise ValueError("CBOR is cut short")
    kind, short = data[position] >> 5, data[position] & 31
    if kind == TAG:
        raise ValueError("CBOR has a tag")
    position += 1
    if short < SHORT:
        return kind, short, position
    if short > LONGEST:
        raise ValueError("CBOR has an indefinite length")
    size = 1 << (short - SHORT)
    argument = data[position : position + size]
    if len(argument) < size:
        raise ValueError("CBOR is cut short")
    return kind, int.from_bytes(argument, "big"), position + size
