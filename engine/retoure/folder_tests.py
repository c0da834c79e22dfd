"""Files of tests: where they are looked for, and what each must be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .beside import FOLDER
from .diagnostics import Finding, Label, error
from .language import nodes as n
from .language.parse import Parsed
from .source import Span


def head_of_tests(blocks: list[n.Block]) -> n.TestsForNode | None:
    """What makes a file one of tests."""
    return next((block for block in blocks if isinstance(block, n.TestsForNode)), None)


def misplaced(tests: Path, head: n.TestsForNode) -> str:
    """Why a file of tests is never played with the mapping it names, empty when it is."""
    mapping = normal(tests.parent / head.path)
    if normal(tests).parent == mapping.parent / FOLDER:
        return ""
    return f"tests of `{mapping.name}` are looked for in the folder `{FOLDER}` beside it"


def of_another(parsed: Parsed, tests: Path, mapping: Path) -> bool:
    """Whether a file in the folder is none of this mapping's: it names another one, or is a mapping itself."""
    head = head_of_tests(list(parsed.module.blocks))
    if head is None:
        return bool(parsed.module.of(n.MappingNode))
    named = normal(tests.parent / head.path)
    return named != normal(mapping) and named.is_file()


def not_as_tests_are(parsed: Parsed, part: Span, tests: Path, mapping: Path) -> Iterator[Finding]:
    """What is wrong with a file of tests as a whole: its head, and blocks that are no tests."""
    heads = parsed.module.of(n.TestsForNode)
    yield from _head(heads, parsed, part, tests, mapping)
    for extra in heads[1:]:
        related = [Label(heads[0].span, "the first one")]
        yield error("one-only", "a file of tests has one head", extra.span, "another one", related=related)
    for block in parsed.module.blocks:
        if not isinstance(block, n.TestNode | n.TestsForNode):
            word = parsed.module.source.text[block.span.start :].split(maxsplit=1)[0]
            help = f"move it into `{mapping.name}`, or into a file that is imported there"
            yield error("not-a-test", f"a file of tests holds no `{word}`", block.span, help=help)


def _head(
    heads: tuple[n.TestsForNode, ...], parsed: Parsed, part: Span, tests: Path, mapping: Path
) -> Iterator[Finding]:
    if not heads and not parsed.findings:
        message = f"`{tests.name}` does not say which mapping it tests"
        help = f'begin it with `tests for "../{mapping.name}"`'
        yield error("tests-for", message, Span(part.start, part.start + 1), help=help)
    elif heads and normal(tests.parent / heads[0].path) != normal(mapping):
        help = f'write `tests for "../{mapping.name}"`'
        yield error("tests-for", f"there is no mapping `{heads[0].path}`", heads[0].span, help=help)


def normal(path: Path) -> Path:
    """One path for one file. What cannot be followed, a circle of links, is left as it is: reading it says why."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path
