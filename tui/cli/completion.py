"""Shell completion: the scripts a shell loads, and the answers it asks for."""

from __future__ import annotations

import os

VARIABLE = "_MVTUI_COMPLETE"

_BASH = """\
# Bash splits words at '@', '=' and ':', which references are made of: the words are taken from the
# line itself, and what Bash keeps of the word is cut off the answers. It keeps all up to the last of
# these signs, but gives '@' itself back to be completed.
_mvtui_completion() {
    local line="${COMP_LINE:0:COMP_POINT}" current typed reply
    local -a words
    read -ra words <<< "$line"
    case "$line" in *[[:space:]]) words+=("") ;; esac
    current="${words[${#words[@]}-1]}"
    typed="${current%"${current##*[@:=]}"}"
    typed="${typed%@}"
    COMPREPLY=()
    while IFS=',' read -r kind reply; do
        case "$kind" in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain) COMPREPLY+=("${reply#"$typed"}") ;;
        esac
    done < <(COMP_WORDS="$line" COMP_CWORD=$((${#words[@]}-1)) _MVTUI_COMPLETE=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F _mvtui_completion mvtui 2>/dev/null || complete -F _mvtui_completion mvtui
"""

SHELLS = ("bash", "zsh", "fish")

INSTALL = {
    "bash": 'add to ~/.bashrc:  eval "$(mvtui completion bash)"',
    "zsh": 'add to ~/.zshrc, after compinit:  eval "$(mvtui completion zsh)"',
    "fish": "run once:  mvtui completion fish > ~/.config/fish/completions/mvtui.fish",
}


def script(shell: str) -> str:
    """Return the script that makes ``shell`` complete mvtui's command lines."""
    if shell == "bash":
        return _BASH
    from click.shell_completion import get_completion_class

    from .group import cli

    found = get_completion_class(shell)
    if found is None:
        raise AssertionError(shell)
    made = found(cli, {}, "mvtui", VARIABLE)
    return made.source_template % made.source_vars()


def answer(instruction: str) -> int:
    """Answer a shell's question (``bash_complete``…). Silent whatever happens: the person is typing."""
    from contextlib import redirect_stderr

    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        try:
            from click.shell_completion import shell_complete

            from .group import cli

            return shell_complete(cli, {}, "mvtui", VARIABLE, instruction)
        except Exception:  # noqa: BLE001
            return 1
