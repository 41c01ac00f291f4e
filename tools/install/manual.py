#!/usr/bin/python3
"""Makes the manual pages from what the command says of itself: juyan(1), a page for each subcommand, and juyan.yaml(5).

    manual.py JUYAN FOLDER DATE    JUYAN is the built command, DATE stands at the foot of each page (YYYY-MM-DD)

No sentence of a page is written here but what every page has: see helps.py. FOLDER then holds these pages and no other, packed
as Debian wants them: the same pages give the same bytes.
"""
import gzip
import os
import re
import sys

sys.dont_write_bytecode = True
import helps

ESCAPES = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def plain(text):
    """Text as it stands on the page, whatever it begins with."""
    out = "".join(ESCAPES.get(sign) or (sign if ord(sign) < 127 else f"\\[u{ord(sign):04X}]") for sign in text)
    return "\\&" + out if out.startswith(".") else out


def bold(text):
    return f"\\fB{plain(text)}\\fR"


def italic(text):
    return f"\\fI{plain(text)}\\fR"


def filled(lines):
    """Paragraphs to be filled; what is indented stays as it is."""
    out, verbatim = [], False
    for line in lines:
        if line.startswith(" ") and not verbatim:
            out += [".PP", ".nf", ".RS 2"]
        elif verbatim and not line.startswith(" "):
            out += [".RE", ".fi", ".PP"]
        elif not verbatim:
            out.append(".PP")
        verbatim = line.startswith(" ")
        out.append(plain(line.strip() if not verbatim else line[2:]))
    return out + ([".RE", ".fi"] if verbatim else [])


def section(title, lines):
    """.SH and its text; a paragraph right behind a heading begins by itself."""
    while lines and lines[0] == ".PP":
        lines = lines[1:]
    return [f".SH {title}", *lines] if lines else []


def head(title, number, date, version):
    return [".\\\" Made from the command's own help.", f'.TH "{plain(title.upper())}" {number} {date} "{plain(version)}" "Juyan"']


def see(names):
    return section("SEE ALSO", [",\n".join(f"\\fB{plain(name)}\\fR({number})" for name, number in names)])


def option(one):
    argument = f"[={one.argument}]" if one.optional else f"={one.argument}" if one.argument else ""
    argument = italic(argument).replace("|", "|\\:") if argument else ""  # a long list may be broken behind a bar
    short = f"{bold('-' + one.short)}, " if one.short else ""
    return [".TP", f"{short}{bold('--' + one.name)}{argument}", plain(one.text)]


def options(one):
    out = []
    for heading, some in one.groups:
        out += [f'.SS "{plain(heading)}"'] if heading else []
        for single in some:
            out += option(single)
    return out + option(helps.Option(helps.OPTION.fullmatch("      --help                 show this text")))


def use(line):
    """A line of the synopsis, its fixed words bold."""
    words = [bold(w) if re.fullmatch(r"[a-z-]+", w) else italic(w) for w in line.split()]
    return [".br", " ".join(words)]


def environment():
    return section("ENVIRONMENT", [".TP", bold("JUYAN_DATA"), "the data folder where none is named"])


def subcommand(one, command, date):
    title = "juyan-" + one.name.replace(" ", "-")
    synopsis = [line for usage in one.usage for line in use(usage)][1:]
    prose = [line for lines in one.prose if lines[0] != "Settings:" for line in [*lines]]
    page = head(title, 1, date, command.version)
    page += section("NAME", [f"{plain(title)} \\- {plain(one.line)}"])
    page += section("SYNOPSIS", [".nh", ".ad l", *synopsis])
    page += section("DESCRIPTION", filled(one.about))
    page += section("OPTIONS", options(one))
    page += section("NOTES", filled(prose))
    if any(single.name == "data" for single in one.options()):
        page += environment()
    others = [("juyan", 1)] + ([("juyan.yaml", 5)] if one.name == "serve" else [])
    return title + ".1", page + see(others + [(f"juyan-{one.name}-{part}", 1) for part in one.parts()])


def overview(command, date):
    page = head("juyan", 1, date, command.version)
    page += section("NAME", ["juyan \\- border\\-port cargo throughput engine"])
    page += section("SYNOPSIS", [" ".join((bold("juyan"), italic("SUBCOMMAND"), italic("[OPTION...]"), italic("..."))), ".br",
        f"{bold('juyan')} {bold('--help')}|{bold('--version')}"])
    page += section("DESCRIPTION", filled([command.about]))
    listed = [name for name in command.helps if " " not in name]
    rows = [line for name in listed for line in (".TP", f"{bold('juyan-' + name)}(1)", plain(command.helps[name].line))]
    page += section("SUBCOMMANDS", rows)
    codes = re.findall(r"(\d) (.*?)(?:, (?=\d )|\.? *$)", command.ending.split("Exit codes: ")[1])
    page += section("EXIT STATUS", [line for code, text in codes for line in (".TP", bold(code), plain(text))])
    page += environment()
    page += section("FILES", [".TP", italic("/etc/juyan/juyan.yaml"), "settings of the installed service", ".TP",
        italic("/var/lib/juyan"), "its data folder: ledger, keys, users"])
    return "juyan.1", page + see([("juyan.yaml", 5)] + [(f"juyan-{name}", 1) for name in listed])


def settings(command, date):
    page = head("juyan.yaml", 5, date, command.version)
    page += section("NAME", ["juyan.yaml \\- settings of juyan serve"])
    page += section("DESCRIPTION", ["YAML, one", italic("name: value"), "a line. The file is named by",
        bold("juyan serve --config") + ";", "the installed service reads", italic("/etc/juyan/juyan.yaml") + ".",
        "An unknown name, or a value that is not allowed, stops the start with file, line and what is allowed.",
        "What is set holds from the next start on."])
    rows = []
    for one in command.settings():
        allowed = f", {one.allowed}" if one.allowed else ""
        rows += [".TP", bold(one.name) + plain(f" (default: {one.default or 'empty'}{allowed})"), plain(one.text)]
    page += section("SETTINGS", rows)
    return "juyan.yaml.5", page + see([("juyan", 1), ("juyan-serve", 1)])


def main():
    if len(sys.argv) != 4:
        print(__doc__)
        return 2
    command, folder, date = helps.Command(sys.argv[1]), sys.argv[2], sys.argv[3]
    pages = dict([overview(command, date), settings(command, date)])
    pages.update(subcommand(one, command, date) for one in command.helps.values())
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        if name.removesuffix(".gz") not in pages:
            os.remove(os.path.join(folder, name))
    for name, lines in pages.items():
        with open(os.path.join(folder, name + ".gz"), "wb") as file:
            file.write(gzip.compress("\n".join(lines + [""]).encode("ascii"), 9, mtime=0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
