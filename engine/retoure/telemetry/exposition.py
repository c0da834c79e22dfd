"""The figures of one tenant or of several as one page for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from .gauges import Gauges

Source = Collector | Gauges


def exposition(sources: Mapping[str, Sequence[Source]], accept: str) -> tuple[bytes, str]:
    """The text and its content type; OpenMetrics where the `Accept` header asks. `sources` are those of each tenant.

    What the process itself uses belongs to its tenant where there is one only.
    """
    encode, kind = choose_encoder(accept)
    (alone, *others) = sources
    own = {"" if others else alone: (_process(),)}
    return encode(_Page((*own.items(), *sources.items()))), kind


@cache
def _process() -> CollectorRegistry:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class _Page(Collector):
    """Several collectors as one: samples have a label for their tenant, and families of one name are one.

    Left out is when each series was made, which would be a second series for every counter.
    """

    def __init__(self, sources: Iterable[tuple[str, Sequence[Source]]]) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        """Everything the sources have."""
        found: dict[str, Metric] = {}
        for tenant, source in ((tenant, source) for tenant, sources in self._sources for source in sources):
            for family in source.collect():
                samples = [_labelled(one, tenant) for one in family.samples if not one.name.endswith("_created")]
                known = found.setdefault(family.name, family)
                known.samples = samples if known is family else [*known.samples, *samples]
        yield from found.values()


def _labelled(one: Sample, tenant: str) -> Sample:
    return one._replace(labels={**one.labels, "tenant": tenant}) if tenant else one
