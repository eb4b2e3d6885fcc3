"""Names of what lies outside the store keep no secret, whoever stated or guessed them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui.store import Store
from mvtui.store.knowledge import outside

MakeFile = Callable[..., Path]

TOKEN = "hf_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("hf:roberta-base@4f2c", "hf:roberta-base@4f2c"),
        ("https://user:pw12@host/m?a=1&token=abcd", "https://host/m?a=1"),
        ("https://host/x.tgz#sha256=" + "a" * 64, "https://host/x.tgz#sha256=" + "a" * 64),
        ("name:https://u:p4ssw0rd@host/x", "name:https://host/x"),
        ("s3://AKIA:secret@bucket/x", "s3://bucket/x"),
        (f"hf:org/model@main?token={TOKEN}", "hf:org/model@main?token=[redacted]"),
        (f"hf:{TOKEN}", "hf:[redacted]"),
        ("https://[no-address", "https://[no-address"),
        ("oci://registry/x@sha256:" + "b" * 64, "oci://registry/x@sha256:" + "b" * 64),
        ("name:any thing at all", "name:any thing at all"),
    ],
)
def test_what_gives_access_goes_and_the_rest_stays(name: str, kept: str) -> None:
    assert outside.clean(name) == kept


def test_neither_stated_nor_guessed_edges_bring_a_secret_into_the_store(
    store: Store, make_file: MakeFile
) -> None:
    make_file(
        json.dumps({"_name_or_path": f"https://u:PLANT1@host/m?token={TOKEN}"}).encode(), "m/config.json"
    )
    directory = make_file(b"weights", "m/model.bin").parent
    done = store.register("m", directory, parents=[f"https://u:PLANT2@host/x?token={TOKEN}"])
    store.link(done.version.ref, "replaces", "name:https://u:PLANT3@host/y")
    names = {link.to for link in store.get("m").edges}
    assert {"https://host/x", "name:https://host/y"} <= names
    (directory / "config.json").unlink()
    written = b"".join(p.read_bytes() for p in store.root.rglob("*") if p.is_file() and p.suffix != ".json")
    stored = written.replace(
        b'{"_name_or_path": "https://u:PLANT1@host/m?token=' + TOKEN.encode() + b'"}', b""
    )
    assert b"PLANT" not in stored
    assert TOKEN.encode() not in stored
