"""The examples of the README, run as they stand there."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from .shop import Shop, webhook

README = Path(__file__).resolve().parents[2] / "README.md"


def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_are_twelve_lines_or_less() -> None:
    assert [len(example.strip().splitlines()) <= 12 for example in examples()] == [True, True]


def test_the_example_without_asyncio_refunds_once(running_shop: Shop) -> None:
    order = running_shop.ordered()
    body, headers = webhook(running_shop.returned(order))
    exec(compile(examples()[0], "README.md", "exec"), {"body": body, "headers": headers})
    assert len(running_shop.refunds()) == 1


def test_the_example_with_asyncio_refunds_once(running_shop: Shop) -> None:
    order = running_shop.ordered()
    namespace: dict[str, Any] = {}
    exec(compile(examples()[1], "README.md", "exec"), namespace)
    asyncio.run(namespace["receive"](*webhook(running_shop.returned(order))))
    assert len(running_shop.refunds()) == 1
