# SPDX-License-Identifier: MIT
# fish: put this file into ~/.config/fish/functions as tw.fish (fish 3.1 or newer). tw starts
# trowel; when it is left with q, the shell follows to where trowel was last (Q stays).
function tw
    # Where no file can be made trowel still works; then the shell stays where it is.
    set -l file (command mktemp)
    or begin
        command trowel $argv
        return
    end
    command trowel --cwd-file=$file $argv
    set -l code $status
    # One text, also when the name has newlines in it.
    set -l dir (command cat $file | string collect --no-trim-newlines)
    command rm -f $file
    if test -n "$dir"; and test "$dir" != "$PWD"
        builtin cd -- $dir
        or return
    end
    return $code
end
