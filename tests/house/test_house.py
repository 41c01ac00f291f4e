#!/usr/bin/python3
"""The tidy check: the checkout keeps the house rules (rules.py), is formatted, and every subcommand explains itself.

    test_house.py            first breaks each rule on a copy to see that it bites, then checks the checkout
    test_house.py --write    puts the tables of settings, counters and statuses into the READMEs that have a place for them

A complaint is FILE:LINE: what, what was expected. Uses $JUYAN_SOURCE (else the folder above) and $JUYAN (the built command, where
there is one).
"""
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import rules
from tree import Tree

FORMAT_MAJOR = "14"  # Debian 12's: another one formats otherwise


def complaints_of(tree):
    for check, _ in rules.RULES:
        yield from check(tree)


def self_test(tree):
    """Breaks every rule in a copy of the tree; yields where the rule did not see it."""
    for check, breaks in rules.RULES:
        before = set(check(tree))
        for path, change in breaks:
            text = change(tree.files[path]) if callable(change) else change
            found = [c for c in check(tree.changed(path, text)) if c not in before]
            if text == tree.files.get(path) or not any(c[0] in (path, "services/base/README.md") for c in found):
                yield "tests/house/rules.py", check.__code__.co_firstlineno, f"{check.__name__} does not see that {path} breaks it"


def clang_format(root, paths):
    """What the formatter would write otherwise, a complaint for each file's first place."""
    command = ["clang-format", "--dry-run", "-Werror", "--style=file", *paths]
    said = subprocess.run(command, cwd=root, text=True, capture_output=True).stderr
    seen = set()
    for path, line in re.findall(r"^(\S+?):(\d+):\d+: error: code should be clang-formatted", said, re.MULTILINE):
        if path not in seen:
            seen.add(path)
            yield path, int(line), "is formatted otherwise; expected what clang-format -i makes of it"


def formatting(tree):
    try:
        version = subprocess.run(["clang-format", "--version"], text=True, capture_output=True).stdout
    except FileNotFoundError:
        version = ""
    if f"version {FORMAT_MAJOR}." not in version:
        print(f"note: clang-format {FORMAT_MAJOR} is not here ('{version.strip() or 'none'}'): the format is not checked")
        return
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, ".clang-format"), "w") as file:
            file.write(tree.files[".clang-format"])
        with open(os.path.join(folder, "x.c"), "w") as file:
            file.write("int  x;\n")
        if not list(clang_format(folder, ["x.c"])):
            yield "tests/house/test_house.py", 1, "the check of the format does not see a badly formatted file"
    yield from clang_format(tree.root, [path for path, _ in tree.c()])


def helps(tree, juyan):
    """Every subcommand: known to the command's own help, and with a --help of its own that ends with 0."""
    def say(*arguments):
        return subprocess.run([juyan, *arguments], text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=20)
    main = say("--help")
    if main.returncode != 0 or not main.stdout:
        yield "tools/juyan.c", 1, f"juyan --help ends with {main.returncode}; expected 0 and the list of subcommands"
    for path, text in tree.some(".c", under="tools/"):
        found = re.search(r"^tool_(\w+)\(int argc", text, re.MULTILINE)
        if not found:
            continue
        name = found.group(1)
        line = text.count("\n", 0, found.start()) + 1
        if not re.search(rf"^\s*{name}\b", main.stdout, re.MULTILINE):
            yield path, line, f"juyan --help does not name {name}"
        own = say(name, "--help")
        if own.returncode != 0 or len(own.stdout) < 80:
            yield path, line, f"juyan {name} --help ends with {own.returncode}; expected 0 and a text that an operator understands"


def write_tables(tree):
    for name, (_, rows, _) in rules.described(tree).items():
        for path, text in tree.some(".md"):
            new = rules.marked(name).sub(lambda found: found.group(1) + "\n".join(rows) + "\n" + found.group(3), text)
            if new != text:
                with open(os.path.join(tree.root, path), "w", encoding="utf-8") as file:
                    file.write(new)
                tree.files[path] = new
                print(f"wrote the {name} into {path}")


def main():
    root = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    tree = Tree.load(os.path.abspath(root))
    if sys.argv[1:] == ["--write"]:
        write_tables(tree)
        return 0
    if sys.argv[1:]:
        print(__doc__)
        return 0 if sys.argv[1] == "--help" else 2
    found = list(self_test(tree)) + list(complaints_of(tree)) + list(formatting(tree))
    juyan = os.environ.get("JUYAN", os.path.join(root, "build", "juyan"))
    if os.access(juyan, os.X_OK):
        found += helps(tree, juyan)
    else:
        print("note: the command is not built: its --help is not checked")
    for path, line, what in sorted(found):
        print(f"{path}:{line}: {what}")
    print(f"{len(tree.files)} files, {len(rules.RULES)} rules, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
