"""Does the file hold what belongs into the deployment: addresses of hosts, passwords, tokens?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..source import Span
from .facts import Facts

HOST = re.compile(
    r"""\b(?:https?|wss?|ftp|jdbc|postgres(?:ql)?|redis|amqps?)://[^\s"'<>]+
    |(?<!\{)\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|cloud|dev|app|eu|de|es|fr|it|uk|local|internal)\b(?!\s*[({=])
    |\b\d{1,3}(?:\.\d{1,3}){3}\b""",
    re.VERBOSE | re.IGNORECASE,
)
SECRET = re.compile(
    r"""\b(?i:password|passwd|secret|token|api[_-]?key|access[_-]?key|authorization)\s*[:=]\s*"?[^\s"]{6,}
    |\bBearer\s+[\w.~+/-]{8,}
    |\b(?:sk|pk|rk|whsec|ghp|xox[abp])[_-][A-Za-z0-9_-]{10,}
    |\bAKIA[0-9A-Z]{12,}
    |\beyJ[\w-]{8,}\.[\w-]{4,}
    |\b(?=[A-Za-z0-9+/]*\d)(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{24,}\b
    |-----BEGIN\ [A-Z ]+-----""",
    re.VERBOSE,
)
# An id of hexadecimal digits alone is no secret: platforms give such ids to returns and units.
CLUE = re.compile(
    r"""[:=]\s*"?[^\s"]{6}|[_-][\w-]{9}|Bearer|AKIA|eyJ
    |://|\.(?i:com|net|org|io|cloud|dev|app|eu|de|es|fr|it|uk|local|internal)\b|\.\d""",
    re.VERBOSE,
)
LONG = re.compile(r"[A-Za-z0-9+/]{24}")
"""Every secret and every host has a clue or is long; most texts are neither, and that is found much faster."""
QUOTED = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\#[^\n]*')


def secrets(facts: Facts) -> Iterator[Finding]:
    """Looks into texts in quotes and into comments: names of fields have dots too."""
    text = facts.module.source.text
    for start, end in (written.span() for written in QUOTED.finditer(text)):
        if CLUE.search(text, start, end) or LONG.search(text, start, end):
            yield from _told(text, start, end)


def _told(text: str, start: int, end: int) -> Iterator[Finding]:
    secret = SECRET.search(text, start, end)
    if secret is not None:
        message = "this looks like a password, a token or a key"
        help = "keep it in the environment of the deployment, and take it out of the history of this file"
        yield error("secret-in-file", message, Span(*secret.span()), help=help)
        return
    host = HOST.search(text, start, end)
    if host is not None:
        message = f"`{host[0]}` is the address of a host"
        help = "addresses stand in the deployment file, so that one mapping serves test and live shops"
        yield error("host-in-file", message, Span(*host.span()), help=help)
