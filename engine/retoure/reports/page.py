"""A report as one page of HTML that needs nothing else: styles and charts are inside, every word is escaped."""

from __future__ import annotations

from functools import partial

from .charts import svg
from .moments import shown
from .report import Report


def html_page(report: Report) -> str:
    """The page. Raises ImportError where drawsvg is not installed (`pip install 'retoure[doc]'`)."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("retoure.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = partial(shown, zone=report.made.zone)
    pictures = [(chart, Markup(svg(chart))) for chart in report.charts]
    return environment.get_template("report.html").render(r=report, pictures=pictures) + "\n"
