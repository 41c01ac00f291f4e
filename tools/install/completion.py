#!/usr/bin/python3
"""Makes shell completion from what the command says of itself.

    completion.py JUYAN FOLDER     writes FOLDER/juyan.bash and FOLDER/juyan.fish

Subcommands, actions, options, the few words that an option takes, settings, and files by their kind are completed: see helps.py.
"""
import os
import re
import sys

sys.dont_write_bytecode = True
import helps


def kind(argument):
    """How an argument of this name is completed: 'folder', 'file', 'file:SUFFIX' or nothing."""
    word = re.split(r"[|.\[\]]", argument.strip("[]"))[0]
    if argument.startswith("DIR"):
        return "folder"
    suffix = re.search(r"\.([a-z]+)", argument)
    if word == "FILE" or suffix:
        return f"file:{suffix.group(1)}" if suffix else "file"
    return ""


def value(option, command):
    """The same for an option's value, which may be 'one:WORDS' or 'several:WORDS' as well."""
    words, several = option.words()
    if words:
        return f"{'several' if several else 'one'}:{' '.join(words)}"
    if option.argument == "NAME=VALUE":
        return "setting:" + " ".join(f"{one.name}=" for one in command.settings())
    return kind(option.argument)


def operands(one, command):
    """(what may come first, {first: what follows}); 'one:' words as above."""
    parts = one.parts()
    if one.actions() or parts:
        follows = {action: next((k for k in map(kind, rest) if k), "") for action, rest in one.actions().items()}
        return "one:" + " ".join([*one.actions(), *parts]), follows
    for argument in one.arguments():
        rows = one.table(f"{argument.strip('[].').capitalize()}s")
        if rows:
            return "one:" + " ".join(name for name, _ in rows), {}
        return kind(argument), {}
    return "", {}


BASH = r'''# Completion of juyan for bash, made from the command's own help.

# Each of these says how something is completed: folder, file, file:SUFFIX, one:WORDS, several:WORDS, setting:WORDS or nothing.
_juyan_value() {
	case "$1 $2" in
@VALUES@
	esac
}

_juyan_operand() {
	case "$1 $2" in
@OPERANDS@
	esac
}

_juyan_options() {
	case "$1" in
@OPTIONS@
	esac
}

_juyan_reply() {
	local how=$1 word=$2 line before=''
	compopt +o nospace 2>/dev/null
	case $how in
	one:*) mapfile -t COMPREPLY < <(compgen -W "${how#*:}" -- "$word") ;;
	several:*)
		[[ $word != *,* ]] || before=${word%,*},
		mapfile -t COMPREPLY < <(compgen -P "$before" -W "${how#*:}" -- "${word##*,}")
		;;
	setting:*)
		compopt -o nospace 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -W "${how#*:}" -- "$word")
		;;
	folder)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		;;
	file*)
		compopt -o filenames 2>/dev/null
		local suffix=${how#file}
		while IFS= read -r line; do
			if [[ -z $suffix || -d $line || $line == *."${suffix#:}" ]]; then
				COMPREPLY+=("$line")
			fi
		done < <(compgen -f -- "$word")
		;;
	esac
}

_juyan() {
	local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} name=${COMP_WORDS[1]} first='' taken=no i
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "@NAMES@ --help --version" -- "$word")
		return
	fi
	# bash cuts --name=value into three words.
	if [ "$word" = = ]; then
		word=
	elif [ "$option" = = ]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	for ((i = 2; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} == -* ]]; then
			taken=no
			! _juyan_takes "$name" "${COMP_WORDS[i]}" || taken=yes
		elif [[ ${COMP_WORDS[i]} == = ]]; then
			taken=yes
		elif [ $taken = yes ]; then
			taken=no
		elif [ -z "$first" ]; then
			first=${COMP_WORDS[i]}
		fi
	done
	if [[ -n $first && " @NESTED@ " == *" $name-$first "* ]]; then
		name="$name-$first"
		first=
	fi
	if [[ $option == -* ]] && _juyan_takes "$name" "$option"; then
		_juyan_reply "$(_juyan_value "$name" "$option")" "$word"
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_juyan_options "$name")" -- "$word")
		[ ${#COMPREPLY[@]} != 1 ] || [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
	else
		_juyan_reply "$(_juyan_operand "$name" "$first")" "$word"
	fi
}

_juyan_takes() {
	case "$1 $2" in
@TAKES@
	*) return 1 ;;
	esac
}

complete -F _juyan juyan
'''


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def bash(command):
    values, operand_rows, options, takes = [], [], [], []
    for name, one in command.helps.items():
        key = name.replace(" ", "-")
        for option in one.options():
            spellings = [f"'{key} --{option.name}'"] + ([f"'{key} -{option.short}'"] if option.short else [])
            how = value(option, command)
            values += [f"\t{' | '.join(spellings)}) echo {quoted(how)} ;;"] if how else []
            takes += [f"\t{' | '.join(spellings)}) ;;"] if option.argument and not option.optional else []
        first, follows = operands(one, command)
        for word, how in [("", first), *follows.items()]:
            operand_rows += [f"\t'{key} {word}') echo {quoted(how)} ;;"] if how else []
        if not follows and first.startswith("file") or first.startswith("one:") and not one.actions() and not one.parts():
            operand_rows.append(f"\t'{key} '*) echo {quoted(first)} ;;")  # as many as one likes
        names = " ".join(f"--{option.name}{'=' if option.argument and not option.optional else ''}" for option in one.options())
        options.append(f"\t{quoted(key)}) echo {quoted(names + ' --help')} ;;")
    parts = {"VALUES": values, "OPERANDS": operand_rows, "OPTIONS": options, "TAKES": takes}
    text = BASH
    for name, rows in parts.items():
        text = text.replace(f"@{name}@", "\n".join(rows))
    nested = " ".join(name.replace(" ", "-") for name in command.helps if " " in name)
    return text.replace("@NAMES@", " ".join(name for name in command.helps if " " not in name)).replace("@NESTED@", nested)


def fish(command):
    """fish has a line for each thing, and completes files by itself."""
    names = [name for name in command.helps if " " not in name]
    out = ["# Completion of juyan for fish, made from the command's own help.", "complete -c juyan -f"]
    for name in names:
        one, seen = command.helps[name], f"__fish_seen_subcommand_from {name}"
        out.append(f"complete -c juyan -n __fish_use_subcommand -a {name} -d {fish_quoted(one.line)}")
        first, follows = operands(one, command)
        hows = [first, *follows.values()]
        words = " ".join(how[4:] for how in hows if how.startswith("one:"))
        out += [f"complete -c juyan -n '{seen}' -a {fish_quoted(words)}"] if words else []
        out += [f"complete -c juyan -n '{seen}' -F"] if any(how.startswith("file") for how in hows) else []
        for option in one.options():
            how = value(option, command)
            short = f" -s {option.short}" if option.short else ""
            need = "" if not option.argument or option.optional else " -r"
            words = f" -a {fish_quoted(how.split(':', 1)[1])}" if ":" in how and not how.startswith("file") else ""
            files = " -F" if how.startswith(("file", "folder")) else ""
            out.append(f"complete -c juyan -n '{seen}'{short} -l {option.name}{need}{words}{files} -d {fish_quoted(option.text)}")
    return "\n".join(out) + "\n"


def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def main():
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    command = helps.Command(sys.argv[1])
    os.makedirs(sys.argv[2], exist_ok=True)
    for name, text in (("juyan.bash", bash(command)), ("juyan.fish", fish(command))):
        with open(os.path.join(sys.argv[2], name), "w", encoding="utf-8") as file:
            file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
