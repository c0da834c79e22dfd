"""Functions of text. No text that comes out is longer than LONGEST characters, unless one that went in was."""

from __future__ import annotations

from ..types.kinds import Boolean, Integer, ListOf, Optional, Text
from .declare import Example, Family, Limit, OutOfBounds, Param, whole_number

LONGEST = 100_000
"""Characters of a text that a function may make: a slip must not fill the memory."""
TOO_LONG = f"a result of more than {LONGEST} characters"
WIDEST = 1000

NOT_EMPTY = Limit("a text that is not empty", lambda value: value != "")
ONE_CHARACTER = Limit("one character", lambda value: len(value) == 1)
VALUE = Param("value", Text(), "The text.")
PART = Param("part", Text(), "What is looked for, in the same upper and lower case.")
MARK = Param("mark", Text(), "Where the text is cut.", NOT_EMPTY)
COUNT = Param("count", Integer(), "How many characters.", whole_number(0))
WIDTH = Param("width", Integer(), "How many characters the result has at least.", whole_number(0, WIDEST))
FILL = Param("fill", Text(), "The character that fills up.", ONE_CHARACTER)

text = Family("text", "Positions count from 1. Upper and lower case are told apart.")


@text.function("upper", "All letters as capitals.", [VALUE], Text(), [Example('upper("abc-1")', "ABC-1")])
def upper(value: str) -> str:
    return value.upper()


@text.function("lower", "All letters as small letters.", [VALUE], Text(), [Example('lower("ABC-1")', "abc-1")])
def lower(value: str) -> str:
    return value.lower()


@text.function(
    "trim",
    "The text without spaces and line ends around it.",
    [VALUE],
    Text(),
    [Example('trim("  Main Street 1 ")', "Main Street 1")],
)
def trim(value: str) -> str:
    return value.strip()


@text.function(
    "single_spaced",
    "The text with one space between its words, and none around it.",
    [VALUE],
    Text(),
    [Example('single_spaced(" Main   Street  1 ")', "Main Street 1")],
)
def single_spaced(value: str) -> str:
    return " ".join(value.split())


@text.function("length", "The number of characters.", [VALUE], Integer(), [Example('length("4711-A")', "6")])
def length(value: str) -> int:
    return len(value)


@text.function(
    "unless_blank",
    "The text; missing when it holds nothing but spaces. Write `default` after it.",
    [VALUE],
    Optional(Text()),
    [
        Example('unless_blank(line) default "no second line"', "no second line", {"line": "  "}),
        Example('unless_blank("Floor 3")', "Floor 3"),
    ],
)
def unless_blank(value: str) -> str | None:
    return value if value.strip() else None


@text.function(
    "contains",
    "Whether a part stands anywhere in the text.",
    [VALUE, PART],
    Boolean(),
    [Example('contains("gift card", "card")', "yes"), Example('contains("gift card", "Card")', "no")],
)
def contains(value: str, part: str) -> bool:
    return part in value


@text.function(
    "starts_with",
    "Whether the text begins with a part.",
    [VALUE, PART],
    Boolean(),
    [Example('starts_with("REV-1029", "REV-")', "yes")],
)
def starts_with(value: str, part: str) -> bool:
    return value.startswith(part)


@text.function(
    "ends_with",
    "Whether the text ends with a part.",
    [VALUE, PART],
    Boolean(),
    [Example('ends_with("label.pdf", ".pdf")', "yes")],
)
def ends_with(value: str, part: str) -> bool:
    return value.endswith(part)


@text.function(
    "replaced",
    "The text with every occurrence of one part replaced by another.",
    [
        VALUE,
        Param("old", Text(), "What is replaced.", NOT_EMPTY),
        Param("new", Text(), "What stands there instead; an empty text removes it."),
    ],
    Text(),
    [Example('replaced("12 34 56", " ", "-")', "12-34-56"), Example('replaced("12 34 56", " ", "")', "123456")],
    refuses=TOO_LONG,
)
def replaced(value: str, old: str, new: str) -> str:
    _bounded(len(value) + value.count(old) * (len(new) - len(old)), len(value))
    return value.replace(old, new)


@text.function(
    "left",
    "The first characters; all of them when there are fewer.",
    [VALUE, COUNT],
    Text(),
    [Example('left("DE-10115", 2)', "DE"), Example('left("DE", 9)', "DE")],
)
def left(value: str, count: int) -> str:
    return value[:count]


@text.function(
    "right",
    "The last characters; all of them when there are fewer.",
    [VALUE, COUNT],
    Text(),
    [Example('right("DE-10115", 5)', "10115")],
)
def right(value: str, count: int) -> str:
    return value[max(len(value) - count, 0) :]


@text.function(
    "middle",
    "Characters from a position on; fewer, or none, when the text ends before.",
    [VALUE, Param("start", Integer(), "The position of the first one; 1 is the beginning.", whole_number(1)), COUNT],
    Text(),
    [Example('middle("DE-10115-B", 4, 5)', "10115")],
)
def middle(value: str, start: int, count: int) -> str:
    return value[start - 1 : start - 1 + count]


@text.function(
    "before",
    "What stands before a mark, its first occurrence; missing when the mark does not occur.",
    [VALUE, MARK],
    Optional(Text()),
    [Example('before("4711-A-2", "-")', "4711"), Example('before("4711", "-") default "no dash"', "no dash")],
)
def before(value: str, mark: str) -> str | None:
    head, found, _ = value.partition(mark)
    return head if found else None


@text.function(
    "after",
    "What stands after a mark, its first occurrence; missing when the mark does not occur.",
    [VALUE, MARK],
    Optional(Text()),
    [Example('after("4711-A-2", "-")', "A-2")],
)
def after(value: str, mark: str) -> str | None:
    _, found, tail = value.partition(mark)
    return tail if found else None


@text.function(
    "after_last",
    "What stands after the last occurrence of a mark; missing when the mark does not occur.",
    [VALUE, MARK],
    Optional(Text()),
    [Example('after_last("4711-A-2", "-")', "2")],
)
def after_last(value: str, mark: str) -> str | None:
    _, found, tail = value.rpartition(mark)
    return tail if found else None


@text.function(
    "left_padded",
    "The text with characters put before it, until it is as wide as wanted; never cut.",
    [VALUE, WIDTH, FILL],
    Text(),
    [Example('left_padded("47", 6, "0")', "000047"), Example('left_padded("1234567", 6, "0")', "1234567")],
)
def left_padded(value: str, width: int, fill: str) -> str:
    return value.rjust(width, fill)


@text.function(
    "right_padded",
    "The text with characters put after it, until it is as wide as wanted; never cut.",
    [VALUE, WIDTH, FILL],
    Text(),
    [Example('right_padded("A1", 5, ".")', "A1...")],
)
def right_padded(value: str, width: int, fill: str) -> str:
    return value.ljust(width, fill)


@text.function(
    "digits_only",
    "The digits 0 to 9 of the text, in their order, and nothing else.",
    [VALUE],
    Text(),
    [Example('digits_only("+49 (30) 12-34")', "49301234")],
)
def digits_only(value: str) -> str:
    return "".join(character for character in value if character in "0123456789")


@text.function(
    "letters_and_digits",
    "The letters and digits of the text, in their order, and nothing else.",
    [VALUE],
    Text(),
    [Example('letters_and_digits("SKU 47/11-x")', "SKU4711x")],
)
def letters_and_digits(value: str) -> str:
    return "".join(character for character in value if character.isalnum())


@text.function(
    "words",
    "The words of the text: what stands between spaces and line ends.",
    [VALUE],
    ListOf(Text()),
    [Example('words("Anna  van Dyk")', "[Anna, van, Dyk]")],
)
def words(value: str) -> list[str]:
    return value.split()


@text.function(
    "split_at",
    "The pieces between the marks, without spaces around them; one piece when the mark does not occur.",
    [VALUE, MARK],
    ListOf(Text(), some=True),
    [
        Example('split_at("red; blue;green", ";")', "[red, blue, green]"),
        Example('count(split_at("red", ";"))', "1"),
    ],
)
def split_at(value: str, mark: str) -> list[str]:
    return [piece.strip() for piece in value.split(mark)]


@text.function(
    "joined",
    "The texts of a list as one text.",
    [
        Param("list", ListOf(Text()), "The texts."),
        Param("between", Text(), "What is written between two of them."),
    ],
    Text(),
    [Example('joined(colours, ", ")', "red, blue", {"colours": ["red", "blue"]})],
    refuses=TOO_LONG,
)
def joined(texts: list[str], between: str) -> str:
    longest = max(map(len, texts), default=0)
    _bounded(sum(map(len, texts)) + max(len(texts) - 1, 0) * len(between), longest)
    return between.join(texts)


def _bounded(size: int, given: int) -> None:
    if size > max(LONGEST, given):
        raise OutOfBounds(f"a text of {size} characters is longer than {LONGEST}")
