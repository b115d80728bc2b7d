"""Progress of a long command: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from typing import Any

WIDTH = 30
#: A line each so many hundredths, where nobody can see a bar move.
STEP = 25


class ProgressBar:
    """
    Shows how far each of several steps is.

    Args:
        stream: where it is written; a terminal gets a bar that moves in place.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._on_terminal = bool(stream.isatty())
        self._shown: tuple[str, int] = ("", -1)
        self._is_open = False

    def show(self, name: str, done: int, of: int) -> None:
        """Show that so much of a step is done."""
        hundredths = 100 * done // of
        if self._on_terminal:
            filled = "#" * (WIDTH * done // of)
            line = f"\r{name:<16} [{filled:<{WIDTH}}] {hundredths:3d} %"
            self._stream.write(line, ending="\n" if done >= of else "")
            self._is_open = done < of
            return
        step = hundredths - hundredths % STEP
        if self._shown != (name, step):
            self._shown = (name, step)
            self._stream.write(f"{name}: {hundredths} %")

    def close(self) -> None:
        """Leave the terminal on a line of its own, also after an interruption."""
        if self._is_open:
            self._stream.write("")
            self._is_open = False
