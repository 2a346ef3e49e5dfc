# SPDX-License-Identifier: MIT
# bash completion of trowel. Options come from the program's own help and verbs from its table, so
# that they are always those of the trowel that is installed.

_trowel_options() {
	"$1" ${2:+"$2"} --help 2>/dev/null |
		sed -n 's/^  *\(-[a-zA-Z], \)\{0,1\}\(--[a-z-]*\).*/\2/p'
}

# Puts the words that begin as the current one into COMPREPLY.
_trowel_words() {
	local word
	for word in $1; do
		[[ $word == "$cur"* ]] && COMPREPLY+=("$word")
	done
}

# Files (or with -d directories) as bash itself would complete them, quoted by it.
_trowel_files() {
	local path
	compopt -o filenames 2>/dev/null
	while IFS= read -r path; do
		COMPREPLY+=("$path")
	done < <(compgen "${1:--f}" -- "$cur")
}

_trowel() {
	local trowel=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local option='' verb='' verbs i
	COMPREPLY=()
	trowel=${trowel/#\~\//$HOME/}
	# --option=value: the = is a word of its own where COMP_WORDBREAKS has it.
	if [[ $cur == = ]]; then
		option=$prev cur=
	elif [[ $prev == = && $COMP_CWORD -ge 2 ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $prev == --config || $prev == --cwd-file || $prev == --dump ]]; then
		option=$prev
	fi
	case $option in
	--config | --cwd-file) _trowel_files; return ;;
	--dump) _trowel_words 'arguments commands keys options roles verbs'; return ;;
	--print) _trowel_words 'text json csv nul'; return ;;
	esac
	verbs=$("$trowel" --dump=verbs 2>/dev/null | cut -f1)
	for i in $verbs; do
		[[ $COMP_CWORD -ge 2 && ${COMP_WORDS[1]} == "$i" ]] && verb=$i
	done
	if [[ $cur == -* ]]; then
		_trowel_words "$(_trowel_options "$trowel" "$verb")"
	elif [[ -n $verb ]]; then
		_trowel_files
	else
		[[ $COMP_CWORD -eq 1 ]] && _trowel_words "$verbs"
		_trowel_files
	fi
}
complete -F _trowel trowel
