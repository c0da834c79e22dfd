"""What a notice says: the template of its channel, else the usual words."""

from __future__ import annotations

from dataclasses import dataclass

from ..delivery.notices import NotTold
from ..delivery.store.port import Notice
from ..templating import TemplateFailed, render

USUAL = "{% if tenant %}{{ tenant }}: {% endif %}{{ alert }}: {{ text }}"


@dataclass(frozen=True, slots=True)
class Words:
    """Makes texts of notices. `template` is empty for the usual words."""

    template: str = ""
    tenant: str = ""

    def of(self, notice: Notice) -> str:
        """The text. Raises NotTold where the template finds nothing for a name."""
        values = {
            "alert": notice.alert,
            "text": notice.text,
            "kind": notice.kind.value,
            "at": notice.at.isoformat(),
            "since": notice.opened_at.isoformat(),
            "tenant": self.tenant,
        }
        try:
            return render(self.template or USUAL, values)
        except TemplateFailed as problem:
            raise NotTold(f"its text cannot be made: {problem}") from problem

    def id(self, notice: Notice) -> str:
        """The same for every try of a notice, so that who hears of it twice knows it."""
        return f"{self.tenant or 'retoure'}-{notice.id}-{notice.at.timestamp():.0f}"
