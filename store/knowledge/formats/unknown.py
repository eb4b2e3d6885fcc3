"""What the first bytes of a file that no reader knows suggest."""

from __future__ import annotations

import re
from collections.abc import Callable

LFS_POINTER = b"version https://git-lfs.github.com/spec/"

_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (0, LFS_POINTER, "a Git LFS pointer, not the file itself"),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5, as Keras and others write it"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"BZh", "bzip2"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (257, b"ustar", "a tar archive"),
    (4, b"TFL3", "TensorFlow Lite"),
    (0, b"PAR1", "Parquet"),
    (0, b"ARROW1", "Arrow"),
    (0, b"SQLite format 3\x00", "SQLite"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"%PDF", "PDF"),
    (0, b"\x7fELF", "a program or library (ELF)"),
    (0, b"MZ", "a program or library of Windows"),
    (0, b"lmgg", "GGML, the format before GGUF"),
    (0, b"fmgg", "GGML, the format before GGUF"),
    (0, b"tjgg", "GGML, the format before GGUF"),
    (0, b"\x80\x02", "a Python pickle"),
    (0, b"\x80\x03", "a Python pickle"),
    (0, b"\x80\x04", "a Python pickle"),
    (0, b"\x80\x05", "a Python pickle"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"GGUF", "GGUF"),
    (0, b"binf", "a model of XGBoost"),
    (0, b"tree\n", "a model of LightGBM"),
    (0, b"bplist", "a property list of Apple"),
    (0, b"#!", "a script"),
)
_TEXTS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"<(?:!doctype html|html)", re.IGNORECASE), "a web page: perhaps a download gone wrong"),
    (re.compile(rb"<\?xml"), "XML"),
    (re.compile(rb"---\r?\n"), "YAML, or text with YAML before it"),
    (re.compile(rb"[{\[]\s*(?:[\"{\[}\]\d-]|true|false|null)"), "JSON"),
)


def suggests(head: bytes) -> str:
    """Return what a file looks like by its first bytes, in a few words; empty when they suggest nothing."""
    if not head:
        return "nothing: it is empty"
    for at, magic, said in _MAGICS:
        if head.startswith(magic, at):
            return said
    if not head.strip(b"\0"):
        return "zeros: perhaps a file that was never written"
    text = head.removeprefix(b"\xef\xbb\xbf")
    return _text(text.lstrip()) if _is_text(text) else ""


def _text(start: bytes) -> str:
    return next((said for pattern, said in _TEXTS if pattern.match(start)), "text")


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    for cut in range(4):  # the last character may be cut in two
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        printable: Callable[[str], bool] = lambda c: c.isprintable() or c in "\t\n\r\f"  # noqa: E731
        return bool(text) and all(map(printable, text))
    return False
