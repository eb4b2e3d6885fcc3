"""The part of ``Store`` for what runs behind an agent: prompts and hosted models; and reading a prompt without a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .face import Face, StrPath

if TYPE_CHECKING:
    from ..knowledge.prompts import Prompt, TokenCounter
    from ..nouns.hosted import Hosted, HostedStatus
    from ..nouns.prompt import TemplateLanguage
    from ..nouns.version import Version
    from ..verbs.retiring import Ending


def load_prompt(
    path: StrPath, *, file: str | None = None, template: TemplateLanguage | None = None
) -> Prompt:
    """Read a prompt from a file, or from where it is served: ``live/<model>/production``. No store is needed.

    The pointer is resolved once: what comes back is of one version, whatever is promoted meanwhile, and says which
    (``ref``, ``id``). Read it anew to get the next one. Its bytes are not hashed; ``Store.prompt`` does that.

    Args:
        path: a file, or a directory that holds one.
        file: which of several templates.
        template: its language, for a file that no version's card says it of. Default: told by what is in it.

    Raises:
        NotFoundError: there is nothing there, or no such ``file``.
        UsageError: there are several templates, and ``file`` was not given.
        BadTemplateError: it does not parse. ``BadInputError``: it is no text, or of another kind.
        MissingLibraryError: it is a Jinja template, and jinja2 is not installed.
        StorageError: it can't be read.
    """
    from ..verbs import prompts

    return prompts.of_path(path, file, template)


def load_tokenizer(path: StrPath) -> TokenCounter:
    """Read a ``tokenizer.json``, or the one in a directory, to count tokens: ``load_tokenizer(path).count("some text")``.

    Raises:
        NotFoundError: there is none.
        BadFileError: it is no tokenizer.
        MissingLibraryError: the tokenizers library is not installed (``pip install 'mvtui[tokens]'``).
        StorageError: it can't be read.
    """
    from ..verbs import tokens

    return tokens.of_path(path)


class Agents(Face):
    """Prompts, ready to be filled in, and hosted models, ready to be called."""

    def prompt(self, ref: str, *, file: str | None = None) -> Prompt:
        """Return a version's prompt, its bytes checked: ``store.prompt("support-bot@production").render(name="Ann")``.

        Asked again, it follows what the reference means by then; parsing is done once for each content.

        Args:
            ref: the version.
            file: which template, of a version that has several.

        Raises:
            BadInputError: it is no prompt.
            UsageError: it has several templates, and ``file`` was not given.
            NotFoundError: it has no template of that name.
            VerificationError: its bytes are missing or damaged.
            MissingLibraryError: it is a Jinja template, and jinja2 is not installed.
        """
        from ..verbs import prompts

        return prompts.of_version(self._repository, ref, file)

    def tokenizer(self, ref: str) -> TokenCounter:
        """Return the ``tokenizer.json`` among a version's files, to count tokens with. Errors as ``load_tokenizer``.

        Raises:
            VerificationError: its bytes are missing or damaged.
        """
        from ..verbs import tokens

        return tokens.of_version(self._repository, ref)

    def tokenizer_of(self, ref: str) -> TokenCounter | None:
        """Return the tokenizer that is at hand for a version: its own, else that of a version it came from; None without."""
        from ..verbs import tokens

        return tokens.at_hand(self._repository, ref)

    def hosted(self, ref: str) -> Hosted:
        """Return which model of which provider a version is, and the parameters of a call, as ``hosted.json`` has them.

        Raises:
            BadInputError: it is no hosted model.
            VerificationError: its descriptor is missing or damaged.
        """
        from ..verbs import hosted

        return hosted.read(self._repository, ref)

    def hosted_status(self, version: str | Version) -> HostedStatus:
        """Return what is known of the model behind a hosted version: whether its name can move, and when it is retired.

        By its tag ``retires``, else by the list of known models: the one that ships, ``hosted.toml`` in the store, and
        ``~/.config/mvtui/hosted.toml``. With a ``Version`` in hand nothing is looked up but the lists, once.

        Raises:
            BadInputError: it is no hosted model.
        """
        from ..verbs import retiring

        return retiring.status(self._repository, version)

    def endings(self) -> tuple[Ending, ...]:
        """Return which hosted models in Production, or in a bundle that is, were retired or will be within 90 days, the first first."""
        from ..verbs import retiring

        return retiring.endings(self._repository)
