"""Asks, compares, and writes a row of the table for each request."""

import textwrap
from shutil import get_terminal_size

from example_project.tour.client import NO_ANSWER, Client

WIDTHS = (10, 33, 6)
# Whatever is not a terminal gets a line a row.
NO_TERMINAL = (1000, 24)


class WrongAnswerError(Exception):
    """An answer that is not the expected one; the message says which and how."""


class Guide:
    """Goes through the tour, and stops at the first wrong answer."""

    def __init__(self, address, write=print):
        self.client = Client(address)
        self.write = write
        self.rows = 0
        # Of each person who signed in, to be used in more than one story.
        self.tokens = {}

    def ask(self, who, method, path, status, point="", *, challenge=None, **sent):
        """
        Ask, and return the answer if it is the expected one.

        Args:
            point: what is to be seen in the answer, for the table.

            challenge: the whole of `WWW-Authenticate`.

        Raises:
            WrongAnswerError: another status or challenge, or no answer at all.
        """
        step = f"{who}: {method} {path}"
        try:
            answer = self.client.ask(method, path, **sent)
        except NO_ANSWER as error:
            raise WrongAnswerError(f"{step}\n  no answer: {error}") from error
        self.expect(step, "status", status, answer.status, answer.body[:300])
        self.expect(step, "WWW-Authenticate", challenge, answer.challenge)
        self.row(who, f"{method} {path}", answer.status, challenge or point)
        return answer

    def expect(self, step, what, expected, found, more=b""):
        """Raise a WrongAnswerError that names the step where the two differ."""
        if expected != found:
            raise WrongAnswerError(
                f"{step}\n  {what}: expected {expected!r}, found {found!r}\n"
                f"  {more.decode(errors='replace')}".rstrip()
            )

    def row(self, who, request, status, point):
        """Write one row of the table."""
        if not self.rows:
            self._line("who", "request", "status", "WWW-Authenticate, or the point")
            self._line("---", "-------", "------", "------------------------------")
        self.rows += 1
        self._line(who, request, str(status), point)

    def _line(self, *cells):
        *narrow, last = cells
        pairs = zip(narrow, WIDTHS, strict=True)
        left = "".join(f"{cell:<{width}}  " for cell, width in pairs)
        room = max(get_terminal_size(NO_TERMINAL).columns - len(left), 40)
        lines = textwrap.wrap(last, room) or [""]
        self.write((left + lines[0]).rstrip())
        for line in lines[1:]:
            self.write(" " * (sum(WIDTHS) + 2 * len(WIDTHS)) + line)
