"""Of what a difference is a difference: the rules, by the kind of the version and a name.

Who debugs a model that behaves differently asks first where to look: did the *data* change, the *model*, the
*retrieval* around it, or the *workflow* that drives it? *Code* and *environment* are how any of these came about.

===========  =========================================================================================
class        what belongs to it
===========  =========================================================================================
data         datasets it was trained or measured on; files and params of a ``dataset``; data files;
             params that name data (``data/path``, ``dataset``)
model        what it starts from (fine-tuned, quantized, distilled, merged, adapter); its weights,
             tokenizer and architecture files; training params; the provider and model of ``hosted``
retrieval    datasets in the role of index, corpus or embeddings; index files; params of retrieval
             (``top_k``, ``chunk_size``, the embedding model)
workflow     the prompt it runs with; files and params of a ``prompt``; prompt, tool and agent files;
             params of decoding and orchestration (``temperature``, ``system_prompt``, ``tools``)
code         the commit, uncommitted changes; source files
environment  packages, Python, operating system, CPU, GPU, driver, CUDA, cuDNN; files that pin them
other        what describes rather than makes: model cards, licences, logs, names of runs
===========  =========================================================================================

Two rules settle what a word alone can't. ``weights`` and ``adapter`` are trained, so their params are training
params unless they speak plainly of something else: there ``temperature`` is a distillation's, ``top_k`` that of
a mixture of experts and ``embedding_dim`` architecture. In ``hosted``, ``prompt`` and ``bundle`` nothing is trained, and
a param is the workflow's unless it speaks of retrieval or names the model; ``top_k`` is retrieval's, except
among params of decoding and none of retrieval.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...nouns.comparison import ChangeClass
from ...nouns.lineage import DATA_EDGES

_TRAINED = frozenset({"weights", "adapter"})

_PLAIN_RETRIEVAL = frozenset(
    "retrieval retriever retrievers rag rerank reranker vectorstore faiss hnsw".split()
)
_RETRIEVAL = _PLAIN_RETRIEVAL | frozenset(
    "index corpus chunk chunks chunking embedding embeddings embedder embed vector vectors similarity nprobe".split()
)
_PLAIN_WORKFLOW = frozenset(
    "prompt prompts instruction instructions tool tools agent agents workflow orchestration guardrail guardrails"
    " decoding generation sampling".split()
)
_DECODING = frozenset(
    "temperature top_p min_p typical_p max_tokens max_new_tokens max_output_tokens max_completion_tokens stop"
    " stop_sequences frequency_penalty presence_penalty repetition_penalty num_beams do_sample".split()
)
_DATA = frozenset({"data", "dataset", "datasets", "corpus"})
_CODE = frozenset({"git", "commit", "entrypoint", "script"})
_ENVIRONMENT = frozenset(
    "cuda cuda_version gpu gpus n_gpu num_gpus device devices docker_image python_version".split()
)
_HOSTED_MODEL = frozenset(
    "provider model model_id model_name snapshot deployment engine base_model retirement retires".split()
)
_RUN = frozenset(
    "output_dir logging_dir run_name run_id report_to log_level logging_steps experiment experiment_name".split()
)

_RETRIEVAL_ROLES = frozenset(
    "index corpus retrieval retriever rag embedding embeddings vectors knowledge kb documents docs".split()
)

_SUFFIXES: dict[ChangeClass, tuple[str, ...]] = {
    "model": (
        *(
            ".safetensors",
            ".bin",
            ".pt",
            ".pth",
            ".ckpt",
            ".gguf",
            ".ggml",
            ".onnx",
            ".h5",
            ".hdf5",
            ".keras",
            ".pb",
        ),
        *(".tflite", ".mlmodel", ".pkl", ".joblib", ".npz", ".npy", ".msgpack", ".model", ".ubj", ".engine"),
    ),
    "retrieval": (".faiss", ".index", ".hnsw", ".annoy", ".ivf", ".usearch"),
    "data": (".csv", ".tsv", ".parquet", ".jsonl", ".arrow", ".feather", ".tfrecord", ".dvc"),
    "workflow": (".prompt", ".jinja", ".jinja2", ".j2"),
    "code": (".py", ".ipynb", ".sh", ".c", ".cc", ".cpp", ".cu", ".rs", ".js", ".ts"),
    "other": (".md", ".rst", ".pdf", ".png", ".jpg", ".svg", ".log"),
}
_FILE_NAMES: dict[ChangeClass, frozenset[str]] = {
    "workflow": frozenset("generation_config.json chat_template.json".split()),
    "environment": frozenset(
        "requirements.txt environment.yml environment.yaml conda.yaml conda.yml python_env.yaml pyproject.toml"
        " poetry.lock uv.lock pipfile pipfile.lock dockerfile containerfile".split()
    ),
    "other": frozenset(
        "license licence license.txt notice readme readme.md .gitattributes .gitignore trainer_state.json"
        " all_results.json train_results.json eval_results.json metrics.json".split()
    ),
}
_FOLDERS: dict[ChangeClass, frozenset[str]] = {
    "retrieval": frozenset("index indexes retrieval vectorstore chroma corpus".split()),
    "workflow": frozenset("prompt prompts tools agents workflow workflows".split()),
}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def of_param(name: str, kind: str, beside: Iterable[str] = ()) -> ChangeClass:
    """Return what a parameter belongs to; ``beside`` are the names of the version's other parameters."""
    if kind == "dataset":
        return "data"
    words = _words(name)
    last = name.replace(".", "/").rpartition("/")[2].lower().replace("-", "_")
    if last in _RUN:
        return "other"
    if words & _CODE:
        return "code"
    if last in _ENVIRONMENT:
        return "environment"
    if kind in _TRAINED:
        return _of_training(words)
    if words & _RETRIEVAL or (last in {"top_k", "topk"} and not _decodes(beside)):
        return "retrieval"
    if last in _HOSTED_MODEL:
        return "model"
    return "data" if words & _DATA else "workflow"


def of_file(path: str, kind: str) -> ChangeClass:
    """Return what a file belongs to."""
    if kind == "dataset":
        return "data"
    *folders, name = path.lower().split("/")
    for found, names in _FILE_NAMES.items():
        if name in names:
            return found
    if kind == "prompt":
        return "workflow"
    for found, names in _FOLDERS.items():
        if not names.isdisjoint(folders):
            return found
    words = _words(name)
    if kind not in _TRAINED and words & (_PLAIN_RETRIEVAL | {"index"}):
        return "retrieval"
    by_suffix = next((found for found, ends in _SUFFIXES.items() if name.endswith(ends)), None)
    if by_suffix in (None, "other") and words & _PLAIN_WORKFLOW:
        return "workflow"
    return by_suffix or ("data" if _DATA.intersection(folders) else "model")


def of_edge(edge: str, role: str, target_kind: str, kind: str) -> ChangeClass | None:
    """Return what an edge belongs to: its type, a dataset's role, and the kinds at both ends.

    None for ``replaces``: that says what came before, not what it is made of.
    """
    if edge == "replaces":
        return None
    if edge == "prompted-with" or target_kind == "prompt":
        return "workflow"
    if kind == "dataset":
        return "data"
    if role.lower() in _RETRIEVAL_ROLES:
        return "retrieval"
    if edge in DATA_EDGES:
        return "data"
    if target_kind == "dataset":
        return "data" if kind in _TRAINED else "retrieval"
    return "model"


def _of_training(words: frozenset[str]) -> ChangeClass:
    if words & _PLAIN_RETRIEVAL:
        return "retrieval"
    if words & _DATA:
        return "data"
    if words & _PLAIN_WORKFLOW:
        return "workflow"
    return "model"


def _decodes(names: Iterable[str]) -> bool:
    """Say whether parameters are about decoding, and none of them about retrieval."""
    words = [_words(name) for name in names]
    lasts = {name.replace(".", "/").rpartition("/")[2].lower() for name in names}
    return bool(lasts & _DECODING) and not any(found & _RETRIEVAL for found in words)


def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(name))
