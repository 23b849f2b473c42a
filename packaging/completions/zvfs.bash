# shellcheck shell=bash
# Completion in bash for zvfs, mkimage and mount.zvfs.
#
# Commands and options are those that the programs' own --help lists, so that there is no second
# list to keep. Needs nothing of the package bash-completion, which loads this file by the command's
# name from share/bash-completion/completions.

# The options of a command, one a line; those that take a value as --option=VALUE. The arguments are
# the command's words: `zvfs ls`.
_zvfs_options() {
  "$@" --help 2>/dev/null </dev/null | awk '
    /^  -/ {
      sub(/^  /, ""); sub(/  .*/, ""); sub(/ +$/, "")
      count = split($0, words, /[, ]+/)
      end = words[count] ~ /^-/ ? "" : "=" words[count]
      for (i = 1; i <= count; i++) if (words[i] ~ /^-/) print words[i] end
    }'
}

# The names in a section of --help, whose title is the first argument: one a line.
_zvfs_section() {
  local title=$1
  shift
  "$@" --help 2>/dev/null </dev/null | awk -v title="$title:" '
    $0 == title { inside = 1; next }
    /^$/ { inside = 0 }
    inside && /^  [^ ]/ {
      sub(/^  /, ""); sub(/  .*/, "")
      count = split($0, words, /, */)
      for (i = 1; i <= count; i++) if (words[i] ~ /^[a-z]/) print words[i]
    }'
}

_zvfs_words() { # <candidates, one a line>: those that begin as the word does
  local IFS=$'\n'
  # shellcheck disable=SC2207
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_zvfs_files() { # -f or -d
  compopt -o filenames 2>/dev/null
  local IFS=$'\n'
  # shellcheck disable=SC2207
  COMPREPLY=($(compgen "$1" -- "$cur"))
}

# Completes what --help calls $1; numbers and patterns get nothing.
_zvfs_value() {
  case $1 in
    DIR) _zvfs_files -d ;;
    FILE | PATH) _zvfs_files -f ;;
    CODEC) _zvfs_words $'zstd\nlz4\nadaptive' ;;
    HOW) _zvfs_words $'near\nlinks\noff' ;;
    ORDER) _zvfs_words $'path\nsimilar' ;;
    USER) _zvfs_words "$(compgen -u)" ;;
    GROUP) _zvfs_words "$(compgen -g)" ;;
  esac
}

# Names in the image $1: the entries of the directory that the word is in.
_zvfs_inside() {
  local directory=. entry
  [[ $cur == */* ]] && directory=${cur%/*}
  compopt -o filenames -o nospace 2>/dev/null
  while IFS= read -r entry; do
    # Names with control characters are shown escaped: such a word would not be found.
    [[ $entry == "$cur"* && $entry != *\\* ]] && COMPREPLY+=("$entry")
  done < <(zvfs ls -- "$1" "$directory" 2>/dev/null </dev/null)
}

# Completes options and operands of the command whose words are the arguments; sets `operands` to
# the operands before the word. True if there is nothing left to offer but operands.
_zvfs_no_option() {
  local -a options
  local i word
  mapfile -t options < <(_zvfs_options "$@")
  operands=()
  for ((i = $#; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = ]]; then # --option=value comes in three words
      ((i++))
    elif [[ $word == -?* ]]; then
      [[ " ${options[*]}" == *" $word="* && ${COMP_WORDS[i + 1]:-} != = ]] && ((i++))
    else
      operands+=("$word")
    fi
  done
  local previous=${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $cur == = ]]; then
    cur=
    previous=${COMP_WORDS[COMP_CWORD - 1]}
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  local after=" ${options[*]} "
  if ((COMP_CWORD > $#)) && [[ $after == *" $previous="* ]]; then
    after=${after#*" $previous="}
    _zvfs_value "${after%% *}"
    return 1
  fi
  if [[ $cur == -* ]]; then
    _zvfs_words "$(printf '%s\n' "${options[@]%%=*}")"
    return 1
  fi
}

_zvfs() {
  local cur=${COMP_WORDS[COMP_CWORD]}
  local -a operands
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    if [[ $cur == -* ]]; then
      _zvfs_words "$(_zvfs_options zvfs)"
    else
      _zvfs_words "$(_zvfs_section Subcommands zvfs)"
    fi
    return
  fi
  local command=${COMP_WORDS[1]}
  _zvfs_no_option zvfs "$command" || return
  case $command in
    ls | tree | cat | info | extract)
      if ((${#operands[@]} > 0)); then
        _zvfs_inside "${operands[0]}"
        return
      fi
      ;;
  esac
  _zvfs_files -f
}

_zvfs_mkimage() {
  local cur=${COMP_WORDS[COMP_CWORD]}
  local -a operands
  COMPREPLY=()
  _zvfs_no_option mkimage && _zvfs_files -f
}

_zvfs_mount() {
  local cur=${COMP_WORDS[COMP_CWORD]}
  local -a operands
  COMPREPLY=()
  if [[ ${COMP_WORDS[COMP_CWORD - 1]} == @(-o|--options) ]]; then
    # After the last comma of a list.
    local before=
    [[ $cur == *,* ]] && before=${cur%,*},
    compopt -o nospace 2>/dev/null
    _zvfs_words "$(_zvfs_section "Mount options" mount.zvfs | sed "s/=.*/=/; s|^|$before|")"
    return
  fi
  _zvfs_no_option mount.zvfs || return
  if ((${#operands[@]} == 0)); then _zvfs_files -f; else _zvfs_files -d; fi
}

complete -F _zvfs zvfs
complete -F _zvfs_mkimage mkimage
complete -F _zvfs_mount mount.zvfs
