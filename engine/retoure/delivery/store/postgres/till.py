"""How many calls of a platform's rate limit are left, counted together by all workers in the database."""

from __future__ import annotations

from typing import Any, Final

from ....connectors.budget import Limit, TillClosed
from ...errors import StoreError
from ..database import Values
from .database import PostgresDatabase

AGAIN: Final = 10  # milliseconds before a till that has calls again, since another one noted so, is asked anew
PROBE: Final = 2.0  # seconds in which one call finds out what the limit is, before others follow

_NOW: Final = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
_TAKE: Final = f"""
UPDATE limits SET
  remaining = CASE WHEN ends_at <= {_NOW} THEN most ELSE remaining END - 1,
  ends_at = CASE WHEN ends_at <= {_NOW} THEN {_NOW} + span ELSE ends_at END
 WHERE system = :system AND scope = :scope AND (most = 0 OR remaining > 0 OR ends_at <= {_NOW})
RETURNING 0 AS wait
"""
_PROBE: Final = f"""
INSERT INTO limits (system, scope, most, remaining, span, ends_at)
VALUES (:system, :scope, 1, 0, :span, {_NOW} + :span)
    ON CONFLICT (system, scope) DO NOTHING RETURNING 0 AS wait
"""
_WAIT: Final = f"""
SELECT CASE WHEN most = 0 OR remaining > 0 THEN {AGAIN} ELSE greatest(ends_at - {_NOW}, {AGAIN}) END AS wait
  FROM limits WHERE system = :system AND scope = :scope
"""
_NOTE: Final = f"""
INSERT INTO limits AS l (system, scope, most, remaining, span, ends_at)
VALUES (:system, :scope, :most, :remaining, :span, {_NOW} + :span)
    ON CONFLICT (system, scope) DO UPDATE SET
       most = excluded.most,
       span = greatest(l.span, excluded.span),
       remaining = CASE WHEN l.most = excluded.most AND l.ends_at > {_NOW}
                        THEN least(l.remaining, excluded.remaining) ELSE excluded.remaining END,
       ends_at = CASE WHEN l.most = excluded.most THEN greatest(l.ends_at, excluded.ends_at) ELSE excluded.ends_at END
RETURNING most
"""


class DatabaseTill:
    """Implements Till for one system. Windows are timed by the database's clock.

    The first call of a scope finds out what its limit is, and the others wait for that; `most` is 0 where the platform
    names none. A window that is over begins anew with the call that is taken first, as the platform counts it.
    """

    def __init__(self, data: PostgresDatabase, system: str) -> None:
        self._data = data
        self._system = system

    def take(self, scope: str) -> float:
        """As Till."""
        values: Values = {"system": self._system, "scope": scope, "span": _milliseconds(PROBE)}
        found = (self._run(sql, values) for sql in (_TAKE, _PROBE, _WAIT))
        return next((row["wait"] / 1000 for row in found if row is not None), 0.0)

    def note(self, scope: str, limit: Limit | None, *, empty: bool = False) -> None:
        """As Till."""
        if limit is None and empty:
            return
        known = limit or Limit(0, 0, PROBE)
        remaining, span = 0 if empty else known.remaining, _milliseconds(known.reset)
        names: Values = {"system": self._system, "scope": scope}
        self._run(_NOTE, {**names, "most": known.most, "remaining": remaining, "span": span})

    def _run(self, sql: str, values: Values) -> Any:
        """The row that a statement gives back, None for none."""
        try:
            with self._data.asking() as db:
                return db.execute(sql, values).fetchone()
        except StoreError as problem:
            raise TillClosed(str(problem)) from problem


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
