/** Each script asks `femto __complete` for the words, and takes the last line for bits: 2 = no space, 4 = no files. */
export const completionScripts = {
	bash: `# bash completion for femto; load it with: source <(femto completion bash)
_femto() {
	local line="\${COMP_LINE:0:COMP_POINT}" one word last='' bits=0
	local -a words
	read -ra words <<<"$line"
	case "$line" in *[[:space:]]) words+=('') ;; esac
	last="\${words[\${#words[@]}-1]}"
	COMPREPLY=()
	while IFS= read -r one; do
		case "$one" in
		:*) bits="\${one#:}" ;;
		*)
			word="\${one%%$'\\t'*}"
			# What stands before an equals sign is another word to bash.
			case "$last" in *=*) word="\${word#*=}" ;; esac
			COMPREPLY+=("$word")
			;;
		esac
	done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
	if ((bits & 2)); then compopt -o nospace 2>/dev/null; fi
	if ((!(bits & 4))); then compopt -o default 2>/dev/null; fi
}
complete -F _femto femto
`,
	zsh: `#compdef femto
# zsh completion for femto; load it with: source <(femto completion zsh)
_femto() {
	local line word meaning bits=0
	local -a found open
	while IFS= read -r line; do
		case "$line" in
		:*) bits="\${line#:}" ;;
		*)
			word="\${line%%$'\\t'*}"
			meaning=''
			[[ "$line" == *$'\\t'* ]] && meaning="\${line#*$'\\t'}"
			found+=("\${word//:/\\\\:}:$meaning")
			;;
		esac
	done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
	((bits & 2)) && open=(-S '')
	((\${#found})) && _describe femto found "\${open[@]}"
	((bits & 4)) || _files
}
compdef _femto femto
`,
	fish: `# fish completion for femto; load it with: femto completion fish | source
function __femto_complete
	set -l words (commandline -opc) (commandline -ct)
	set -l found (femto __complete $words[2..-1] 2>/dev/null)
	for one in $found
		string match -q ':*' -- $one; or echo $one
	end
	if test (count $found) -gt 0; and test $found[-1] = ':0'
		__fish_complete_path (commandline -ct)
	end
end
complete -c femto -f -a '(__femto_complete)'
`,
} as const;

export type Shell = keyof typeof completionScripts;
