#compdef zvfs mkimage mount.zvfs
# Completion in zsh for zvfs, mkimage and mount.zvfs.
#
# Commands and options, with what they do, are those that the programs' own --help lists, so that
# there is no second list to keep.

# The action of _arguments that completes what --help calls $1.
_zvfs_action() {
  case $1 in
    (DIR) print -r -- _directories ;;
    (FILE|PATH) print -r -- _files ;;
    (CODEC) print -r -- '(zstd lz4 adaptive)' ;;
    (HOW) print -r -- '(near links off)' ;;
    (ORDER) print -r -- '(path similar)' ;;
    (USER) print -r -- _users ;;
    (GROUP) print -r -- _groups ;;
    (*) print -r -- ' ' ;;
  esac
}

# Sets `specs` to the options of a command, in the form of _arguments. The arguments are the
# command's words.
_zvfs_specs() {
  local line head text value name
  local -a names lines head_words
  lines=("${(@f)$(_call_program options $@ --help 2>/dev/null)}")
  specs=()
  for line in $lines; do
    [[ $line == '  -'* ]] || continue
    line=${line#  }
    head=${line%%  *}
    text=${${line#$head}##[[:space:]]##}
    head_words=(${=head//,/ })
    names=(${(M)head_words:#-*})
    value=${head_words[-1]}
    [[ $value == -* ]] && value=
    text=${text//(#m)[\[\]:\\]/\\$MATCH}
    for name in $names; do
      if [[ -z $value ]]; then
        specs+=("($names)${name}[$text]")
      elif [[ $name == --* ]]; then
        specs+=("($names)${name}=[$text]:${value//:/\\:}:$(_zvfs_action $value)")
      else
        specs+=("($names)${name}+[$text]:${value//:/\\:}:$(_zvfs_action $value)")
      fi
    done
  done
}

# Names in the image $1, directory by directory.
_zvfs_inside() {
  local directory=.
  local -a entries
  [[ $PREFIX == */* ]] && directory=${PREFIX%/*}
  entries=("${(@f)$(_call_program names zvfs ls -- ${(q)1} ${(q)directory} 2>/dev/null)}")
  compadd -S '' -a -- entries
}

_zvfs_commands() {
  local -a commands
  commands=("${(@f)$(_call_program commands zvfs --help 2>/dev/null |
    awk '/^Subcommands:/ { inside = 1; next } /^$/ { inside = 0 }
         inside { name = $1; sub(/^ *[^ ]+ */, ""); print name ":" $0 }')}")
  _describe -t commands command commands
}

_zvfs_mount_options() {
  local -a options
  options=("${(@f)$(_call_program mount-options mount.zvfs --help 2>/dev/null |
    awk '/^Mount options:/ { inside = 1; next } inside && /^  [a-z]/ {
           sub(/^  /, ""); sub(/  .*/, ""); count = split($0, words, /, */)
           for (i = 1; i <= count; i++) if (words[i] ~ /^[a-z]/) { sub(/=.*/, "=", words[i]); print words[i] } }')}")
  _values -s , 'mount option' ${options//=/:value:}
}

_zvfs() {
  local curcontext=$curcontext state line
  local -a specs
  local -A opt_args
  case $service in
    (mkimage)
      _zvfs_specs mkimage
      _arguments -s -S : $specs '*:source or image:_files'
      ;;
    (mount.zvfs)
      _zvfs_specs mount.zvfs
      specs=(${specs:#*(-o+|--options=)*})
      _arguments -s -S : $specs {-o+,--options=}'[mount options]:option:_zvfs_mount_options' \
        '1:image:_files' '2:directory:_directories'
      ;;
    (zvfs)
      if (( CURRENT == 2 )); then
        _zvfs_specs zvfs
        _arguments -s -S : $specs '1:command:_zvfs_commands'
        return
      fi
      local command=$words[2]
      _zvfs_specs zvfs $command
      shift words
      (( CURRENT-- ))
      case $command in
        (ls|tree|cat|info|extract)
          _arguments -s -S -C : $specs '1:image:_files' '*:path:->path'
          [[ $state == path ]] && _zvfs_inside ${(Q)line[1]}
          ;;
        (*) _arguments -s -S : $specs '*:file:_files' ;;
      esac
      ;;
  esac
}

_zvfs "$@"
