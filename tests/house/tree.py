"""The checkout as the house rules see it: every text file by its path, and a few ways to look into C. Reads only."""
import functools
import os
import re

HIDDEN = (".git", "juyan-data", "__pycache__", "node_modules", "dist")
DATA = (".tar.xz", ".csv", ".ndjson", ".json", ".bin", ".expected")  # what is not written by hand to be read as prose or code


class Tree:
    """`files` maps a path to its text. Rules read from here only, so that the self-test can hand them a changed copy."""

    def __init__(self, root, files, executable):
        self.root, self.files, self.executable = root, files, executable

    @classmethod
    def load(cls, root):
        files, executable = {}, set()
        for folder, names, found in os.walk(root):
            here = os.path.relpath(folder, root)
            names[:] = sorted(n for n in names if n not in HIDDEN and not (here == "." and n.startswith("build")))
            for name in sorted(found):
                path = os.path.normpath(os.path.join(here, name))
                if name in HIDDEN or name.endswith(".pyc"):
                    continue
                with open(os.path.join(folder, name), "rb") as file:
                    files[path] = file.read().decode("utf-8", "replace")
                if os.access(os.path.join(folder, name), os.X_OK):
                    executable.add(path)
        return cls(root, files, executable)

    def changed(self, path, text):
        files = dict(self.files)
        if text is None:
            del files[path]
        else:
            files[path] = text
        return Tree(self.root, files, set(self.executable) - ({path} if path not in self.files else set()))

    def some(self, *endings, under=""):
        return [(p, t) for p, t in self.files.items() if p.endswith(endings) and p.startswith(under)]

    def c(self, under=""):
        return self.some(".c", ".h", under=under)

    def scripts(self):
        """Programs that are not compiled: by their ending, or by their first line."""
        return [(p, t) for p, t in self.files.items() if p.endswith((".py", ".sh")) or t.startswith("#!")]


def of_each_text(find):
    """What a generator finds in a text is found once: the self-test asks for all files again for each rule that it breaks."""
    @functools.cache
    def found(*arguments):
        return tuple(find(*arguments))
    return functools.wraps(find)(found)


def lines(text):
    return enumerate(text.split("\n"), 1)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


@functools.cache
def code_of(text):
    """C without its comments and what stands in quotes: as many lines, as long, with blanks in their place."""
    return NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


@of_each_text
def includes(text):
    for number, line in lines(text):
        found = re.match(r'\s*#\s*include(?:_next)?\s*([<"])([^>"]+)[>"]', line)
        if found:
            yield number, found.group(2), found.group(1) == "<"


@of_each_text
def functions(text):
    """(name, first line, number of lines) of each function body: from the brace in the first column to its partner."""
    start, name = 0, ""
    for number, line in lines(text):
        if line == "{":
            start = number
        elif line.startswith("}") and start:
            yield name, start, number - start + 1
            start = 0
        elif not start and re.match(r"[a-z_]\w*\(", line):
            name = line.split("(")[0]


def table(text, macro):
    """The entries of an X-list such as `#define COUNTER_LIST(X)`: (line, [arguments]), with neighbouring strings joined."""
    found = re.search(r"#define " + macro + r"\(X\)((?:[^\n]*\\\n)*[^\n]*)", text)
    if not found:
        return
    body = found.group(1)
    for entry in re.finditer(r'\bX\(((?:"(?:\\.|[^"\\])*"|[^"()]|\([^()]*\))*)\)', body):
        arguments = re.findall(r'(?:"(?:\\.|[^"\\])*"|[^",]|\n)+', entry.group(1))
        joined = []
        for argument in arguments:
            strings = re.findall(r'"((?:\\.|[^"\\])*)"', argument)
            joined.append("".join(strings) if strings else argument.replace("\\\n", " ").strip())
        yield line_of(text, found.start(1) + entry.start()), joined
