# SPDX-License-Identifier: MIT
# zsh: source this file in ~/.zshrc. tw starts trowel; when it is left with q, the shell
# follows to where trowel was last (Q stays).
tw() {
	local file dir code
	file=$(mktemp "${TMPDIR:-/tmp}/trowel-cwd.XXXXXX") || return
	command trowel --cwd-file="$file" "$@"
	code=$?
	# The x keeps newlines at the end of a name, which $(...) would cut.
	dir=$(cat "$file" && printf x)
	dir=${dir%x}
	rm -f "$file"
	if [ -n "$dir" ] && [ "$dir" != "$PWD" ]; then
		cd -- "$dir" || return
	fi
	return "$code"
}
