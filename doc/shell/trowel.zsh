# SPDX-License-Identifier: MIT
# zsh: source this file in ~/.zshrc. tw starts trowel; when it is left with q, the shell
# follows to where trowel was last (Q stays).
tw() {
	local file dir code=0
	# Where no file can be made trowel still works; then the shell stays where it is.
	file=$(command mktemp "${TMPDIR:-/tmp}/trowel-cwd.XXXXXX") || {
		command trowel "$@"
		return
	}
	command trowel --cwd-file="$file" "$@" || code=$?
	# The x keeps newlines at the end of a name, which $(...) would cut.
	dir=$(command cat "$file" && printf x)
	dir=${dir%x}
	command rm -f "$file"
	if [ -n "$dir" ] && [ "$dir" != "$PWD" ]; then
		builtin cd -- "$dir" || return
	fi
	return "$code"
}
