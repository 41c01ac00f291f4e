"""What the command says of itself, read from its own --help: subcommands, options with their arguments, settings. Manual pages and
shell completion are made from it, so that both know a new subcommand or option as soon as it is built.

What a help has to keep to, beyond argp's form (tests/e2e/test_install.py looks):
    --mode=truck|agv|rail    small words with bars: one of these, and nothing else is taken
    any of port, mode …      in the text of an option whose argument is LIST: one or several of these, with commas
    FILE, FILE.pub, DIR      a file, a file of this kind, a folder
    juyan keys make FILE     a small word behind [OPTION...]: what is to be done
    'juyan bench window'     in the text, with "own --help": a part that explains itself
"""
import os
import re
import subprocess

# argp fills lines for a terminal; here each option, and each paragraph, is wanted on one.
FORM = "rmargin=20000,short-opt-col=2,long-opt-col=6,opt-doc-col=150,doc-opt-col=2,header-col=1,usage-indent=12,no-dup-args-note"
OPTION = re.compile(r"  (?:-(.), |    )--([\w-]+)(\[?=.*?)?(?: {2,}(\S.*)|$)")


class Option:
    def __init__(self, found):
        short, self.name, argument, text = found.groups()
        self.short = short if short and short != "?" else ""
        self.optional = bool(argument) and argument.startswith("[")
        self.argument = (argument or "").strip("[]").lstrip("=") if self.optional else (argument or "")[1:]
        self.text = text or ""

    def words(self):
        """What may stand there, where that is a few words; and whether it may be several of them."""
        if re.fullmatch(r"[a-z0-9_]+(\|[a-z0-9_]+)*", self.argument):
            return self.argument.split("|"), False
        found = re.search(r"any of ((?:[a-z_]+(?:, | or )?)+)", self.text)
        return (re.split(r", | or ", found.group(1)), True) if self.argument == "LIST" and found else ([], False)


class Help:
    """One subcommand. groups: [(heading or '', [Option])]; prose: paragraphs below the options, each a list of lines."""

    def __init__(self, name, line, text):
        self.name, self.line, self.has_options = name, line, False
        head, *rest = re.split(r"\n\n", text, maxsplit=1)
        usage = re.findall(r"^(?:Usage:|  or: ) (.*)", head, re.MULTILINE)
        self.usage = [use.strip() for use in usage]
        described = head.split("\n")[len(usage):]
        self.about = [paragraph for paragraph in described if paragraph]
        self.groups, self.prose = [], []
        for paragraph in (rest[0] if rest else "").split("\n\n"):
            self._take([line for line in paragraph.split("\n") if line.strip()])

    def _take(self, lines):
        """A paragraph is options, perhaps under a heading, or prose; until the first option all prose tells what it is about."""
        heading = ""
        if len(lines) > 1 and OPTION.fullmatch(lines[1]) and not OPTION.fullmatch(lines[0]):
            heading, lines = lines[0].strip().rstrip(":"), lines[1:]
        if lines and OPTION.fullmatch(lines[0]):
            options = [Option(OPTION.fullmatch(line)) for line in lines]
            options = [option for option in options if option.name not in ("help", "usage")]
            self.groups += [(heading, options)] if options else []
            self.has_options = True
        elif lines and not self.has_options:
            self.about += lines
        elif lines:
            self.prose.append(lines)

    def options(self):
        return [option for _, options in self.groups for option in options]

    def parts(self):
        """The parts that explain themselves, such as 'bench window'."""
        text = "\n".join(self.about + [line for lines in self.prose for line in lines])
        return re.findall(rf"'juyan {self.name} (\w+)'", text) if "own --help" in text else []

    def actions(self):
        """{'make': ['FILE'], 'list': []}: the words that may come first, and what follows each."""
        found = (re.fullmatch(r"juyan \w+ \[OPTION\.\.\.\] \[?([a-z]+)\]?(?: (.*))?", use) for use in self.usage)
        return {action.group(1): (action.group(2) or "").split() for action in found if action}

    def arguments(self):
        """What follows the options where there are no actions."""
        return [] if self.actions() else re.sub(r"^juyan [\w ]*?(\[OPTION\.\.\.\]|$)", "", self.usage[0]).split()

    def table(self, heading):
        """The rows of a list in the prose under a heading that begins so: [(name, text)]."""
        for lines in self.prose:
            if lines[0].startswith(heading):
                return [tuple(re.split(r" {2,}", line.strip(), maxsplit=1)) for line in lines[1:]]
        return []


class Setting:
    def __init__(self, name, allowed, default, text):
        self.name, self.allowed, self.default, self.text = name, allowed, default, text


class Command:
    """The whole command: version, what it is, how it ends, and a Help for each subcommand and each of their parts."""

    def __init__(self, program):
        self.program = program
        self.version = "Juyan " + self._ask("--version").split()[1].rstrip(",")
        about, *rest = self._ask("--help").split("\n\n")
        self.about = about.split("\n")[1]
        self.ending = " ".join(rest[-1].split("\n"))
        self.helps = {}
        for name, line in re.findall(r"^  (\w+) +(.*)", rest[0], re.MULTILINE):
            self._add(name, line)
        if not self.helps:
            raise SystemExit(f"{program} --help lists no subcommands in the form that is known here")

    def _add(self, name, line):
        one = Help(name, line, self._ask(*name.split(), "--help"))
        if not one.usage:
            raise SystemExit(f"juyan {name} --help does not begin with its usage")
        self.helps[name] = one
        for part in one.parts():
            self._add(f"{name} {part}", f"{line}: {part}")

    def _ask(self, *arguments):
        environment = {**os.environ, "ARGP_HELP_FMT": FORM, "LC_ALL": "C.UTF-8"}
        done = subprocess.run([self.program, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60)
        if done.returncode != 0:
            raise SystemExit(f"juyan {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def settings(self):
        """From `juyan serve --help`: name, what is allowed, default, and what it is for."""
        lines = next(lines for lines in self.helps["serve"].prose if lines[0] == "Settings:")
        found = []
        for line in lines[1:]:
            head = re.fullmatch(r"  (\w+)(?:: (.*?))? +\(default (.*)\)", line)
            if head:
                name, allowed, default = head.groups()
                found.append(Setting(name, (allowed or "").strip(), default.strip('"'), ""))
            else:
                found[-1].text = f"{found[-1].text} {line.strip()}".strip()
        return found
