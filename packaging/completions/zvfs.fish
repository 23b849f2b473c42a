# Completion in fish for zvfs, mkimage and mount.zvfs.
#
# Commands and options, with what they do, are those that the programs' own --help lists, so that
# there is no second list to keep.

# The options of a command, one a line, each with a tab and what it does. The arguments are the
# command's words.
function __zvfs_options
    command $argv --help 2>/dev/null | string match -r '^  -.*' | while read -l line
        set -l parts (string match -r '^ *(.*?)(?:  +(.*))?$' -- $line)
        for word in (string split -n -r ' ' -- (string replace -a , ' ' -- $parts[2]))
            string match -q -- '-*' $word; and printf '%s\t%s\n' $word "$parts[3]"
        end
    end
end

# Those of them that take a value, as --option=VALUE.
function __zvfs_options_with_value
    command $argv --help 2>/dev/null | string match -r '^  -.*' | while read -l line
        set -l words (string split -n ' ' -- (string replace -a , ' ' -- (string replace -r '^ *(.*?)(  .*)?$' '$1' -- $line)))
        string match -q -- '-*' $words[-1]; and continue
        for name in (string match -- '-*' $words)
            echo $name=$words[-1]
        end
    end
end

# The names in the section of --help whose title is the first argument, with what they are.
function __zvfs_section
    set -l inside 0
    command $argv[2..] --help 2>/dev/null | while read -l line
        switch $line
            case "$argv[1]:"
                set inside 1
            case ''
                set inside 0
            case '*'
                test $inside = 1; or continue
                set -l parts (string match -r '^  ([a-z][^ ]*(?:, [a-z][^ ]*)*)(?:,? ?\.*)  +(.*)$' -- $line)
                for name in (string split -n ', ' -- $parts[2])
                    printf '%s\t%s\n' (string replace -r '=.*' '=' -- $name) "$parts[3]"
                end
        end
    end
end

# Names in the image $argv[1]: the entries of the directory that the word is in.
function __zvfs_inside
    set -l directory (string match -r '^(.*)/' -- (commandline -ct))[2]
    test -n "$directory"; or set directory .
    command zvfs ls -- $argv[1] $directory 2>/dev/null
end

# Completes what --help calls $argv[1].
function __zvfs_value
    switch $argv[1]
        case DIR
            __fish_complete_directories (commandline -ct)
        case FILE PATH
            __fish_complete_path (commandline -ct)
        case CODEC
            printf '%s\n' zstd lz4 adaptive
        case HOW
            printf '%s\n' near links off
        case ORDER
            printf '%s\n' path similar
        case USER
            __fish_complete_users
        case GROUP
            __fish_complete_groups
    end
end

# Options of the command whose words are the arguments, or the value of the one before; true when
# operands are to be completed, too.
function __zvfs_options_or_value
    set -l words (commandline -opc)
    for option in (__zvfs_options_with_value $argv)
        string match -q -- "$words[-1]=*" $option; or continue
        __zvfs_value (string replace -r '^[^=]*=' '' -- $option)
        return 1
    end
    string match -q -- '-*' (commandline -ct); or return 0
    __zvfs_options $argv
    return 1
end

# The operands before the word, after the command's own words, of which there are $argv[1].
function __zvfs_operands
    set -l words (commandline -opc)
    set -l takes_value (__zvfs_options_with_value $words[1..$argv[1]] | string replace -r '=.*' '')
    set -l skip 0
    for word in $words[(math $argv[1] + 1)..]
        if test $skip = 1
            set skip 0
        else if contains -- $word $takes_value
            set skip 1
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

function __zvfs_complete
    set -l words (commandline -opc)
    if test (count $words) -lt 2
        __zvfs_options_or_value zvfs; and __zvfs_section Subcommands zvfs
        return
    end
    __zvfs_options_or_value zvfs $words[2]; or return
    set -l operands (__zvfs_operands 2)
    if test (count $operands) -gt 0; and contains -- $words[2] ls tree cat info extract
        __zvfs_inside $operands[1]
    else
        __fish_complete_path (commandline -ct)
    end
end

function __zvfs_complete_mkimage
    __zvfs_options_or_value mkimage; and __fish_complete_path (commandline -ct)
end

function __zvfs_complete_mount
    set -l words (commandline -opc)
    if contains -- $words[-1] -o --options
        set -l before (string match -r '^.*,' -- (commandline -ct))
        __zvfs_section 'Mount options' mount.zvfs | string replace -r '^' "$before"
        return
    end
    __zvfs_options_or_value mount.zvfs; and __fish_complete_path (commandline -ct)
end

complete -c zvfs -f -a '(__zvfs_complete)'
complete -c mkimage -f -a '(__zvfs_complete_mkimage)'
complete -c mount.zvfs -f -a '(__zvfs_complete_mount)'
