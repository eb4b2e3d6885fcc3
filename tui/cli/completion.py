"""Shell completion: the scripts a shell loads, and the answers it asks for."""

from __future__ import annotations

import os

VARIABLE = "_MVTUI_COMPLETE"

_BASH = """\
# Bash splits words at '@', '=' and ':', which references and queries are made of: what it keeps of the word is
# cut off the answers. It keeps all up to the last of these signs, but gives '@' itself back to be completed.
# A word in quotes it does not split.
_mvtui_completion() {
    local line="${COMP_LINE:0:COMP_POINT}" current typed reply quoted=
    current="${line##*[[:space:]]}"
    typed="${current%"${current##*[@:=]}"}"
    typed="${typed%@}"
    case "${COMP_WORDS[COMP_CWORD]}" in [\\'\\"]*) quoted=1 typed= ;; esac
    COMPREPLY=()
    while IFS=',' read -r kind reply; do
        case "$kind" in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain)
                case "$reply" in *[.:=/\\<\\>] | metric.* | param.*) compopt -o nospace 2>/dev/null ;; esac
                reply="${reply#"$typed"}"
                [ -z "$quoted" ] && case "$reply" in
                    *[\\ \\"\\'\\<\\>\\(\\)\\*\\\\\\$\\`\\&\\;\\|]*) printf -v reply %q "$reply" ;;
                esac
                COMPREPLY+=("$reply")
                ;;
        esac
    done < <(COMP_WORDS="$line" COMP_CWORD=0 _MVTUI_COMPLETE=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F _mvtui_completion mvtui 2>/dev/null || complete -F _mvtui_completion mvtui
"""

_ZSH = """\
#compdef mvtui
# Behind the name of a field, as behind 'stage:', its value follows without a space; behind a directory its files.
_mvtui_completion() {
    local -a replies plain open described open_described
    local kind key told
    (( ! $+commands[mvtui] )) && (( ! $+functions[mvtui] )) && return 1
    replies=("${(@f)$(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) _MVTUI_COMPLETE=zsh_complete mvtui)}")
    for kind key told in ${replies}; do
        case "$kind" in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            plain)
                if [[ "$told" == "_" ]]; then
                    [[ "$key" == (*[.:=/\\<\\>]|metric.*|param.*) ]] && open+=("$key") || plain+=("$key")
                else
                    [[ "$key" == (*[.:=/\\<\\>]|metric.*|param.*) ]] && open_described+=("$key:$told") || described+=("$key:$told")
                fi
                ;;
        esac
    done
    (( $#plain )) && compadd -U -V plain -a plain
    (( $#open )) && compadd -U -V open -S '' -a open
    (( $#described )) && _describe -V described described -U
    (( $#open_described )) && _describe -V open_described open_described -U -S ''
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _mvtui_completion "$@"
else
    compdef _mvtui_completion mvtui
fi
"""

_FISH = """\
function _mvtui_completion
    for reply in (env _MVTUI_COMPLETE=fish_complete COMP_WORDS=(commandline -cp) COMP_CWORD=(commandline -ct) mvtui)
        set -l parts (string split -m 1 , -- $reply)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                # fish would put a space behind 'size>'
                string replace -r '^(-?[a-z]+)[<>]=?(?=\\t|$)' '$1:' -- $parts[2]
        end
    end
end
complete --no-files --command mvtui --arguments "(_mvtui_completion)"
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}

SHELLS = tuple(_SCRIPTS)

INSTALL = {
    "bash": 'add to ~/.bashrc:  eval "$(mvtui completion bash)"',
    "zsh": 'add to ~/.zshrc, after compinit:  eval "$(mvtui completion zsh)"',
    "fish": "run once:  mvtui completion fish > ~/.config/fish/completions/mvtui.fish",
}


def script(shell: str) -> str:
    """Return the script that makes ``shell`` complete mvtui's command lines."""
    return _SCRIPTS[shell]


def answer(instruction: str) -> int:
    """Answer a shell's question (``bash_complete``…). Silent whatever happens: the person is typing."""
    from contextlib import redirect_stderr

    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        try:
            from click.shell_completion import shell_complete

            from .group import cli

            if instruction == "bash_complete":
                os.environ["COMP_CWORD"] = str(_place_of_last_word(os.environ["COMP_WORDS"]))
            return shell_complete(cli, {}, "mvtui", VARIABLE, instruction)
        except Exception:  # noqa: BLE001
            return 1


def _place_of_last_word(line: str) -> int:
    """Return the place of the word at the end of a command line; a new one begins behind a space outside quotes."""
    from click.shell_completion import split_arg_string

    return len(split_arg_string(line + "x")) - 1
