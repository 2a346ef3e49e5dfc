# SPDX-License-Identifier: MIT
# fish completion of trowel. Options, their values and the verbs come from the program's own tables,
# so that they are always those of the trowel that is installed.

# True when the command line is that of "trowel", or of "trowel VERB".
function __trowel_is
    set -l words (commandline -opc)
    set -l of trowel
    if set -q words[2]; and contains -- $words[2] (trowel --dump=verbs | string replace -r '\t.*' '')
        set of "trowel $words[2]"
    end
    test "$of" = "$argv[1]"
end

# Nothing but the program's name stands in front.
function __trowel_first
    test (count (commandline -opc)) -eq 1
end

function __trowel_verbs
    trowel --dump=verbs | string replace -r '\t.*\t' '\t'
end

# NAME=VALUE: first the names, then what the option may be.
function __trowel_setting
    set -l typed (commandline -ct | string replace -r '^(--option=|-o)' '')
    if not string match -q '*=*' -- $typed
        trowel --dump=options | string replace -r '^([^\t]*)\t.*\t' '$1=\t'
        return
    end
    set -l name (string replace -r '=.*' '' -- $typed)
    if test "$name" = theme
        trowel --dump=themes | string replace -r '^' 'theme='
        return
    end
    for line in (trowel --dump=options)
        set -l row (string split \t -- $line)
        if test "$row[1]" = "$name"
            string split ' ' -- $row[2] | string match -rv '\.\.|^text$' | string replace -r '^' "$name="
        end
    end
end

# LIST: words between commas, each once.
function __trowel_list
    set -l typed (commandline -ct | string replace -r '^(--[a-z-]*=|-c)' '')
    set -l done (string match -r '.*,' -- $typed)
    for word in $argv
        string match -q "*,$word,*" -- ",$done"
        or echo "$done$word"
    end
end

complete -c trowel -n __trowel_first -a '(__trowel_verbs)'
complete -c trowel -l help -d 'print help and exit'
complete -c trowel -l version -d 'print the version and exit'
for line in (trowel --dump=arguments 2>/dev/null)
    set -l row (string split \t -- $line)
    set -l short (string match -r '^-(.),' -- $row[1])[2]
    set -l long (string replace -r '^-., ' '' -- $row[1] | string replace -r '^--([a-z-]+).*' '$1')
    set -l value (string match -r '=(.*?)\]?$' -- $row[1])[2]
    set -l words (trowel --dump=values | string match -r "^--$long\t$row[2]\t(.*)")[2]
    set -l args -c trowel -n "__trowel_is '$row[2]'" -l $long -d $row[3]
    test -n "$short"
    and set -a args -s $short
    switch "$value"
        case ''
        case FILE DIR
            # A value that may be left out is no word of its own.
            string match -q '*[*' -- $row[1]
            or set -a args -r -F
        case NAME=VALUE
            set -a args -x -a '(__trowel_setting)'
        case LIST
            set -a args -x -a "(__trowel_list $words)"
        case '*'
            string match -q '*[*' -- $row[1]
            and set -a args -f -a "$words"
            or set -a args -x -a "$words"
    end
    complete $args
end
