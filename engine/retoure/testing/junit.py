"""Test results as JUnit XML, which build servers read."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as xml

from .results import TestResult


def junit(results: Sequence[TestResult], suite: str) -> str:
    """One suite with a case for each test. A test that could not be played is an error, not a failure."""
    root = xml.Element("testsuites")
    counts: dict[str, str] = {
        "tests": str(len(results)),
        "failures": str(sum(bool(result.failures) for result in results)),
        "errors": str(sum(bool(result.error) for result in results)),
    }
    parent = xml.SubElement(root, "testsuite", {"name": suite, **counts})
    for result in results:
        _case(parent, result, suite)
    xml.indent(root)
    return xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(parent: xml.Element, result: TestResult, suite: str) -> None:
    case = xml.SubElement(
        parent, "testcase", name=result.name, classname=suite, file=result.place.file, line=str(result.place.line)
    )
    if result.error:
        xml.SubElement(case, "error", message=result.error)
    for failure in result.failures:
        told = xml.SubElement(case, "failure", message=f"expected {failure.expected}")
        told.text = "\n".join((f"{failure.place}: expected {failure.expected}", *failure.found))
