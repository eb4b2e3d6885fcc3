"""The store: everything but the terminal. Training scripts use this package.

``open_store`` and ``Store`` are the whole face; ``errors`` lists what can be raised; the nouns the
verbs answer with are importable from here. All names load on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import errors as errors
    from .api import Store as Store
    from .api import glance as glance
    from .api import health as health
    from .api import histogram as histogram
    from .api import init_store as init_store
    from .api import inspect as inspect
    from .api import load_prompt as load_prompt
    from .api import load_tokenizer as load_tokenizer
    from .api import open_store as open_store
    from .api.ab_test import ABTest as ABTest
    from .api.ab_test import load_ab_test as load_ab_test
    from .knowledge.datasets.asked import parse_datasets as parse_datasets
    from .knowledge.directions import improved as improved
    from .knowledge.hosted.asked import nested_params as nested_params
    from .knowledge.lineage import tree_rows as tree_rows
    from .knowledge.prompts import Prompt as Prompt
    from .knowledge.prompts import TokenCounter as TokenCounter
    from .knowledge.prompts import is_prompt_name as is_prompt_name
    from .knowledge.prompts import prompt_text as prompt_text
    from .knowledge.query.completing import Completion as Completion
    from .knowledge.query.fields import QUERY_FIELDS as QUERY_FIELDS
    from .knowledge.query.text import resembles as resembles
    from .knowledge.secrets import redact as redact
    from .knowledge.secrets import redact_words as redact_words
    from .knowledge.series import merge_series as merge_series
    from .knowledge.values import MetricsFile as MetricsFile
    from .knowledge.values import parse_pairs as parse_pairs
    from .knowledge.values import read_metrics_file as read_metrics_file
    from .knowledge.values import read_tree as read_tree
    from .knowledge.values import read_values_file as read_values_file
    from .knowledge.when import parse_when as parse_when
    from .nouns.ab_report import ABChange as ABChange
    from .nouns.ab_report import ABReport as ABReport
    from .nouns.ab_report import ArmComparison as ArmComparison
    from .nouns.ab_report import ArmResult as ArmResult
    from .nouns.ab_report import Imported as Imported
    from .nouns.ab_report import MetricResult as MetricResult
    from .nouns.ab_report import ab_shares as ab_shares
    from .nouns.ab_test import ABMetric as ABMetric
    from .nouns.ab_test import ABTestInfo as ABTestInfo
    from .nouns.ab_test import ABTestSpec as ABTestSpec
    from .nouns.ab_test import Arm as Arm
    from .nouns.adapter import Adapter as Adapter
    from .nouns.approval import Approval as Approval
    from .nouns.approval import SigningKey as SigningKey
    from .nouns.approval import Standing as Standing
    from .nouns.approval import Verdict as Verdict
    from .nouns.audit import AuditProblem as AuditProblem
    from .nouns.audit import AuditReport as AuditReport
    from .nouns.audit import CheckedCheckpoint as CheckedCheckpoint
    from .nouns.bundle import MemberState as MemberState
    from .nouns.capture import PARTS as PARTS
    from .nouns.capture import Capture as Capture
    from .nouns.capture import Code as Code
    from .nouns.capture import Part as Part
    from .nouns.capture import parse_parts as parse_parts
    from .nouns.checkpoint import Checkpoint as Checkpoint
    from .nouns.checkpoint import read_checkpoints as read_checkpoints
    from .nouns.comparison import DIFF_SECTIONS as DIFF_SECTIONS
    from .nouns.comparison import MISSING as MISSING
    from .nouns.comparison import Change as Change
    from .nouns.comparison import ChangedFile as ChangedFile
    from .nouns.comparison import Comparison as Comparison
    from .nouns.comparison import DiffCell as DiffCell
    from .nouns.comparison import DiffRow as DiffRow
    from .nouns.comparison import DiffSection as DiffSection
    from .nouns.comparison import Evidence as Evidence
    from .nouns.comparison import History as History
    from .nouns.comparison import MemberChange as MemberChange
    from .nouns.comparison import Outcome as Outcome
    from .nouns.comparison import SectionName as SectionName
    from .nouns.comparison import Unit as Unit
    from .nouns.comparison import Value as Value
    from .nouns.damage import Damage as Damage
    from .nouns.dataset import DataSource as DataSource
    from .nouns.dataset import DataState as DataState
    from .nouns.event import Actor as Actor
    from .nouns.event import Event as Event
    from .nouns.event import EventKind as EventKind
    from .nouns.file_diff import DiffLine as DiffLine
    from .nouns.file_diff import FileDiff as FileDiff
    from .nouns.file_diff import ValueChange as ValueChange
    from .nouns.file_text import FileText as FileText
    from .nouns.gate import BaseInStage as BaseInStage
    from .nouns.gate import GateOutcome as GateOutcome
    from .nouns.gate import GateResult as GateResult
    from .nouns.health import Finiteness as Finiteness
    from .nouns.health import Health as Health
    from .nouns.health import TensorHealth as TensorHealth
    from .nouns.health import Trouble as Trouble
    from .nouns.histogram import Histogram as Histogram
    from .nouns.hosted import Hosted as Hosted
    from .nouns.hosted import HostedStatus as HostedStatus
    from .nouns.impact import Impact as Impact
    from .nouns.inspection import Architecture as Architecture
    from .nouns.inspection import Cut as Cut
    from .nouns.inspection import Dimension as Dimension
    from .nouns.inspection import InspectedFile as InspectedFile
    from .nouns.inspection import Inspection as Inspection
    from .nouns.inspection import Port as Port
    from .nouns.inspection import Quantisation as Quantisation
    from .nouns.inspection import Tensor as Tensor
    from .nouns.inspection import Tokenizer as Tokenizer
    from .nouns.interface import CHANGE_WORDS as CHANGE_WORDS
    from .nouns.keys import KeySetting as KeySetting
    from .nouns.keys import read_keys as read_keys
    from .nouns.ledger import LedgerEntry as LedgerEntry
    from .nouns.ledger import WatchNotice as WatchNotice
    from .nouns.lineage import EDGE_TYPES as EDGE_TYPES
    from .nouns.lineage import Arc as Arc
    from .nouns.lineage import Lineage as Lineage
    from .nouns.lineage import Link as Link
    from .nouns.lineage import Node as Node
    from .nouns.manifest import KINDS as KINDS
    from .nouns.manifest import FileEntry as FileEntry
    from .nouns.manifest import Kind as Kind
    from .nouns.manifest import Scalar as Scalar
    from .nouns.manifest import scalar_text as scalar_text
    from .nouns.measured import Logged as Logged
    from .nouns.measured import MetricChange as MetricChange
    from .nouns.measured import Trend as Trend
    from .nouns.measured import TrendPoint as TrendPoint
    from .nouns.metric import Direction as Direction
    from .nouns.metric import Measurement as Measurement
    from .nouns.metric import Series as Series
    from .nouns.metric import by_dataset as by_dataset
    from .nouns.metric import to_stored as to_stored
    from .nouns.modules import Module as Module
    from .nouns.modules import Share as Share
    from .nouns.modules import by_dtype as by_dtype
    from .nouns.modules import find_module as find_module
    from .nouns.modules import natural as natural
    from .nouns.modules import tensor_modules as tensor_modules
    from .nouns.modules import tensor_path as tensor_path
    from .nouns.modules import tensors_within as tensors_within
    from .nouns.modules import top_modules as top_modules
    from .nouns.pickles import Pickles as Pickles
    from .nouns.policy import Access as Access
    from .nouns.policy import Policy as Policy
    from .nouns.prompt import TEMPLATE_LANGUAGES as TEMPLATE_LANGUAGES
    from .nouns.prompt import Message as Message
    from .nouns.prompt import TemplateLanguage as TemplateLanguage
    from .nouns.prompt import Variables as Variables
    from .nouns.recipe import Lack as Lack
    from .nouns.recipe import Recipe as Recipe
    from .nouns.recipe import Step as Step
    from .nouns.reports import BadObject as BadObject
    from .nouns.reports import Finding as Finding
    from .nouns.reports import GateReport as GateReport
    from .nouns.reports import GcItem as GcItem
    from .nouns.reports import GcReport as GcReport
    from .nouns.reports import Governing as Governing
    from .nouns.reports import Held as Held
    from .nouns.reports import Moved as Moved
    from .nouns.reports import Progress as Progress
    from .nouns.reports import ProgressCallback as ProgressCallback
    from .nouns.reports import Registered as Registered
    from .nouns.reports import RepairReport as RepairReport
    from .nouns.reports import RollbackPlan as RollbackPlan
    from .nouns.reports import Summary as Summary
    from .nouns.reports import Undone as Undone
    from .nouns.reports import VerifyReport as VerifyReport
    from .nouns.reports import Voiced as Voiced
    from .nouns.reports import Waiting as Waiting
    from .nouns.retention import Kept as Kept
    from .nouns.retention import Pruned as Pruned
    from .nouns.retention import PruneReport as PruneReport
    from .nouns.screen import ScreenSettings as ScreenSettings
    from .nouns.semver import BUMPS as BUMPS
    from .nouns.semver import Bump as Bump
    from .nouns.stage import Stage as Stage
    from .nouns.tensor_diff import Distance as Distance
    from .nouns.tensor_diff import TensorChange as TensorChange
    from .nouns.tensor_diff import TensorDiff as TensorDiff
    from .nouns.tensor_diff import TensorOutcome as TensorOutcome
    from .nouns.transition import Transition as Transition
    from .nouns.tree import TreeRow as TreeRow
    from .nouns.usage import ModelUsage as ModelUsage
    from .nouns.usage import Usage as Usage
    from .nouns.usage import VersionUsage as VersionUsage
    from .nouns.version import Model as Model
    from .nouns.version import Version as Version
    from .nouns.version import VersionDetail as VersionDetail
    from .nouns.version import rfc3339 as rfc3339
    from .nouns.word_diff import Stretch as Stretch
    from .nouns.word_diff import WordDiff as WordDiff
    from .verbs.retiring import Ending as Ending
    from .verbs.search import Answer as Answer
    from .verbs.search import Found as Found
    from .verbs.search import Search as Search

_HOMES = {
    "api": (
        "Store",
        "glance",
        "health",
        "histogram",
        "init_store",
        "inspect",
        "load_prompt",
        "load_tokenizer",
        "open_store",
    ),
    "api.ab_test": ("ABTest", "load_ab_test"),
    "knowledge.datasets.asked": ("parse_datasets",),
    "knowledge.directions": ("improved",),
    "knowledge.hosted.asked": ("nested_params",),
    "knowledge.lineage": ("tree_rows",),
    "knowledge.prompts": ("Prompt", "TokenCounter", "is_prompt_name", "prompt_text"),
    "knowledge.query.completing": ("Completion",),
    "knowledge.query.fields": ("QUERY_FIELDS",),
    "knowledge.query.text": ("resembles",),
    "knowledge.secrets": ("redact", "redact_words"),
    "knowledge.series": ("merge_series",),
    "knowledge.values": ("MetricsFile", "parse_pairs", "read_metrics_file", "read_tree", "read_values_file"),
    "knowledge.when": ("parse_when",),
    "nouns.ab_report": (
        "ABChange",
        "ABReport",
        "ArmComparison",
        "ArmResult",
        "Imported",
        "MetricResult",
        "ab_shares",
    ),
    "nouns.ab_test": ("ABMetric", "ABTestInfo", "ABTestSpec", "Arm"),
    "nouns.adapter": ("Adapter",),
    "nouns.approval": (
        "Approval",
        "SigningKey",
        "Standing",
        "Verdict",
    ),
    "nouns.audit": ("AuditProblem", "AuditReport", "CheckedCheckpoint"),
    "nouns.checkpoint": ("Checkpoint", "read_checkpoints"),
    "nouns.gate": ("BaseInStage", "GateOutcome", "GateResult"),
    "nouns.interface": ("CHANGE_WORDS",),
    "nouns.keys": ("KeySetting", "read_keys"),
    "nouns.ledger": ("LedgerEntry", "WatchNotice"),
    "nouns.policy": (
        "Access",
        "Policy",
    ),
    "nouns.stage": ("Stage",),
    "nouns.transition": ("Transition",),
    "nouns.bundle": ("MemberState",),
    "nouns.capture": ("PARTS", "Capture", "Code", "Part", "parse_parts"),
    "nouns.comparison": (
        "DIFF_SECTIONS",
        "MISSING",
        "Change",
        "ChangedFile",
        "Comparison",
        "DiffCell",
        "DiffRow",
        "DiffSection",
        "Evidence",
        "History",
        "MemberChange",
        "Outcome",
        "SectionName",
        "Unit",
        "Value",
    ),
    "nouns.damage": ("Damage",),
    "nouns.dataset": ("DataSource", "DataState"),
    "nouns.event": ("Actor", "Event", "EventKind"),
    "nouns.health": ("Finiteness", "Health", "TensorHealth", "Trouble"),
    "nouns.file_diff": ("DiffLine", "FileDiff", "ValueChange"),
    "nouns.file_text": ("FileText",),
    "nouns.histogram": ("Histogram",),
    "nouns.hosted": ("Hosted", "HostedStatus"),
    "nouns.impact": ("Impact",),
    "nouns.inspection": (
        "Architecture",
        "Cut",
        "Dimension",
        "InspectedFile",
        "Inspection",
        "Port",
        "Quantisation",
        "Tensor",
        "Tokenizer",
    ),
    "nouns.lineage": ("EDGE_TYPES", "Arc", "Lineage", "Link", "Node"),
    "nouns.manifest": ("KINDS", "FileEntry", "Kind", "Scalar", "scalar_text"),
    "nouns.measured": ("Logged", "MetricChange", "Trend", "TrendPoint"),
    "nouns.metric": ("Direction", "Measurement", "Series", "by_dataset", "to_stored"),
    "nouns.modules": (
        "Module",
        "Share",
        "by_dtype",
        "find_module",
        "natural",
        "tensor_modules",
        "tensor_path",
        "tensors_within",
        "top_modules",
    ),
    "nouns.pickles": ("Pickles",),
    "nouns.recipe": ("Lack", "Recipe", "Step"),
    "nouns.reports": (
        "BadObject",
        "Finding",
        "GateReport",
        "GcItem",
        "GcReport",
        "Governing",
        "Held",
        "Moved",
        "Progress",
        "ProgressCallback",
        "Registered",
        "RepairReport",
        "RollbackPlan",
        "Summary",
        "Undone",
        "VerifyReport",
        "Voiced",
        "Waiting",
    ),
    "nouns.retention": ("Kept", "PruneReport", "Pruned"),
    "nouns.screen": ("ScreenSettings",),
    "nouns.semver": ("BUMPS", "Bump"),
    "nouns.tensor_diff": ("Distance", "TensorChange", "TensorDiff", "TensorOutcome"),
    "nouns.tree": ("TreeRow",),
    "nouns.usage": ("ModelUsage", "Usage", "VersionUsage"),
    "nouns.version": ("Model", "Version", "VersionDetail", "rfc3339"),
    "nouns.prompt": ("TEMPLATE_LANGUAGES", "Message", "TemplateLanguage", "Variables"),
    "nouns.word_diff": ("Stretch", "WordDiff"),
    "verbs.retiring": ("Ending",),
    "verbs.search": ("Answer", "Found", "Search"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["errors", *_HOME_OF]  # noqa: PLE0604  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module(".errors", __name__)
    if home := _HOME_OF.get(name):
        found = getattr(import_module(f".{home}", __name__), name)
        globals()[name] = found  # looked up once: the screen asks for some of them for every cell
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
