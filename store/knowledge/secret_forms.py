"""What secrets look like: tokens known by their form, and names whose values are kept to oneself.

The forms are those that the issuers document, or that GitHub's and GitLab's secret scanning list. Every pattern
runs in linear time: what may repeat is bounded, or can't fail after it has repeated. Each comes with literal texts
of which one must be there, so that a long text without secrets costs a few searches for words.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

NameKind = Literal["password", "login", "token", "likely", "maybe", ""]
"""How sure a name makes it that its value is a secret: any value; one of the form ``user:password``; any that isn't
plainly something else; one with letters and digits; only one that looks random; none."""


class Form(NamedTuple):
    """A kind of secret: ``literals``, one of which must occur, and the ``source`` of the pattern whose group 1 it is."""

    literals: tuple[str, ...]
    source: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern; compiled when first needed, since all of them take longer than most texts do."""
        return _compiled(self.source)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


def _form(literals: str, pattern: str) -> Form:
    return Form(tuple(literals.split()), pattern)


def _token(prefix: str, rest: str) -> Form:
    """A token that starts with a prefix of its issuer, at the start of a word.

    The look behind comes after the prefix: a pattern that starts with plain text is searched for as fast as text.
    """
    return Form((prefix,), rf"({re.escape(prefix)}(?<![A-Za-z0-9]{re.escape(prefix)}){rest})")


_TOKENS = {
    "AKIA ASIA ABIA ACCA AROA": r"[A-Z0-9]{16}(?![A-Z0-9])",  # AWS access keys
    "ghp_ gho_ ghu_ ghs_ ghr_": r"[A-Za-z0-9]{30,}",  # GitHub
    "github_pat_": r"[A-Za-z0-9_]{20,}",
    "glpat- gldt- glrt- glcbt- glptt- glsoat- glagent- glimt-": r"[\w.-]{18,}",  # GitLab
    "hf_ api_org_": r"[A-Za-z0-9]{20,}",  # Hugging Face
    "sk-": r"(?:[a-z0-9]{2,12}-){0,3}[A-Za-z0-9]{20,}[\w-]{0,300}",  # OpenAI and those who follow it
    "sk-ant- sk-proj- sk-svcacct- sk-admin-": r"[\w-]{20,}",
    "AIza": r"[\w-]{35}",  # Google
    "ya29.": r"[\w-]{16,}",
    "GOCSPX-": r"[\w-]{20,}",
    "1//0": r"[\w-]{30,}",
    "xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xoxp- xoxe.xoxb- xapp-": r"[A-Za-z0-9-]{10,}",  # Slack
    "sk_live_ sk_test_ rk_live_ rk_test_ pk_live_ pk_test_": r"[A-Za-z0-9]{10,}",  # Stripe
    "whsec_": r"[A-Za-z0-9+/=]{16,}",
    "npm_": r"[A-Za-z0-9]{30,}",
    "pypi-": r"[\w-]{50,}",
    "dckr_pat_ dckr_oat_": r"[\w-]{20,}",  # Docker Hub
    "SG.": r"[\w-]{16,64}\.[\w-]{16,}",  # SendGrid
    "dop_v1_ doo_v1_ dor_v1_": r"[0-9a-f]{40,}",  # DigitalOcean
    "dapi": r"[0-9a-f]{32}(?:-\d)?",  # Databricks
    "hvs. hvb. hvr.": r"[\w-]{20,}",  # Vault
    "shpat_ shpca_ shppa_ shpss_": r"[0-9a-fA-F]{32}",  # Shopify
    "r8_": r"[A-Za-z0-9]{30,}",  # Replicate
    "gsk_ fw_ xai- nvapi- pplx- tvly- tvly-dev-": r"[A-Za-z0-9]{20,}[\w-]{0,300}",  # Groq, Fireworks, xAI, NVIDIA…
    "lin_api_ secret_ ntn_": r"[A-Za-z0-9]{32,}",  # Linear, Notion
    "AGE-SECRET-KEY-1": r"[A-Z0-9]{40,}",
    # A JSON object in base64url: a JWT, whole or in part, and Neptune's tokens.
    "eyJ": r"[\w+/-]{16,}={0,2}(?:\.[\w-]{0,4096}){0,4}",
}
_WORD = r"[A-Za-z0-9/+=_.-]"

FORMS: tuple[Form, ...] = (
    *(_token(prefix, rest) for prefixes, rest in _TOKENS.items() for prefix in prefixes.split()),
    _form("hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows)/([\w/+-]{16,})"),
    _form("/api/webhooks/", r"/api/webhooks/(\d{10,24}/[\w-]{20,})"),  # Discord
    _form(":AA", r":AA(?<=[0-9]:AA)([\w-]{30,})"),  # Telegram
    _form(
        "uthorization UTHORIZATION",
        r"[aA](?i:uthorization)\\{0,3}[\"']?[ \t]{0,4}[:=][ \t]{0,4}f?\\{0,3}[\"']?"
        r"(?:(?i:bearer|basic|token|digest|apikey|negotiate)[ \t]{1,4})?+([^\s\"'\\{}$<(\[]{6,})",
    ),
    _form("earer", r"[bB]earer[ \t]{1,4}((?=[\w.~+/-]{0,200}\d)[\w.~+/-]{16,}={0,2})"),
    _form("ookie:", r"[cC]ookie:[ \t]{0,4}([^\r\n\"']{1,4096})"),
    _form('"auth"', r"\"auth\"[ \t]{0,4}:[ \t]{0,4}\"([A-Za-z0-9+/=]{8,})\""),  # Docker's config.json
    _form("login(", r"login\([ \t]{0,4}(?:\w{1,20}[ \t]{0,4}=[ \t]{0,4})?[\"']([^\s\"'<>{}\[\]]{8,})[\"']"),
    _form("curl", r"curl\b[^\r\n]{0,300}?[ \t](?:-u|--user)[ =][\"']?[^\s:\"']{1,80}:([^\s\"'$\[]{1,256})"),
    _form("docker", r"docker login\b[^\r\n]{0,300}?[ \t]-p[ =][\"']?([^\s\"'$\[]{1,256})"),
    _form("mysql", r"mysql(?:dump|admin)?\b[^\r\n]{0,300}?[ \t]-p([^\s\"'$\[]{4,256})"),
    _form("wandb", r"wandb login[ \t]{1,4}(?:--[\w=-]{1,40}[ \t]{1,4}){0,4}([A-Za-z0-9]{12,})"),
    _form(
        "auth",
        r"auth[ \t]?=[ \t]?\([ \t]?[\"'][^\"'\r\n]{0,100}[\"'][ \t]{0,2},[ \t]{0,2}[\"']([^\"'\r\n\[]{1,256})[\"']",
    ),
    _form(
        '"username"', r"\"username\"[^\r\n]{0,100}\"key\"[ \t]{0,2}:[ \t]{0,2}\"([0-9a-f]{16,64})\""
    ),  # Kaggle
    _form("LS0tLS1CRUdJTi", r"(LS0tLS1CRUdJTi[A-Za-z0-9+/=]{20,})"),  # a PEM file in base64, as in kubeconfig
    _form("sshpass", r"sshpass[ \t]{1,4}-p[ \t]{0,4}[\"']?([^\s\"'$\[]{1,256})"),
    # scheme://user:password@host: up to the last @ before a space or quote, slashes that should be %2F included;
    # what starts like a port is none.
    _form("://", r"://[^\s/:@\"'`]{0,256}:(?!\d{1,5}/)([^\s\"'`$<{\[/][^\s\"'`?#]{0,256})@"),
    _form("http", r"https?://([^\s/:@\"'`$<{\[?#]{8,256})@"),
    _form(
        "?sig= &sig= ature= ?key= &key= oken= redential= ?code= &code= ?secret= &secret=",
        r"[?&](?:sig|key|code|secret|(?:access_|id_|refresh_|private_|auth_)?token"
        r"|(?i:x-(?:amz|goog)-(?:signature|credential|security-token))|(?i:signature))=([^\s\"'`&#<>{}$\[]{4,})",
    ),
    # An AWS secret key has no form but its length: looked for only near words of AWS.
    _form(
        "AKIA ASIA aws AWS Aws",
        rf"(?<!{_WORD})((?=[a-z0-9/+]{{0,39}}[A-Z])(?=[A-Z0-9/+]{{0,39}}[a-z])(?=[A-Za-z/+]{{0,39}}\d)"
        rf"[A-Za-z0-9/+]{{40}})(?!{_WORD})",
    ),
)

HINT = re.compile("|".join(sorted({re.escape(literal) for form in FORMS for literal in form.literals})))
"""What a text holds that may hold a secret by its form."""

# Names end in one of these words; what is between it and the value decides whether it is being given one.
ASSIGNMENT = re.compile(
    r"[aAcCkKpPsStT](?i:(?<=p)ass(?:word|wd|phrase|code)?|(?<=p)wd|(?<=s)ecret|(?<=t)oken|(?<=k)ey|(?<=a)uth"
    r"|(?<=c)redentials?)(?P<digits>_?\d{0,3})"
    r"(?P<close>\\{0,3}[\"'`]?\]?)"
    r"(?P<sep>"
    r"[ \t]{0,8}:[ \t]{0,4}[A-Za-z_][\w.\[\], |]{0,60}?[ \t]{0,4}=(?!=)[ \t]{0,4}(?=[\"'rbf])"  # annotated Python
    r"|[ \t]{0,8}(?:=>|:=|={1,3}|!=|\?=|:)[ \t]{0,8}"
    r"|,[ \t]{0,8}(?=\\{0,3}[\"'])"  # a pair of arguments
    r"|,[^\r\n\"']{0,60}\bdefault[ \t]{0,2}=[ \t]{0,2}(?=[\"'])"  # argparse, click
    r"|\)?[ \t]{1,4}or[ \t]{1,4}(?=[\"'])"  # os.getenv("X") or "…"
    r"|[ \t]{1,8}value=(?=[\"'])"  # <add key="ApiKey" value="…"/>
    r"|>(?=[^\s<>])"  # XML
    r"|[ \t]{1,8}(?=[^\s=:]))"  # --password X, .netrc, Dockerfile
    r"(?:[rbfRBF]{0,2}(?P<quote>\\{0,3}(?:\"\"\"|'''|[\"'`]))(?P<quoted>[^\r\n]{1,512})"
    r"|(?P<bare>[^\s\"'`]{1,512}))"
)

_PASSWORDS = frozenset({"password", "passwd", "passphrase", "passcode", "secret"})
_OWNERS = frozenset(
    "access account admin api app auth aws azure basic bearer bot ci client consumer csrf dataset db deploy docker "
    "encryption ftp gcp gh git github gitlab google hf hub huggingface id jira job jwt kaggle key license login mail "
    "master mlflow mongo mysql neptune npm oauth openai anthropic personal pg pgp postgres private proxy pypi redis "
    "refresh registry root sas secret security service session shared signing slack smtp ssh storage subscription "
    "telegram twine user vault wandb webhook".split()
)
_NOT_SECRET = frozenset(  # special tokens of language models, keys of tables, passes over data
    "added additional backward begin bos cls decoder end eos first forward image initializer last mask max min "
    "modifier multi n new next num one pad per placeholder prev previous second sep single special start stop the "
    "trigger two unk foreign primary sort partition cache group index join".split()
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ENDS = ("password", "passwd", "passphrase", "secret", "token", "key")


@lru_cache(maxsize=1024)
def name_kind(name: str) -> NameKind:
    """Say what a name (``wandb_api_key``, ``--db-password``, ``accessToken``) makes of its value."""
    words = [word.lower() for word in _WORDS.findall(name[-120:]) if not word.isdigit()]
    if not words:
        return ""
    for end in _ENDS:  # written as one: APIKEY, HFTOKEN, mypassword
        if words[-1].endswith(end) and words[-1] != end:
            words[-1:] = [words[-1].removesuffix(end), end]
            break
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _PASSWORDS:
        return "password"
    if last in {"pass", "pwd"}:
        return "password" if before in _OWNERS else "" if before in _NOT_SECRET else "likely"
    if last not in {"token", "key", "auth", "credential", "credentials"} or before in _NOT_SECRET:
        return ""
    if before in _OWNERS and last in {"token", "key"}:
        return "token"
    return "likely" if last == "token" else "maybe"
