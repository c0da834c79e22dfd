"""A mapping as a document that a client reads and signs: fields, stages, what is sent when, what fails how. Pure."""

from .diagram import stages_svg as stages_svg
from .document import Document as Document
from .document import document as document
from .render import html as html
from .render import markdown as markdown
