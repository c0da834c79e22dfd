"""From one version of the language to later ones, with steps of a language that might come."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from retoure import Source, Span
from retoure.diagnostics.finding import Edit
from retoure.migrating import STEPS, CannotMigrate, Step, migrate

TEXT = """\
# language 9 is only a remark
mapping shop {
  owner    "speaks language 8, and \\" too"
  language 1
}
queue failed { keep 90d  replay by hand }
queue other { keep 90d  replay by hand }
"""


def words(old: str, new: str) -> Step:
    """A step that puts one word in the place of another."""

    def edits(source: Source) -> Iterator[Edit]:
        return (Edit(Span(*found.span()), new) for found in re.finditer(rf"\b{old}\b", source.text))

    return Step(f"`{old}` is called `{new}`", edits)


TWO = (words("keep", "keep_for"), words("by hand", "by people only"))


def test_the_shipped_language_is_the_first_and_has_no_steps() -> None:
    made = migrate(Source("shop.rmap", TEXT))
    assert (made.text, made.before, made.after, made.steps) == (TEXT, 1, 1, STEPS)


def test_steps_are_taken_in_turn_up_to_the_newest() -> None:
    made = migrate(Source("shop.rmap", TEXT), steps=TWO)
    assert (made.before, made.after, made.steps) == (1, 3, TWO)
    expected = TEXT.replace("language 1\n", "language 3\n").replace("keep", "keep_for")
    assert made.text == expected.replace("by hand", "by people only")


def test_only_up_to_the_version_that_is_named() -> None:
    made = migrate(Source("shop.rmap", TEXT), 2, TWO)
    assert (made.after, made.steps) == (2, TWO[:1])
    assert made.text == TEXT.replace("language 1\n", "language 2\n").replace("keep", "keep_for")


def test_a_text_that_is_there_already_stays() -> None:
    done = migrate(Source("shop.rmap", TEXT), steps=TWO).text
    again = migrate(Source("shop.rmap", done), steps=TWO)
    assert (again.text, again.steps) == (done, ())


@pytest.mark.parametrize(
    ("language", "to", "message"),
    [
        (
            "language 7",
            None,
            "shop.rmap is written in language 7, and this retoure knows languages 1 to 3",
        ),
        ("language 1", 4, "this retoure knows languages 1 to 3, and not 4: install a newer one"),
        ("language 3", 2, "shop.rmap is written in language 3: there is no way back to 2"),
        ("language 0", None, "shop.rmap is written in language 0, and this retoure knows languages 1 to 3: correct"),
        ("", None, "shop.rmap does not say its language: write `language 1` into its first block"),
    ],
)
def test_what_cannot_be_migrated_is_said(language: str, to: int | None, message: str) -> None:
    with pytest.raises(CannotMigrate) as refused:
        migrate(Source("shop.rmap", TEXT.replace("language 1\n", f"{language}\n")), to, TWO)
    assert message in str(refused.value)
