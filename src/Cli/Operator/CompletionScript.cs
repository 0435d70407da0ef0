namespace ActorRlhf.Cli.Operator;

/// <summary>
/// Scripts that have a shell complete the program's command lines. They ask the program itself, with its <c>[suggest]</c> directive, what may come next.
/// </summary>
public static class CompletionScript
{
    /// <summary>The shells there is one for.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh"];

    // What the program suggests contains the word somewhere, and has short names; a shell wants beginnings, and options only where nothing else is possible or a dash was typed.
    private const string Bash =
        """
        # rlhf: completion for bash. Once: source <(rlhf completion bash); always: the same line in ~/.bashrc.
        _rlhf() {
            local line=${COMP_LINE:0:COMP_POINT} word suggestion
            local -a plain=() options=()
            line=${line#*"$1"}
            line=${line#"${line%%[![:space:]]*}"}
            word=${line##*[[:space:]]}
            while IFS= read -r suggestion; do
                case $suggestion in
                    "$word"*) ;;
                    *) continue ;;
                esac
                case $suggestion in
                    --*) options+=("$suggestion") ;;
                    -* | /*) [[ $word == -? ]] && options+=("$suggestion") ;;
                    *) plain+=("$suggestion") ;;
                esac
            done < <("$1" "[suggest:${#line}]" "$line" 2> /dev/null)
            if ((${#plain[@]})); then COMPREPLY=("${plain[@]}"); else COMPREPLY=(${options[@]+"${options[@]}"}); fi
        }
        complete -o default -F _rlhf rlhf
        """;

    private const string Zsh =
        """
        #compdef rlhf
        # rlhf: completion for zsh. Once: source <(rlhf completion zsh); always: rlhf completion zsh > a file _rlhf in a folder of $fpath.
        _rlhf() {
            local line="${(j: :)words[2,CURRENT-1]} $PREFIX"
            line=${line##[[:space:]]#}
            local -a all plain
            all=(${(f)"$(${~words[1]} "[suggest:${#line}]" "$line" 2> /dev/null)"})
            all=(${(M)all:#${(b)PREFIX}*})
            plain=(${all:#[-/]*})
            if (( $#plain )); then
                compadd -a plain
            else
                all=(${(M)all:#--*})
                if (( $#all )); then compadd -a -- all; else _files; fi
            fi
        }
        if [[ $funcstack[1] == _rlhf ]]; then
            _rlhf "$@"
        else
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }
            compdef _rlhf rlhf
        fi
        """;

    /// <summary>The script for one of <see cref="Shells"/>.</summary>
    public static string Of(string shell) => shell == "zsh" ? Zsh : Bash;
}
