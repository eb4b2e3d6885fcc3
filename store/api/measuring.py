"""The part of ``Store`` that measures: metrics added later, their history, series and trends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .face import Face

if TYPE_CHECKING:
    from ..nouns.measured import Logged, Trend
    from ..nouns.metric import Direction, Measurement, Series


class Measuring(Face):
    """Metrics of versions. No value is ever overwritten: the latest is shown, all are kept."""

    def log_metrics(
        self,
        ref: str,
        metrics: Mapping[str, object],
        *,
        dataset: str = "",
        slice: str = "",  # noqa: A002 — the field's own word
        evaluation: str = "",
        series: Mapping[str, Series] | None = None,
    ) -> Logged:
        """Add measured values to a version, in one event. They become its latest; those before are kept.

        Telling the same values of the same evaluation again writes nothing, so a script may be run twice.

        Args:
            ref: the version.
            metrics: name → number; NaN and infinities are kept. Nested mappings are flattened with ``/``.
            dataset: what it was measured on, when not on what goes without saying. A dataset of the store
                (``reviews@1.0.0``; a bare ``reviews`` is its latest version) becomes an ``evaluated-on`` edge, and
                stands by its number in the metric's name; any other word stays one. No ``:``, ``[``, ``]``.
            slice: the part of the dataset, such as a language. No ``[``, ``]``.
            evaluation: the name of the run that measured, to tell its values from another's.
            series: name → the metric over the run; joined by step with the series of that name, and counts where
                both have a step.

        Raises:
            UsageError: nothing is to be added.
            BadInputError: a value is no number, a name can't be kept, or ``dataset`` is a version of another kind.
            NotFoundError: no such version, or ``dataset`` has an ``@`` or ``id:`` and names none.
            ConflictError: the dataset was itself measured on this version.
        """
        from ..verbs import measure

        return measure.log_metrics(
            self._repository,
            ref,
            metrics,
            dataset=dataset,
            part=slice,
            evaluation=evaluation,
            series=series,
        )

    def measurements(self, ref: str, metric: str | None = None) -> list[Measurement]:
        """Return every value that a version's metrics ever had, oldest first, with who, when and which evaluation.

        ``metric`` narrows them to one name: ``accuracy`` on all datasets, or ``accuracy[test]`` on one.
        """
        from ..verbs import measure

        return measure.measurements(self._repository, ref, metric)

    def series(self, ref: str) -> dict[str, Series]:
        """Return the series (metric over the steps of the run) that are kept for a version, by name.

        What was recorded at several times is joined by step; at an equal step the later recording counts.

        Raises:
            VerificationError: their bytes are missing or damaged.
            FormatError: a newer mvtui wrote them.
        """
        from ..verbs import measure

        return measure.series(self._repository, ref)

    def direction(self, metric: str) -> Direction | None:
        """Return which way a metric is better, by config.toml, else by its name; None when that isn't known."""
        from ..verbs import measure

        return measure.direction(self._repository, metric)

    def metric_names(self, model: str) -> list[str]:
        """Return the names of the metrics that versions of a model have, sorted.

        Raises:
            NotFoundError: there is no such model.
        """
        from ..verbs import measure

        return measure.metric_names(self._repository, model)

    def trend(self, model: str, metric: str) -> Trend:
        """Return a metric over the versions of a model; ``metric`` as in ``Version.metrics``.

        Raises:
            NotFoundError: there is no such model, or no version of it has the metric; ``candidates`` are
                similar names.
        """
        from ..verbs import measure

        return measure.trend(self._repository, model, metric)
