"""
A coverage-guided fuzz target for tokens: `python tools/fuzz_tokens.py --seconds 60`.

A header and a payload are changed at random and rightly signed, or a whole token is
changed; what reaches a line that nothing reached before joins the corpus. Anything
but claims, or a refusal with a known code, ends the run and shows the input.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from django_claimsauth.authentication.encoding import encode_base64url  # noqa: E402
from django_claimsauth.errors import InvalidTokenError  # noqa: E402
from django_claimsauth.tokens import (  # noqa: E402
    KeySet,
    TokenValidationParameters,
    TokenValidator,
    VerificationKey,
)
from django_claimsauth.tokens.algorithms import signer_and_verifier  # noqa: E402
from django_claimsauth.tokens.descriptions import CODES  # noqa: E402

SEEDS = ROOT / "tests" / "vectors" / "wycheproof" / "json_web_signature_test.json"
WATCHED = ("django_claimsauth/tokens", "django_claimsauth/authentication/encoding")
SECRET = b"a secret of the fuzz target, 32+"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = {"alg": "HS256", "typ": "JWT", "kid": "fuzz"}
ISSUER = "https://issuer.test"
CLAIMS = {
    "iss": ISSUER,
    "aud": ["https://api.test"],
    "sub": "42",
    "jti": "1",
    "nbf": NOW.timestamp(),
    "exp": NOW.timestamp() + 60,
    "act": {"sub": "a", "act": {"sub": "b"}},
}
PIECES = (
    *(b'{}[]",:\\.=_-\x00\xff'[at : at + 1] for at in range(14)),
    *(b"null", b"true", b"NaN", b"Infinity", b"1e999", b"-0", b"9" * 5000, b"[" * 2000),
    *(b'"crit":', b'"b64":', b'"typ":', b'"cnf":', b'"act":', b'"aud":', b'"exp":'),
    *(
        b'"nonce":"n",',
        b'"token_use":"id",',
        b'"typ":"Refresh",',
        b"\\ud800",
        b"\\u0000",
    ),
)
Input = tuple[bytes, ...]


def seeds() -> Iterator[Input]:
    """Yield what the run starts from: parts to be signed, and whole tokens."""
    for typ in ("JWT", "at+jwt", "dpop+jwt", None):
        header = {**HEADER, "typ": typ} if typ else {"alg": "HS256"}
        yield json.dumps(header).encode(), json.dumps(CLAIMS).encode()
    for group in json.loads(SEEDS.read_text(encoding="utf-8"))["testGroups"]:
        # One a group: most of the time is for what is rightly signed.
        yield (group["tests"][0]["jws"].encode(),)


def changed(given: Input, source: random.Random) -> Input:
    """Return the input with a few octets of one part cut, copied or put in."""
    parts = list(given)
    place = source.randrange(len(parts))
    octets = bytearray(parts[place])
    for _ in range(source.randint(1, 3)):
        at = source.randint(0, len(octets))
        length = source.choice((0, 0, 1, 2, 8))
        put = source.choice((*PIECES, bytes(octets[:at][-8:]), source.randbytes(2)))
        octets[at : at + length] = put
    parts[place] = bytes(octets)
    return tuple(parts)


def token_of(given: Input) -> str:
    """Return the token that an input stands for."""
    if len(given) == 1:
        return given[0].decode("latin-1")
    message = b".".join(encode_base64url(part) for part in given)
    signature = signer_and_verifier("HS256").sign(message, SECRET)
    return b".".join((message, encode_base64url(signature))).decode("ascii")


def validator() -> TokenValidator:
    """Return what is fuzzed."""
    keys = KeySet([VerificationKey.from_secret(SECRET, alg="HS256", kid="fuzz")])
    return TokenValidator(
        TokenValidationParameters(
            issuers={ISSUER: keys}, audiences=["https://api.test"]
        )
    )


class Coverage:
    """The lines of the watched files that a call reached."""

    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()

    def __enter__(self) -> Self:
        self.lines = set()
        sys.settrace(self._call)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: object) -> Any:
        watched = any(name in frame.f_code.co_filename for name in WATCHED)
        return self._line if watched else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        self.lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line


def judge(judged: TokenValidator, given: Input) -> str:
    """Return how a token ended: `valid`, or a known code; anything else raises."""
    try:
        judged.validate(token_of(given), NOW)
    except InvalidTokenError as error:
        if error.code not in CODES:
            raise
        return error.code
    return "valid"


def run(seconds: float, seed: int) -> int:
    """Fuzz for so long; return how many inputs reached something new."""
    source = random.Random(seed)  # noqa: S311  # chance, and no secret
    judged, corpus, reached = validator(), list(seeds()), set[tuple[str, int]]()
    end, count = time.monotonic() + seconds, 0
    outcomes: dict[str, int] = {}
    queue = list(corpus)
    while time.monotonic() < end:
        given = queue.pop() if queue else changed(source.choice(corpus), source)
        try:
            with Coverage() as coverage:
                outcome = judge(judged, given)
        except BaseException:
            print(f"The input that broke it: {given!r}", file=sys.stderr)
            raise
        count += 1
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if not coverage.lines <= reached:
            reached |= coverage.lines
            corpus.append(given)
    print(
        f"{count} inputs, {len(reached)} lines, {len(corpus)} in the corpus: {outcomes}"
    )
    return len(corpus)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    run(arguments.seconds, arguments.seed)
