"""What may have happened to a file before somebody gave it to us. Deterministic for a seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

TOKEN = re.compile(rb'\s+|#[^\n]*|"(?:[^"\\\n]|\\.)*"|\w+|.', re.DOTALL)
STRANGE = (
    *("\0", "\ufeff", "\r", "\u2028", "\u202e", "\u200b", "\u00a0", "а", "“", "\x1b[2J", "\t", "\n", "\n\n", "🎁"),
    *("{", "}", "(", ")", "[", "]", '"', '"""', "{{", "}}", "{%", "#", ",", ";", ":", "=", "=>", "->", ".", "-", "*"),
    *("0", "-1", "1e999", "NaN", "9" * 400, "99999999999999999999d", "null", "true", "[]", "{}", "&a", "*a", "!!", "|"),
)
RAW = (b"\xff", b"\xfe\xff", b"\xc3", b"\xed\xa0\x80", b"\xe4", b"\x80" * 5)
DEEP = ("(", "[", "{", "not ", "- ", "{a: ", '{"a":', "if true then ", "x.", "{% if a %}", '"{')
Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]


def mutated(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """The bytes after one to three mishaps; `others` are files of which a piece may land in this one."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        data = random.choice(MUTATIONS)(data, random, others)
    return data


def _tokens(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    return b"".join(_moved(TOKEN.findall(data), random))


def _lines(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    return b"".join(_moved(data.splitlines(keepends=True), random))


def _moved(parts: list[bytes], random: Random) -> list[bytes]:
    """One part is dropped, doubled, put in the place of another, or swapped with it."""
    if not parts:
        return parts
    one, other = random.randrange(len(parts)), random.randrange(len(parts))
    how = random.choice(["drop", "double", "replace", "swap"])
    if how == "drop":
        del parts[one]
    elif how == "double":
        parts.insert(other, parts[one])
    elif how == "replace":
        parts[one] = parts[other]
    else:
        parts[one], parts[other] = parts[other], parts[one]
    return parts


def _strange(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    return _put(data, random, random.choice(STRANGE).encode() if random.random() < 0.8 else random.choice(RAW))


def _in_place_of_a_word(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """A value is something else than it should be."""
    words = [found.span() for found in re.finditer(rb"[\w.]+", data)]
    if not words:
        return data
    start, end = random.choice(words)
    return data[:start] + random.choice(STRANGE).encode() + data[end:]


def _flipped(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _cut(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] if random.random() < 0.7 else data[at:]


def _hole(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[:start] + data[start + random.randrange(1, 400) :]


def _spliced(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    start = random.randrange(len(other) + 1)
    return _put(data, random, other[start : start + random.randrange(1, 600)])


def _deep(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    return _put(data, random, (random.choice(DEEP) * random.choice((30, 100, 3000))).encode())


def _another_encoding(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    text = data.decode("utf-8", "replace")
    encoding = random.choice(["utf-16", "utf-16-le", "utf-32", "latin-1", "utf-8-sig", "cp1252"])
    return text.encode(encoding, "replace")


def _another_line_end(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    end = random.choice((b"\r\n", b"\r", "\u2028".encode(), b"\n\r", b" "))
    return data.replace(b"\n", end, random.choice((-1, 1, 5)))


def _put(data: bytes, random: Random, piece: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + piece + data[at:]


MUTATIONS: tuple[Mutation, ...] = (
    *(_tokens, _tokens, _tokens, _lines, _lines, _in_place_of_a_word, _in_place_of_a_word),
    *(_strange, _strange, _flipped, _cut, _hole, _spliced, _deep, _another_encoding, _another_line_end),
)
