"""The part of ``Store`` that registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .face import Face, StrPath

if TYPE_CHECKING:
    from pathlib import Path

    from ..nouns.capture import Part
    from ..nouns.hosted import Hosted
    from ..nouns.manifest import Kind
    from ..nouns.metric import Series
    from ..nouns.prompt import TemplateLanguage
    from ..nouns.reports import ProgressCallback, Registered
    from ..nouns.semver import Bump
    from ..verbs.request import Request


class Registering(Face):
    """Files become versions."""

    def register(
        self,
        model: str,
        paths: StrPath | Sequence[StrPath] = (),
        *,
        version: str | None = None,
        bump: Bump | None = None,
        kind: Kind | None = None,
        metrics: Mapping[str, float] | None = None,
        series: Mapping[str, Series] | None = None,
        params: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
        note: str = "",
        created: datetime | None = None,
        move: bool = False,
        follow: bool = False,
        parents: Sequence[str] = (),
        edges: Sequence[tuple[str, str]] = (),
        datasets: Mapping[str, StrPath] | None = None,
        store_data: bool = False,
        capture: bool | Sequence[Part] | None = None,
        command: str = "",
        template: TemplateLanguage | None = None,
        hosted: Hosted | None = None,
        replaces: str | None = None,
        reason: str = "",
        force: bool = False,
        progress: ProgressCallback | None = None,
    ) -> Registered:
        """Store files, or say which hosted model it is, as a version of ``model``. The event is on disk when this returns.

        The content decides: the same files, kind and parameters are the same version. Registering them
        again finds it and adds what is new (metrics, series, tags, a note, a capture if it had none). Several
        ranks or jobs may do this at once; numbers are never given twice and never used again.

        Args:
            model: the model's name.
            paths: one file or directory, or several. A single directory's files become the version's
                root; among several paths each keeps its own name.
            version: the number to give (semantic versioning). Default: worked out by ``bump``.
            bump: which part to raise. Default: major when kind, file layout, or names or shapes of tensors changed
                against the latest version, minor when types of tensors, parameters, datasets, parents or the code's
                commit did, else patch; 1.0.0 first. Of trees and other estimators in pickles arrays are as long as
                what was learned: their shapes decide nothing.
            kind: what it is. Default: an adapter if ``adapter_config.json`` is at the root of the files, a prompt if it is one
                text that is called so (``prompt.md``, ``a.jinja``) or follows other prompts, else weights.
            metrics: name → number; NaN and infinities are kept. Nested mappings are flattened with ``/``.
            series: name → the metric over the run, for curves.
            params: name → text, number, boolean or None. Nested mappings are flattened with ``/``. A value that looks
                like a key or token is not kept; ``redacted`` names it. A hosted model's are those of a call, in ``hosted``.
            tags: key → text.
            note: free text.
            created: when the files were made, if not now. Naive times are local.
            move: unlink the sources once the event is on disk. Refused for a file open for writing; one that
                changed meanwhile, or can't be removed, stays and is named in ``left``.
            follow: follow symlinks to directories (symlinked files are always followed).
            parents: references, or names of something outside the store (``hf:roberta-base``): what weights were
                fine-tuned from, what an adapter is an adapter of, what anything else was derived from. With ``edges``
                they are part of what the version is. Those that its files name themselves (``config.json``, a GGUF
                header, a model card) are added, marked as guesses; they are no part of it, and never fail.
            edges: (type, reference or outside name), for parents of any type of ``EDGE_TYPES``.
            datasets: part it plays (``train``, ``eval``, or ``train:NAME`` to keep it under a name of your own) → where
                it is: a path, a ``.dvc`` file, ``dvc.lock:PATH``, ``https://…#sha256=…``, ``hf:org/name@commit``, or the
                reference of a dataset version. Each becomes a dataset version, unless its content is one already, and
                an edge that is part of what this version is. Files at a path are hashed, not stored. The data of
                the parts ``eval``, ``test``, ``val`` and the like count as measured on, all others as trained on.
            store_data: keep the bytes of the datasets that are paths, too.
            capture: what to record of the surroundings (git, Python and its packages, machine, GPUs, command line,
                scheduler): True for all, False for nothing, or names of parts. Default: what ``$MVTUI_CAPTURE`` or
                config.toml says, else all. It is no part of the version's identity and never fails: what can't be
                found out is recorded as such. Values that look like keys or tokens are left out.
            command: the command line that trained the model, where it isn't this process's own.
            template: how a prompt writes its variables: ``text`` (it has none), ``format`` (``{name}``) or ``jinja``
                (``{{ name }}``). Default: told by what is in it. Its language and variables become the parameters
                ``template`` and ``variables``: other variables are a major change.
            hosted: a provider's model, in place of files: ``Hosted("openai", "gpt-4o-2024-08-06", {"temperature": 0.2})``.
                A tag ``retires`` (``2027-01-14``) says when it ends.
            replaces: the reference that this is to take the place of, and
            reason: why. It takes both.
            force: register a hosted model that was retired already, or an adapter that does not fit the base it is bound to:
                it is flagged (``Version.mismatch``).
            progress: called with the bytes done; raise from it to cancel.

        Raises:
            BadNameError, BadVersionError, BadInputError: see the message. ``BadTemplateError``: a prompt's template
                does not parse; it has line and column.
            MissingLibraryError: a prompt is a Jinja template, and jinja2 is not installed (``pip install 'mvtui[prompts]'``).
            NotFoundError: a path or a parent is missing; said before a byte is copied.
            UnsupportedFileError: a socket, device, FIFO, or a symlink that dangles, loops or needs ``follow``.
            ConflictError: the number is taken, was taken by a deleted version, or this content already
                has another number than the ``version`` asked for; or a hosted model was retired already; or an
                adapter's shapes, or the name or revision of its base, are not those of the base it is bound to.
            SourceChangedError: a file changed while it was being read.
        """
        from ..verbs import register

        asked = self._request(
            model,
            paths,
            kind,
            parents,
            edges,
            datasets,
            version=version,
            bump=bump,
            metrics=metrics,
            series=series,
            params=params,
            tags=tags,
            note=note,
            created=created,
            move=move,
            follow=follow,
            store_data=store_data,
            capture=capture,
            command=command,
            template=template,
            hosted=hosted,
            replaces=replaces,
            reason=reason,
            force=force,
        )
        if hosted is not None:
            from ..verbs import hosted as verb

            return verb.register(self._repository, asked, hosted, progress)
        return register.register(self._repository, asked, progress)

    def register_each(
        self,
        model: str,
        paths: Sequence[StrPath],
        *,
        bump: Bump | None = None,
        kind: Kind | None = None,
        metrics: Mapping[str, float] | None = None,
        series: Mapping[str, Series] | None = None,
        params: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
        note: str = "",
        move: bool = False,
        follow: bool = False,
        parents: Sequence[str] = (),
        edges: Sequence[tuple[str, str]] = (),
        datasets: Mapping[str, StrPath] | None = None,
        store_data: bool = False,
        capture: bool | Sequence[Part] | None = None,
        command: str = "",
        template: TemplateLanguage | None = None,
        progress: ProgressCallback | None = None,
    ) -> list[Registered]:
        """Register one version a path, oldest modification time first, each dated by it.

        Arguments and errors as ``register``. Paths are all checked before the first is stored; if one
        fails while being stored, those before it stay registered. Without a ``kind`` all of them are of one.

        Raises:
            UsageError: some are adapters (or prompts), others are not, and no ``kind`` was given.
        """
        from ..verbs import register

        asked = self._request(
            model,
            paths,
            kind,
            parents,
            edges,
            datasets,
            each=True,
            bump=bump,
            metrics=metrics,
            series=series,
            params=params,
            tags=tags,
            note=note,
            move=move,
            follow=follow,
            store_data=store_data,
            capture=capture,
            command=command,
            template=template,
        )
        return register.register_each(self._repository, asked, progress)

    def _request(
        self,
        model: str,
        paths: StrPath | Sequence[StrPath],
        kind: Kind | None,
        parents: Sequence[str],
        edges: Sequence[tuple[str, str]],
        datasets: Mapping[str, StrPath] | None,
        *,
        each: bool = False,
        hosted: Hosted | None = None,
        replaces: str | None = None,
        **given: Any,
    ) -> Request:
        from ..verbs import parents as links
        from ..verbs import request

        stated: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if datasets:
            from ..knowledge.datasets import asked

            stated["datasets"] = asked.from_mapping(datasets)
        files = request.as_paths(paths)
        if kind is None:
            kind = self._kind(model, files, each=each, hosted=hosted is not None)
        request.check_made_of(kind, files, is_hosted=hosted is not None)
        stated_links = links.stated(self._repository, parents, edges, kind)
        return request.Request(
            model=model,
            paths=files,
            kind=kind,
            links=links.replacing(self._repository, stated_links, replaces, stated.get("reason", "")),
            **stated,
        )

    def _kind(self, model: str, files: Sequence[Path], *, each: bool, hosted: bool) -> Kind:
        from ..verbs import prompts, request

        if hosted:
            return "hosted"
        return request.kind_of(files, each=each, prompts=prompts.continues(self._repository, model))
