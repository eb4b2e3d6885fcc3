"""The secrets filter: what must go, what must stay, and that no text makes it slow."""

from __future__ import annotations

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge import secrets
from mvtui.store.knowledge.secrets import REDACTED

# In pieces, so that no scanner takes this file for a leak.
HEX40 = "0123456789abcdef0123456789abcdef01234567"
AWS_ID = "AKIA" + "IOSFODNN7EXAMPLE"
AWS_SECRET = "wJalrXUtnFEMI" + "/K7MDENG/bPxRfiCYEXAMPLEKEY"
GITHUB = "ghp" + "_16C7e42F292c6912E7710c838347Ae178B4a"
GITHUB_FINE = "github" + "_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789abcdef"
GITLAB = "glpat" + "-aB3dE5gH7jK9mN1pQ3sT"
HUGGING = "hf" + "_aB3dE5gH7jK9mN1pQ3sT5vW7yZaB3dE5gH"
OPENAI = "sk" + "-aB3dE5gH7jK9mN1pQ3sTaB3dE5gH7jK9mN1pQ3sTaB3dE5gH"
OPENAI_PROJECT = "sk" + "-proj-aB3_dE5gH7jK9mN1-pQ3sTaB3dE5gH7jK9mN1pQ3sTaB3dE5gH"
ANTHROPIC = "sk" + "-ant-api03-aB3dE5gH7jK9-mN1pQ3sTaB3_dE5gH7jK9mN1pQ3sT-AAAA"
GOOGLE = "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q"
GOOGLE_OAUTH = "ya29" + ".a0AfH6SMBx1y2z3a4b5c6d7e8f9"
SLACK = "xoxb" + "-123456789012-1234567890123-aB3dE5gH7jK9mN1pQ3sT5vW7"
STRIPE = "sk_live" + "_aB3dE5gH7jK9mN1pQ3sT5vW7"
NPM = "npm" + "_aB3dE5gH7jK9mN1pQ3sT5vW7yZaB3dE5gH7j"
PYPI = "pypi" + "-AgEIcHlwaS5vcmcCJGFCM2RFNWdIN2pLOW1OMXBRM3NUNXZXN3laYUIzZEU1Z0g3"
JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)
AZURE = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq" + "/K1SZFPTOtr/KBHBeksoGMGw=="
TOKENS = {
    "aws id": AWS_ID, "github": GITHUB, "github fine-grained": GITHUB_FINE, "gitlab": GITLAB, "hugging face": HUGGING,
    "openai": OPENAI, "openai project": OPENAI_PROJECT, "anthropic": ANTHROPIC, "google": GOOGLE,
    "google oauth": GOOGLE_OAUTH, "slack": SLACK, "stripe": STRIPE, "npm": NPM, "pypi": PYPI, "jwt": JWT,
}  # fmt: skip
BODY = ["MIIEpAIBAAKCAQEA7bq3", "x9Y8z7W6v5U4t3S2r1Q0", "pOnMlKjIhGfEdCbA=="]


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize(
    "around",
    ["{}", "x {} y", "'{}'", 'a="{}",', "({})", "https://h/p?q={}&r=1", "--x={}", "/tmp/{}/y", "café:{}"],
)
def test_a_token_is_known_by_its_form_wherever_it_stands(token: str, around: str) -> None:
    text, count = secrets.redact(around.format(token))
    assert token not in text
    assert REDACTED in text
    assert count >= 1


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"aws_secret_access_key = {AWS_SECRET}", AWS_SECRET),
        (f"export AWS_SECRET_ACCESS_KEY={AWS_SECRET}", AWS_SECRET),
        (f"aws {AWS_SECRET}", AWS_SECRET),
        (f"https://x-access-token:{HEX40}@github.com/o/r.git", HEX40),
        ("https://alice:hunter2@example.com/o/r.git", "hunter2"),
        ("https://ab12cd34ef@example.com/o/r.git", "ab12cd34ef"),
        ("postgres://user:p@ss@db:5432/x", "p@ss"),
        ("redis://:hunter2@localhost:6379/0", "hunter2"),
        (f"WANDB_API_KEY={HEX40}", HEX40),
        (f"WANDB_API_KEY: {HEX40}", HEX40),
        (f'wandb.login(key="{HEX40}")', HEX40),
        ("Authorization: Bearer abcdefghijk12345678", "abcdefghijk12345678"),
        ("-H 'Authorization: token abc12345xyz'", "abc12345xyz"),
        ('{"Authorization": "Basic dXNlcjpwYXNz"}', "dXNlcjpwYXNz"),
        ("--password hunter2 -v", "hunter2"),
        ("--db-password=hunter2", "hunter2"),
        ("+db.password=hunter2", "hunter2"),
        ("PASSWORD=hunter2", "hunter2"),
        ("MYSQL_ROOT_PASSWORD: hunter2", "hunter2"),
        ('"password": "hunter2"', "hunter2"),
        ("password: 'correct horse battery staple'", "correct horse battery staple"),
        ("password: hunter2", "hunter2"),
        ('password: str = "hunter2"', "hunter2"),
        ('api_key: str | None = "abc.def.123"', "abc.def.123"),
        ('{\\"api_key\\": \\"0123abcd4567efgh\\"}', "0123abcd4567efgh"),
        ('os.environ["HF_TOKEN"] = "abcdef123456"', "abcdef123456"),
        ('os.environ.setdefault("OPENAI_API_KEY", "abcdef123456")', "abcdef123456"),
        ("ENV MY_TOKEN abcdef123456", "abcdef123456"),
        (f"machine api.wandb.ai login user password {HEX40}", HEX40),
        (f"DefaultEndpointsProtocol=https;AccountName=x;AccountKey={AZURE};EndpointSuffix=core", AZURE),
        ("https://a.blob.core.windows.net/c?sv=2020&sig=abcd%2Befgh%3D&se=2024", "abcd%2Befgh%3D"),
        ("<password>hunter2</password>", "hunter2"),
        ("clientSecret: 'abc~123'", "abc~123"),
        ("--hf-token abcdef1234", "abcdef1234"),
        ("MYCORP_TOKEN=abcdefgh", "abcdefgh"),
        ('SECRET_KEY = "django-insecure-abc#1"', "django-insecure-abc#1"),
        ('"auth": "dXNlcjpwYXNzd29yZA=="', "dXNlcjpwYXNzd29yZA"),
        ("https://hooks.slack.com/services/" + "T00000000/B00000000/aB3dE5gH7jK9", "aB3dE5gH7jK9"),
        ("HFTOKEN=abcdef123", "abcdef123"),
        ("curl -sSf -u ann:hunter2 https://h/x", "hunter2"),
        ("sshpass -p hunter2 ssh h", "hunter2"),
        ("docker login -u ann -p hunter2", "hunter2"),
        ("mysqldump -u root -phunter2 db", "hunter2"),
        (f"wandb login --relogin {HEX40}", HEX40),
        ("requests.get(u, auth=('ann', 'hunter2'))", "hunter2"),
        (f'{{"username":"ann","key":"{HEX40[:32]}"}}', HEX40[:32]),
        (
            "client-key-data: " + "LS0tLS1CRUdJTi" + "BSU0EgUFJJVkFURSBLRVktLS0tLQo",
            "BSU0EgUFJJVkFURSBLRVktLS0tLQo",
        ),
        ('headers={"Authorization": f"Token abc123xyz"}', "abc123xyz"),
        ('token = "s3cr3tVALUE99"', "s3cr3tVALUE99"),
        ("token: s3cr3tVALUE99", "s3cr3tVALUE99"),
        ("TOKEN ?= s3cr3tVALUE99", "s3cr3tVALUE99"),
        ('"pass": "s3cr3tVALUE99"', "s3cr3tVALUE99"),
        ("set -x DB_PASSWORD hunter2", "hunter2"),
        ('p.add_argument("--api-key", type=str, default="abc123xyz")', "abc123xyz"),
        ('os.getenv("API_KEY") or "abc123xyz"', "abc123xyz"),
        ('<add key="ApiKey" value="abc123xyz"/>', "abc123xyz"),
    ],
)
def test_a_secret_is_known_by_the_name_it_is_given_to(text: str, secret: str) -> None:
    clean, count = secrets.redact(text)
    assert secret not in clean
    assert count >= 1
    assert secrets.redact(clean) == (clean, 0), "what is clean stays as it is"


@pytest.mark.parametrize(
    "text",
    [
        "--tokenizer bert",
        "max_tokens=512",
        "token_type_ids",
        "num_tokens: 1e9",
        'pad_token="<pad>"',
        "tokenizer.pad_token = tokenizer.eos_token",
        "eos_token_id=2",
        "password=None",
        "password=args.password",
        'password = getpass.getpass("Password: ")',
        "token = tokenizer.decode(ids)",
        "token: Optional[str] = None",
        'api_key=os.environ["OPENAI_API_KEY"]',
        "api_key = config.api_key",
        "use_auth_token=True",
        "key=lambda x: x",
        'sort_key="name"',
        "commit 3b07ff5e3b07ff5e3b07ff5e3b07ff5e3b07ff5e",
        'key="3b07ff5e3b07ff5e3b07ff5e3b07ff5e3b07ff5e"',
        "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        "uuid 123e4567-e89b-12d3-a456-426614174000",
        "GPU-123e4567-e89b-12d3-a456-426614174000",
        "PWD=/home/alice/project",
        "--private-key /home/u/.ssh/id_rsa",
        "ssh_key: ~/.ssh/id_ed25519",
        "GOOGLE_APPLICATION_CREDENTIALS=/etc/gcp/key.json",
        "lr=1e-4",
        'parser.add_argument("--token", help="the token to use")',
        'parser.add_argument("--password", "-p", default=None)',
        "https://example.com:8080/path@v1",
        "git@github.com:o/r.git",
        "ssh://git@github.com/o/r.git",
        "docker run --user 1000:1000 image:tag",
        '"token": "Washington"',
        '--placeholder-token "<cat-toy>"',
        "EOS_TOKEN=</s>",
        "password: ${DB_PASSWORD}",
        'token = "${{ secrets.GITHUB_TOKEN }}"',
        "def f(password: str, token: str):",
        'cache_key = "resnet50_imagenet_v2_2023"',
        "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "for token in tokens:",
        "the password is set elsewhere",
        "forward_pass = 3",
        'forward_pass = "stage2layer"',
        'p.add_argument("--pad-token", default="pad12345")',
        'p.add_argument("--token", default=None)',
        "index 3b07ff5..f00aa36 100644",
        "data/Images/Train2017/part0001/sample000",
        "sk-learn-contrib-pipeline-models-and-more",
        f"secret: {REDACTED}",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert secrets.redact(text) == (text, 0)


def pem(kind: str = "RSA ") -> list[str]:
    return [f"-----BEGIN {kind}PRIVATE KEY-----", *BODY, f"-----END {kind}PRIVATE KEY-----"]


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
@pytest.mark.parametrize("prefix", ["", "+", "-", " "])
def test_private_keys_lose_every_line_and_a_patch_keeps_its_own(kind: str, prefix: str) -> None:
    lines = ["before", *pem(kind), "after"]
    text, count = secrets.redact("\n".join(prefix + line for line in lines))
    assert count == 1
    assert not any(line in text for line in BODY)
    assert len(text.split("\n")) == len(lines)
    assert all(line.startswith(prefix) for line in text.split("\n"))
    assert text.startswith(f"{prefix}before\n")
    assert text.endswith(f"\n{prefix}after")


def test_a_private_key_in_one_line_goes_too() -> None:
    text, count = secrets.redact('{"private_key": "' + "\\n".join(pem("")) + '\\n", "x": 1}')
    assert count >= 1
    assert not any(line in text for line in BODY)
    assert text.endswith('"x": 1}')


def test_a_private_key_without_its_end_goes_as_far_as_it_can_be_seen() -> None:
    text, _ = secrets.redact(
        "\n".join(["+" + line for line in pem()[:-1]] + ["@@ -1,2 +3,4 @@ def f(x):", "+plain = 1"])
    )
    assert not any(line in text for line in BODY)
    assert text.endswith("@@ -1,2 +3,4 @@ def f(x):\n+plain = 1")


def test_a_private_key_that_is_cut_off_does_not_take_all_up_to_the_next_with_it() -> None:
    lines = [*pem()[:-1], "def between(): pass", *pem()]
    text, count = secrets.redact("\n".join(lines))
    assert count == 2
    assert not any(line in text for line in BODY)
    assert "def between(): pass" in text


def test_what_stands_around_a_value_stays() -> None:
    assert secrets.redact("f(password=hunter2)") == (f"f(password={REDACTED})", 1)
    assert secrets.redact("{password: hunter2, user: ann}") == (f"{{password: {REDACTED}, user: ann}}", 1)
    assert secrets.redact("?password=hunter2&user=ann") == (f"?password={REDACTED}&user=ann", 1)


def test_public_keys_and_certificates_stay() -> None:
    text = "\n".join(["-----BEGIN PUBLIC KEY-----", *BODY, "-----END PUBLIC KEY-----"])
    assert secrets.redact(text) == (text, 0)


@pytest.mark.parametrize(
    ("words", "clean"),
    [
        (["train.py", "--password", "hunter2"], ["train.py", "--password", REDACTED]),
        (["train.py", "--password=hunter2"], ["train.py", f"--password={REDACTED}"]),
        (["--api-key", "-weird"], ["--api-key", REDACTED]),
        (["--token", "--verbose"], ["--token", "--verbose"]),
        (["--token-file", "x"], ["--token-file", "x"]),
        (["--pad-token", "[PAD]", "--max-tokens", "512"], ["--pad-token", "[PAD]", "--max-tokens", "512"]),
        (["--password", "two words here"], ["--password", REDACTED]),
        (["wandb.api_key=abc123", "lr=0.1"], [f"wandb.api_key={REDACTED}", "lr=0.1"]),
        (["-c", f"import os; x = '{GITHUB}'"], ["-c", f"import os; x = '{REDACTED}'"]),
        (["sh", "-c", "mysql --password hunter2 db"], ["sh", "-c", f"mysql --password {REDACTED} db"]),
        (["PASSWORD=a;b&c"], [f"PASSWORD={REDACTED}"]),
        (["--auth", "user:pw12345"], ["--auth", REDACTED]),
        (["get", "-u", "alice:S3cretPass9"], ["get", "-u", REDACTED]),
        (["--credentials=me:S3cretPass9"], [f"--credentials={REDACTED}"]),
        (["--proxy-user", "me:S3cretPass9"], ["--proxy-user", REDACTED]),
        (["--token=", "abc12345xyz"], ["--token=", REDACTED]),
        (["--pw", "hunter2x"], ["--pw", REDACTED]),
        (["--git-pat", "abcd1234efgh"], ["--git-pat", REDACTED]),
        (["docker", "run", "-u", "1000:1000"], ["docker", "run", "-u", "1000:1000"]),
        (
            ["--user", "alice", "--auth", "https://host:8080/x"],
            ["--user", "alice", "--auth", "https://host:8080/x"],
        ),
        (
            ["--rope", "linear:2.0", "--host", "localhost:8080"],
            ["--rope", "linear:2.0", "--host", "localhost:8080"],
        ),
        ([], []),
    ],
)
def test_words_of_a_command_line(words: list[str], clean: list[str]) -> None:
    got, count = secrets.redact_words(words)
    assert got == clean
    assert count == (words != clean)


def test_trees_are_cleaned_by_name_and_by_form() -> None:
    tree = {
        "hub": {"api_key": "x9Y8z7W6v5U4", "name": "m"},
        "args": ["--x", HUGGING],
        "n": 3,
        HUGGING: None,
        "pad_token": "<pad>",
    }
    clean, count = secrets.redact_tree(tree)
    assert clean == {
        "hub": {"api_key": REDACTED, "name": "m"}, "args": ["--x", REDACTED], "n": 3, REDACTED: None, "pad_token": "<pad>",
    }  # fmt: skip
    assert count == 3


def test_bytes_that_are_no_text_pass_as_they_are() -> None:
    data = bytes(range(256)) * 4
    assert secrets.redact_bytes(data) == (data, 0)
    clean, count = secrets.redact_bytes(b"\xff\xfe " + GITHUB.encode() + b" \x80")
    assert (clean, count) == (b"\xff\xfe [redacted] \x80", 1)


@given(st.text(alphabet=st.sampled_from("token=:\"' \n-_password/@[]{}().\\eyJsk1aA+"), max_size=300))
def test_any_text_is_clean_after_one_round_and_keeps_its_lines(text: str) -> None:
    clean, _ = secrets.redact(text)
    assert clean.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "unit",
    [
        "a", "-", '"', "=", "\n", "\\", "+", "token=", "token ", "password=", '"password":"', "://a:", "://", "eyJ",
        "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nAAAA\n", "sk-aa-", 'login("', "Bearer ",
        "Authorization: ", "token: a.a.a.a", "key\t", "password: str, str, ", "aws a1B/", '\\"token\\": \\"', "?sig=",
        "AccountKey=;", "password <", '" token ', "KEY ", "-----END PRIVATE KEY-----", "https://aaaaaaaaaaaa", "curl ", "mysql ", "docker login ", 'key" or "', "auth=('", "token,default=",
    ],
)  # fmt: skip
def test_no_text_holds_it_up(unit: str) -> None:
    """A pattern that is quadratic in one of these would be at it for many minutes: the alarm is for a hang."""

    def ring(_number: int, _frame: object) -> None:
        raise AssertionError(f"still at {unit!r} after a minute")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(60)
    try:
        secrets.redact(unit * (250_000 // len(unit)))
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
