"""How long something has been so, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from retoure.runtime.ages import in_words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=119), "119 seconds"),
        (timedelta(minutes=2), "2 minutes"),
        (timedelta(hours=1, minutes=59), "119 minutes"),
        (timedelta(hours=47, minutes=59), "47 hours"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_the_largest_unit_of_which_there_are_two(span: timedelta, words: str) -> None:
    assert in_words(span) == words
