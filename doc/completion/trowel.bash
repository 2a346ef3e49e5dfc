# SPDX-License-Identifier: MIT
# bash completion of trowel. Options, their values and the verbs come from the program's own tables,
# so that they are always those of the trowel that is installed.

# The tables have cells between tabs; $of is "trowel" or "trowel VERB", $trowel the program.
_trowel_table() {
	"$trowel" --dump="$1" 2>/dev/null
}

_trowel_options() {
	_trowel_table arguments |
		awk -F '\t' -v of="$of" '$2 == of { sub(/^-., /, "", $1); sub(/\[?=.*/, "", $1); print $1 }'
	printf '%s\n' --help --version
}

# What --option or -o is called in the table, when it takes a value: "--print optional".
_trowel_takes() {
	_trowel_table arguments | awk -F '\t' -v of="$of" -v option="$1" '
		$2 == of && $1 ~ /=/ {
			long = $1; sub(/^-., /, "", long); sub(/\[?=.*/, "", long)
			if (option == long || $1 ~ /^-., / && option == substr($1, 1, 2))
				print long, ($1 ~ /\[=/ ? "optional" : "needed")
		}'
}

# Offers the words that begin as the value does. Of what is typed bash keeps all but the last $cut letters.
_trowel_words() {
	local word
	for word in $1; do
		word=$head$word
		[[ $word == "$text"* ]] && COMPREPLY+=("${word:cut}")
	done
}

# Files as bash itself would complete them, quoted by it.
_trowel_files() {
	local path
	compopt -o filenames 2>/dev/null
	while IFS= read -r path; do
		path=$head$path
		COMPREPLY+=("${path:cut}")
	done < <(compgen -f -- "${text:${#head}}")
}

# NAME=VALUE: first the names, then what the option may be.
_trowel_assignment() {
	local name=${text:${#head}}
	if [[ $name != *=* ]]; then
		compopt -o nospace 2>/dev/null
		_trowel_words "$(_trowel_table options | awk -F '\t' '{ print $1 "=" }')"
		return
	fi
	name=${name%%=*}
	head+=$name=
	if [[ $name == theme ]]; then
		_trowel_words "$(_trowel_table themes)"
	else
		_trowel_words "$(_trowel_table options | awk -F '\t' -v name="$name" '
			$1 == name && $2 != "text" { gsub(/[0-9]+\.\.[0-9]+/, "", $2); print $2 }')"
	fi
}

# LIST: words between commas, each once.
_trowel_list() {
	local done=${text:${#head}} word words=
	[[ $done == *,* ]] && done=${done%,*}, || done=
	for word in $1; do
		[[ ,$done == *,$word,* ]] || words+=" $done$word"
	done
	compopt -o nospace 2>/dev/null
	_trowel_words "$words"
}

_trowel_value() {
	local values
	values=$(_trowel_table values | awk -F '\t' -v of="$of" -v option="$1" '$2 == of && $1 == option { print $3 }')
	case $1 in
	--option) _trowel_assignment ;;
	--columns) _trowel_list "$values" ;;
	--prune | --mode | --date | --older | --larger) ;;
	*) if [[ -n $values ]]; then _trowel_words "$values"; else _trowel_files; fi ;;
	esac
}

_trowel() {
	local trowel=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} of=trowel head='' takes verbs i=$COMP_CWORD
	local text=$cur
	COMPREPLY=()
	trowel=${trowel/#\~\//$HOME/}
	# An = is a word of its own where COMP_WORDBREAKS has it.
	while [[ i -gt 1 && (${COMP_WORDS[i]} == = || ${COMP_WORDS[i - 1]} == =) ]]; do
		i=$((i - 1))
		text=${COMP_WORDS[i]}$text
	done
	[[ $cur == = ]] && cur=
	local cut=$((${#text} - ${#cur})) verb
	verbs=$(_trowel_table verbs | cut -f1)
	for verb in $verbs; do
		[[ i -ge 2 && ${COMP_WORDS[1]} == "$verb" ]] && of="trowel $verb"
	done
	if [[ $text == --*=* ]]; then
		takes=$(_trowel_takes "${text%%=*}")
		head=${text%%=*}=
	else
		takes=$(_trowel_takes "${COMP_WORDS[i - 1]}")
		# A value that may be left out stands behind an = only.
		[[ $takes == *optional ]] && takes=
	fi
	if [[ -n $takes ]]; then
		_trowel_value "${takes% *}"
	elif [[ $cur == -* ]]; then
		_trowel_words "$(_trowel_options)"
	else
		[[ $i -eq 1 ]] && _trowel_words "$verbs"
		_trowel_files
	fi
}
complete -F _trowel trowel
