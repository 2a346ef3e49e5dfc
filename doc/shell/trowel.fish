# SPDX-License-Identifier: MIT
# fish: put this file into ~/.config/fish/functions as tw.fish (fish 3.1 or newer). tw starts
# trowel; when it is left with q, the shell follows to where trowel was last (Q stays).
function tw
    set -l file (mktemp)
    or return
    command trowel --cwd-file=$file $argv
    set -l code $status
    # One text, also when the name has newlines in it.
    set -l dir (cat $file | string collect --no-trim-newlines)
    rm -f $file
    if test -n "$dir"; and test "$dir" != "$PWD"
        cd -- $dir
    end
    return $code
end
