"""``mvtui show``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import output
from ..group import command as make_command
from ..options import json_option, ref_argument, store_option
from ..session import open_store

if TYPE_CHECKING:
    from ....store import DataSource, Event, Store, Version, VersionDetail


@make_command(
    examples=[
        "mvtui show sentiment",
        "mvtui show sentiment@1.4.0",
        "mvtui show id:9f8a12e",
        "mvtui show sentiment@champion --json | jq .metrics",
    ]
)
@ref_argument()
@store_option
@json_option
def command(ref: str, as_json: bool) -> None:
    """Show one version: files, metrics, parameters, tags.

    A deleted version is shown when it is asked for by its number or hash ID, as "mvtui ls deleted:yes" lists it.
    """
    with open_store(read_only=True) as store:
        detail = store.show(ref)
        deletion = _deletion(store, detail.version) if detail.version.deleted else None
        if as_json:
            from .. import agent_report
            from ..rows import name_edges

            row = detail.as_dict() | {
                "series": _series(store, detail.version),
                "captured": _captured(store, detail.version),
                "deletion": _deletion_fields(deletion),
                "member_states": [member.as_dict() for member in store.members(detail.version.ref)],
                "approvals": [said.as_dict() for said in store.approvals(detail.version.ref)],
            }
            row |= agent_report.fields(store, detail.version)
            name_edges(store, row, {})
            output.print_json(row)
            return
        if detail.version.deleted:
            _write_deletion(detail.version, deletion)
        _write(store, detail)


def _deletion(store: Store, version: Version) -> Event | None:
    """Return the event that deleted a version; None when it is lost to damage that was repaired."""
    where = {"model": version.model, "version": version.version}
    return next((e for e in store.events(version.seq) if e.kind == "delete" and e.data == where), None)


def _deletion_fields(deletion: Event | None) -> dict[str, str] | None:
    if deletion is None:
        return None
    from ....store import rfc3339

    who = deletion.actor
    return {"at": rfc3339(deletion.at), "by": who.user, "host": who.host, "reason": deletion.reason}


def _write_deletion(version: Version, deletion: Event | None) -> None:
    from ...words import ago, clock

    when = ""
    if deletion is not None:
        when = f" {clock(deletion.at)}, {ago(deletion.at)}, by {output.safe(deletion.actor.user, 64)}"
    reason = output.safe(version.deleted_reason, 500)
    output.data(f"{output.paint('DELETED', 'bold', 'red')}{when}: {reason}")


def _captured(store: Store, version: Version) -> object:
    """Return the capture as JSON types; None without, or when it can't be read: the rest is still worth printing."""
    import msgspec

    from ....store import errors

    try:
        return msgspec.to_builtins(store.capture(version.ref))
    except errors.MvtuiError as error:
        output.warn(f"what was captured can't be read: {error}", error.hint)
        return None


def _series(store: Store, version: Version) -> list[str] | None:
    """Return the names of the series; None when they can't be read."""
    from ....store import errors

    try:
        return sorted(store.series(version.ref))
    except errors.MvtuiError as error:
        output.warn(f"the series can't be read: {error}", error.hint)
        return None


def _write(store: Store, detail: VersionDetail) -> None:
    from ....store import scalar_text
    from ...words import plural, size
    from .. import agent_report, measured, standing, tree

    version = detail.version
    known = version.size or version.file_count or not version.external
    volume = f"{size(version.size)} in {plural(version.file_count, 'file')}" if known else "not known"
    _head(version, volume, [*_adapter(store, version), *agent_report.facts(store, version)])
    if not version.deleted:
        standing.write(store, version)
    _write_members(store, version)
    measured.write(store, version)
    _section(
        "params", [(output.safe(k, 40), output.safe(scalar_text(v), 200)) for k, v in version.params.items()]
    )
    _section("tags", [(output.safe(k, 40), output.safe(v, 200)) for k, v in version.tags.items()])
    agent_report.write_replaced(store, version)
    tree.write_parents(store, version)
    _section("surroundings", _surroundings(store, version))
    if not detail.files and version.external:
        return
    if not detail.files and version.deleted:
        output.data("\n" + output.paint("its files are gone", "dim"))
        return
    from .. import table

    output.data("\n" + output.paint("files", "bold"))
    table.write(
        [table.Column(""), table.Column("", "right"), table.Column("", style=("yellow",))],
        [[f"  {output.safe(f.path, 200)}", size(f.size), f.digest[:12]] for f in detail.files],
        header=False,
    )


def _write_members(store: Store, version: Version) -> None:
    """Write what a bundle is made of, and what has become of each member since."""
    if not version.members:
        return
    from ... import members
    from .. import table

    plain = output.ascii_only()
    rows = [
        [
            f"  {output.safe(member.role, 40)}",
            output.safe(member.ref, 300),
            member.kind,
            members.standing(member, ascii_only=plain),
            output.safe(members.newer(member), 300),
        ]
        for member in store.members(version.ref)
    ]
    output.data("\n" + output.paint("members", "bold"))
    columns = [table.Column("") for _ in range(4)]
    table.write([*columns, table.Column("", elastic=True, style=("dim",))], rows, header=False)


def _surroundings(store: Store, version: Version) -> list[tuple[str, str]]:
    """Return where and how it was made, as far as that was captured, in a few lines."""
    from ....store import errors
    from ... import surroundings

    try:
        captured = store.capture(version.ref)
    except errors.MvtuiError as error:
        return [("not read", output.safe(f"{error}", 500))]
    if captured is None:
        return []
    command, directory, took = surroundings.command(captured)
    told = surroundings.lines(captured)
    told += [(name, text) for name, text in (("command", command), ("in", directory), ("took", took)) if text]
    told += [("not read", problem) for problem in surroundings.problems(captured)]
    return [(name, output.safe(text, 500)) for name, text in told]


def _adapter(store: Store, version: Version) -> list[tuple[str, str]]:
    """Return what PEFT's configuration says of an adapter; nothing of another kind, or where it can't be read."""
    if version.kind != "adapter" or version.deleted:
        return []
    said = store.adapter(version.ref)
    if said is None:
        return []
    made_for = f"{said.base}@{said.revision}" if said.base and said.revision else said.base
    told = [("adapter", output.safe(said.label, 300)), ("made for", output.safe(made_for, 300))]
    return [(name, text) for name, text in told if text]


def _head(version: Version, volume: str, adapter: list[tuple[str, str]]) -> None:
    from ...words import ago, clock
    from ..cells import overridden_cell, stage_style, standing_cell
    from ..standing import facts as standing_facts

    stands = standing_cell(version)
    title = [output.paint(version.ref, "bold"), output.paint(stands, *stage_style(stands))]
    title.append(output.paint(overridden_cell(version), "bold", "red"))
    title += [output.paint(f"@{name}", "cyan") for name in version.aliases]
    output.data("  ".join(part for part in title if part))
    who = f"{output.safe(version.author, 64)} on {output.safe(version.host, 64)}"
    facts = [
        ("id", output.paint(version.id, "yellow")),
        ("kind", version.kind),
        ("created", f"{clock(version.created)}, {ago(version.created)}"),
        ("by", who),
        ("size", volume),
    ]
    if abs((version.registered - version.created).total_seconds()) >= 60:
        facts.insert(3, ("registered", f"{clock(version.registered)}, {ago(version.registered)}"))
    facts += adapter
    facts += standing_facts(version)
    if version.source is not None:
        stays = ", and not in the store" if version.external else ""
        facts.append(("source", f"{output.safe(_where(version.source), 500)}{stays}"))
    wide = max(len(name) for name, _ in facts)
    for name, text in facts:
        output.data(f"{output.paint(name, 'dim')}{'':{wide - len(name)}}  {text}")
    if version.note:
        first, *more = output.safe_lines(version.note)
        output.data(f"{output.paint('note', 'dim')}{'':{wide - 4}}  {first}")
        for line in more:
            output.data(f"{'':{wide}}  {line}".rstrip())


def _where(source: DataSource) -> str:
    """Say where a dataset's bytes are, and by whose word."""
    if source.type == "hf":
        return f"hf:{source.location}@{source.rev}{' (can move)' if source.floating else ''}"
    return f"{source.location} as {source.file} has it" if source.type == "dvc" else source.location


def _section(title: str, pairs: list[tuple[str, str]]) -> None:
    if not pairs:
        return
    from .. import table

    output.data("\n" + output.paint(title, "bold"))
    table.write([table.Column(""), table.Column("")], [[f"  {k}", v] for k, v in pairs], header=False)
