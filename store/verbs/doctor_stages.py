"""Doctor's part about stages: live pointers, and gates or access rules that nobody here could meet."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator

from ..engine import platform, pointers
from ..engine.documents import MODELS, production, ref_of
from ..engine.index import Index
from ..engine.repository import Repository
from ..errors import MvtuiError
from ..knowledge import directions
from ..knowledge.gates.unmet import unmet
from ..nouns.bundle import troubles
from ..nouns.gate import Approvals, Gate, Rule
from ..nouns.lineage import is_outside_name
from ..nouns.metric import Direction
from ..nouns.policy import ACTIONS, People, Policy
from ..nouns.reports import Finding
from ..nouns.stage import PRODUCTION
from . import members, policy, signers

_NAMED = 3  # of one sort that are named

_ACCEPT = 'mvtui config --accept --reason "…"'


def stages(repository: Repository) -> Iterator[Finding]:
    """Look at live/ and at the policy; changes nothing."""
    with repository.reading() as index:
        yield from _pointers(repository, index)
        try:
            governs = policy.in_force(repository, index)
            keys = signers.in_force(repository, index, governs.policy)
        except MvtuiError as error:
            yield Finding("bad", "policy", error.message, error.hint)
            return
        if governs.notice:
            yield Finding("warn", "policy", governs.notice.partition(": mvtui")[0], _ACCEPT)
        if keys.pending is not None:
            said = "allowed_signers has other keys than were agreed on; those agreed on are in force"
            yield Finding("warn", "policy", said, _ACCEPT)
        yield from _in_service(index)
        found = list(_gates(index, governs.policy))
        if not repository.is_demo:  # people out of a story have no account
            found += _people(governs.policy)
        found += _signing(governs.policy, has_keys=bool(keys.content))
    yield from found
    if governs.policy.gates and not found:
        count = len(governs.policy.gates)
        yield Finding(
            "ok", "gates", f"{count:,} {'gate' if count == 1 else 'gates'}, and none that nothing could pass"
        )


def _pointers(repository: Repository, index: Index) -> Iterator[Finding]:
    astray = pointers.unsettled(repository)
    for model in astray[:_NAMED]:
        said = f"{repository.live.pointer(model)} does not lead where the journal says"
        yield Finding("bad", "live", said, "mvtui verify mends it")
    if len(astray) > _NAMED:
        said = f"nor do {len(astray) - _NAMED:,} more"
        yield Finding("bad", "live", said, "mvtui verify mends them")
    served = sum(production(document) is not None for document in index.tables[MODELS].values())
    if served and not astray:
        what = "1 live pointer leads" if served == 1 else f"{served:,} live pointers lead"
        yield Finding("ok", "live", f"{what} where the journal says")


def _in_service(index: Index) -> Iterator[Finding]:
    """Say of what is in Production that something it needs is out of service: a bundle's member, an adapter's base."""
    for model, line in index.tables[MODELS].items():
        if (number := production(line)) is None or (document := index.version(model, number)) is None:
            continue
        for sentence in troubles(members.states(index, document)):
            fix = f"mvtui bundle {model} --from {ref_of(document)} --add ROLE=REF"
            yield Finding("warn", "service", f"{ref_of(document)} is in production, and its {sentence}", fix)
        bases = [edge["to"] for edge in document.get("edges", ()) if edge["type"] == "adapter-of"]
        known = [base for each in bases if not is_outside_name(each) for base in index.with_id(each)]
        if known and not any(base.get("stage") == PRODUCTION for base in known):
            said = f"{ref_of(document)} is in production, and its base {ref_of(known[0])} is not"
            yield Finding(
                "warn", "service", said, f'mvtui promote {ref_of(known[0])} --to production --reason "…"'
            )


def _gates(index: Index, said: Policy) -> Iterator[Finding]:
    def direction(name: str) -> Direction | None:
        return directions.direction(name, said.higher, said.lower)

    known: dict[str, tuple[dict[str, float], set[str]]] = {}
    for model, document in index.tables[MODELS].items():
        if document["count"]:
            known[model] = _recorded(index, model)
    for gate, where in _merged(said.gates):
        guarded = [model for model in known if gate.guards(model, gate.stage)]
        if gate.models and known and not guarded:
            message = (
                f"no model here is called {' or '.join(gate.models[:_NAMED])}: {gate.rule.label} for {where}"
            )
            yield Finding("warn", "gates", message, "mend [[gate]] model in config.toml, if it is a slip")
        measured: dict[str, float] = {}
        params: set[str] = set()
        for model in guarded:
            measured |= known[model][0]
            params |= known[model][1]
        if guarded and (why := unmet(gate.rule, measured, params, direction)):
            message = f"nothing could pass the gate {gate.rule.label} for {where}: {why}"
            yield Finding(
                "warn", "gates", message, "mend [[gate]] in config.toml, or measure it: mvtui metrics REF"
            )


def _recorded(index: Index, model: str) -> tuple[dict[str, float], set[str]]:
    """Return the names of all metrics and parameters that versions of a model have; values don't matter."""
    measured: dict[str, float] = {}
    params: set[str] = set()
    for document in index.of_model(model):
        if not document.get("deleted"):
            measured |= dict.fromkeys(document.get("metrics", ()), 0.0)
            params.update(document.get("params", ()))
    return measured, params


def _merged(gates: Iterable[Gate]) -> Iterator[tuple[Gate, str]]:
    """Yield each rule of the same models once, with the stages that it guards."""
    seen: dict[tuple[Rule, tuple[str, ...]], tuple[Gate, list[str]]] = {}
    for gate in gates:
        seen.setdefault((gate.rule, gate.models), (gate, []))[1].append(gate.stage)
    for gate, where in seen.values():
        yield gate, " and ".join(where)


def _people(said: Policy) -> Iterator[Finding]:
    """Name who is listed and doesn't exist here."""
    for where, people in _lists(said):
        if strangers := [name for name in people if not _exists(name)]:
            who = ", ".join(strangers[:_NAMED])
            more = f" and {len(strangers) - _NAMED:,} more" if len(strangers) > _NAMED else ""
            verb = "is" if len(strangers) == 1 else "are"
            nobody = ": so it is for nobody" if len(strangers) == len(people) else ""
            message = f"{where} in config.toml: {who}{more} {verb} not known here{nobody}"
            yield Finding("warn", "people", message, "mend the name, or make the account or group")


def _lists(said: Policy) -> Iterator[tuple[str, People]]:
    access = said.access
    for action in ACTIONS:
        if action != "promote":
            yield f"[access] {action}", getattr(access, action) or ()
    for stage, people in access.promote.items():
        yield f"[access] promote.{stage}", people
    yield "[access] shared", access.shared
    for gate, where in _merged(said.gates):
        if isinstance(gate.rule, Approvals):
            yield f"the approvals for {where}", gate.rule.by


def _exists(name: str) -> bool:
    return platform.is_group(name[1:]) if name.startswith("@") else platform.is_account(name)


def _signing(said: Policy, *, has_keys: bool) -> Iterator[Finding]:
    if not any(isinstance(gate.rule, Approvals) and gate.rule.signed for gate in said.gates):
        return
    if not has_keys:
        message = "signed approvals are asked for, and no key is known to check them with"
        yield Finding("warn", "gates", message, "put names and public keys into the store's allowed_signers")
    if shutil.which("ssh-keygen") is None:
        message = "signed approvals are asked for, and there is no ssh-keygen here to make or check one"
        yield Finding("warn", "gates", message, "install OpenSSH's client")
