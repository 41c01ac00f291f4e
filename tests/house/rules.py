"""The house rules, a function each: it looks at a tree and yields (path, line, what is wrong and what was expected).

Beside each rule stands how to break it, (path, new text or a change of the old text): the self-test does so, and the rule has to
bite. An exception to a rule stands in a table here, with its reason. What is run besides is in test_house.py."""
import os
import re

from tree import DATA, code_of, functions, includes, line_of, lines, of_each_text, table

RULES = []

FILE_LINES, HEADER_LINES, FUNCTION_LINES, COLUMNS = 500, 150, 70, 132
TEST_LINES = 600  # the cases of one module stand together, and a header of tests holds what they share
LONG_FILES = {
    "tests/unit/test_counting.c": "each rule of counting by itself, with figures worked out by hand",
    "tests/unit/test_registry.c": "each form of a wrong record by itself",
}
LONG_FUNCTIONS = {}
WIDE_FILES = {"proto/generate": "one expression of sed cannot be folded"}

TOP = {".ci", ".clang-format", ".gitignore", "CMakeLists.txt", "LICENSE", "README.md", "proto", "storage", "services", "tools",
    "tests"}
SERVICES = {"base", "terminal", "ingest", "query", "feed", "forecast", "report", "dashboard", "keeper", "relay", "warehouse"}
KINDS = {"unit", "property", "fault", "sim", "e2e", "fuzz", "interop", "browser", "bench", "house", "fresh", "accuracy",
    "reference"}  # the last holds what others computed, and how
FACE = {"ledger.h", "env.h", "registry.h", "judge.h", "recount.h", "civil.h", "checkpoint.h",
    "scrub.h", "files.h", "spool.h", "cabinet.h", "key.h",
    "block.h", "follow.h", "harvest.h", "places.h", "decree.h", "signed_note.h"}  # what of storage a service may see

FOREIGN = {
    "lmdb.h": ("storage/",),
    "zmq.h": ("services/base/bus.c", "services/base/bus_options.c", "services/base/watch.c", "services/base/auth.c"),
    "yaml.h": ("services/base/libyaml.h",),  # ours has the same name: this one finds the other
    "libyaml.h": ("services/base/yaml.c",),
    "microhttpd.h": ("services/dashboard/http",),
    "libpq-fe.h": ("services/warehouse/pgline.c",),
    "cairo-pdf.h": ("services/report/report_page.c",),
    "pango/pangocairo.h": ("services/report/report_page.c",),
    "xlsxwriter.h": ("services/report/report_xlsx.c",),
}
C_LIBRARY = set("""assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic
    stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype poll sched unistd fcntl search
    error err dirent glob netdb pthread""".split())
BANNED = {
    "strcpy|strcat|stpcpy": "a copy that knows the size of its target",
    "sprintf|vsprintf": "snprintf, and a look at its result",
    "gets": "a read with a bound",
    "atoi|atol|atoll|atof": "strtoll or strtod with its errors looked at",
    "strtok|strtok_r": "a scan that leaves its input whole",
    "rand|srand|rand_r|random|srandom|drand48": "a generator from a handle, with a seed that is printed",
    "system|popen": "posix_spawn with a list of arguments",
    "alloca": "an arena or a bounded array",
    "localtime|localtime_r|mktime|ctime|ctime_r|asctime": "civil.h: the machine's time zone has nothing to say",
    "tmpnam|tempnam|mktemp": "mkstemp or mkdtemp",
    "signal": "signals taken by the host, in one thread",
    "setjmp|longjmp": "one way out of a function",
}
INSTEAD = {name: instead for names, instead in BANNED.items() for name in names.split("|")}
TESTS_MAY = ("strcpy", "strcat", "sprintf", "rand", "srand", "atoi", "signal")  # on their own words, with the sanitizers looking on
ALLOWED = {
    ("services/base/process.c", "signal"): "this is where the process sets up its signals",
}


def rule(*breaks):
    def keep(function):
        RULES.append((function, breaks))
        return function
    return keep


def owner(path):
    """The layer to which a file belongs."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "services" and len(parts) > 2 else parts[0]


@rule(("notes.txt", "\n"), ("services/clerk/clerk.c", "/* x */\n"), ("tests/odd/test_x.py", "# x\n"))
def top_level(tree):
    for path in tree.files:
        parts = path.split("/")
        if parts[0] not in TOP:
            yield path, 1, f"'{parts[0]}' does not belong in the top folder; expected one of {' '.join(sorted(TOP))}"
        elif parts[0] == "services" and len(parts) > 2 and parts[1] not in SERVICES:
            yield path, 1, f"services/{parts[1]} is no service that style.md names; expected one of {' '.join(sorted(SERVICES))}"
        elif parts[0] == "tests" and len(parts) > 2 and parts[1] not in KINDS:
            yield path, 1, f"tests/{parts[1]} is no kind of test; expected one of {' '.join(sorted(KINDS))}"


@rule(("proto/status.c", lambda t: t + '#include "ledger.h"\n'), ("storage/env.c", lambda t: t + '#include "bus.h"\n'),
    ("services/terminal/x.c", '/* x */\n#include "ingest.h"\n'), ("services/base/x.c", '/* x */\n#include "terminal.h"\n'),
    ("services/query/x.c", '/* x */\n#include "store.h"\n'))
def layers(tree):
    home = {os.path.basename(path): owner(path) for path, _ in tree.c() if path.endswith(".h")}
    home.update({name: "proto" for name in ("cargo.pb-c.h", "ingest.pb-c.h", "query.pb-c.h", "feed.pb-c.h")})
    home.setdefault("ingest.h", "services/ingest")
    below = {"proto": {"proto"}, "storage": {"proto", "storage"}, "services/base": {"proto", "storage", "services/base"}}
    for path, text in tree.c():
        layer = owner(path)
        if layer in ("tools", "tests", "services"):
            continue
        allowed = below.get(layer, {"proto", "storage", "services/base", layer})
        if layer == "services/dashboard":  # what people decide there goes to ingest as from any terminal; reports are a library
            allowed = allowed | {"services/terminal", "services/report"}
        if layer == "services/relay":  # a client of ingest, like a terminal
            allowed = allowed | {"services/terminal"}
        for number, name, system in includes(text):
            there = home.get(os.path.basename(name))
            if system or there is None:
                continue
            if there not in allowed:
                yield path, number, f"{layer} includes {name} of {there}; expected only {', '.join(sorted(allowed))}"
            elif there == "storage" and layer != "storage" and name not in FACE:
                yield path, number, f"{name} is storage's own; expected one of its face: {' '.join(sorted(FACE))}"


@rule(("services/base/clock.h", lambda t: t + "#include <lmdb.h>\n"), ("storage/env.c", lambda t: t + "#include <zmq.h>\n"),
    ("tools/x.c", "/* x */\n#include <yaml.h>\n"))
def foreign_headers(tree):
    for path, text in tree.c():
        for number, name, system in includes(text):
            places = FOREIGN.get(name, ()) if system else ()
            if places and not path.startswith(places) and not path.startswith("tests/"):
                yield path, number, f"{name} is included here; expected only in {' and '.join(places)}"


@rule(("proto/limits.h", "/* x */\n"))
def header_names(tree):
    seen = {}
    for path, _ in tree.some(".h"):
        name = os.path.basename(path)
        if name[:-2] in C_LIBRARY:
            yield path, 1, f"a header named {name} would hide that of the C library; expected another name"
        if name in seen:
            yield path, 1, f"{seen[name]} has the same name, so that an include may find either; expected another name"
        seen[name] = path


@rule(("proto/status.c", lambda t: t + "void\nf(char *x)\n{\n\tstrcpy(x, x);\n}\n"),
    ("tests/check.h", lambda t: t + "int x = system(y);\n"))
def banned_functions(tree):
    for path, text in tree.c():
        yield from banned_in(path, text)


@of_each_text
def banned_in(path, text):
    code, in_tests = code_of(text), path.startswith("tests/")
    for found in re.finditer(r"(?<![\w.>])\w+(?=\s*\()", code):
        name = found.group()
        if name in INSTEAD and (path, name) not in ALLOWED and not (in_tests and name in TESTS_MAY):
            yield path, line_of(text, found.start()), f"{name}() is not used here; expected {INSTEAD[name]}"
    if not in_tests:
        for found in re.finditer(r"\b(MDB_WRITEMAP|NDEBUG)\b", code):
            yield path, line_of(text, found.start()), f"{found.group()}: asserts stay in, no stray pointer reaches the disk"


@rule(("tests/unit/test_x.c", "/* x */\nvoid\nf(void)\n{\n\tusleep(3);\n}\n"),
    ("tests/e2e/test_x.sh", "#!/bin/sh\n# x\nsleep 1\n"), ("tests/e2e/test_x.py", "#!/usr/bin/python3\n# x\ntime.sleep(1)\n"),
    ("storage/env.c", lambda t: t + "int x = sleep(3);\n"))
def no_sleep(tree):
    for path, text in tree.c():
        for found in re.finditer(r"\b(sleep|usleep|nanosleep|clock_nanosleep)\s*\(", code_of(text)):
            if not path.startswith("tools/"):
                yield path, line_of(text, found.start()), f"{found.group(1)}(): expected a wait for a thing, with a deadline"
    for path, text in tree.scripts():
        if path.startswith("tests/"):
            for number, line in lines(text):
                if re.match(r"[^#\"']*(\btime\.sleep\(|(^|[;&|]|\bdo|\bthen)\s*sleep\s+[\d.$])", line):
                    yield path, number, "sleep: expected a wait for a thing, with a deadline"


@rule(("storage/x.c", "/* x */\n" + "int x;\n" * FILE_LINES), ("storage/x.h", "/* x */\n" + "int x;\n" * HEADER_LINES),
    ("storage/x.c", "/* x */\nvoid\nf(void)\n{\n" + "\tx();\n" * FUNCTION_LINES + "}\n"),
    ("tests/e2e/test_x.py", "#!/usr/bin/python3\n# x\ndef f():\n" + "    x()\n" * FUNCTION_LINES))
def lengths(tree):
    for path, text in tree.c() + [s for s in tree.scripts() if not s[0].endswith((".c", ".h"))]:
        most = TEST_LINES if path.startswith("tests/") else HEADER_LINES if path.endswith(".h") else FILE_LINES
        if text.count("\n") > most and path not in LONG_FILES:
            yield path, most + 1, f"the file has {text.count(chr(10))} lines; expected at most {most}: make two of it"
    for path, text in tree.some(".c"):
        for name, start, count in functions(text):
            if count > FUNCTION_LINES and (path, name) not in LONG_FUNCTIONS:
                yield path, start, f"{name} has {count} lines; expected at most {FUNCTION_LINES}"
    for path, text in tree.some(".py"):
        for found in re.finditer(r"^( *)def (\w+).*\n((?:\1[ \t]+.*\n|\s*\n)*)", text, re.MULTILINE):
            count = found.group().rstrip().count("\n") + 1
            if count > FUNCTION_LINES:
                yield path, line_of(text, found.start()), f"{found.group(2)} has {count} lines; expected at most {FUNCTION_LINES}"


@rule(("storage/env.c", lambda t: "#include <stdio.h>\n" + t), ("tools/start", lambda t: "#!/bin/bash\nset -eu\n" + t))
def first_paragraph(tree):
    for path, text in tree.c():
        if not text.startswith("/*"):
            yield path, 1, "the file does not begin with a comment; expected what it owns, who frees, which thread"
    for path, text in tree.scripts():
        body = text.split("\n", 1)[1] if text.startswith("#!") else text
        if not body.startswith(("#", '"""', "//")):
            yield path, 1, "the script does not begin with a comment; expected what it is for"


@rule(("proto/status.h", lambda t: t.replace("JUYAN_PROTO_STATUS_H", "STATUS_H")),
    ("proto/status.h", lambda t: t.replace("#define JUYAN_PROTO_STATUS_H\n", "")), ("proto/status.h", lambda t: t + "int x;\n"))
def guards(tree):
    seen = {}
    for path, text in tree.some(".h"):
        name = re.sub(r"\W", "_", os.path.basename(path)).upper()
        found = re.search(r"^#ifndef (\w+)\n#define (\w+)\n", text, re.MULTILINE)
        if not found or found.group(1) != found.group(2):
            yield path, 1, f"the header has no guard; expected #ifndef and #define of JUYAN_..._{name}"
        elif not re.fullmatch(rf"JUYAN_(\w+_)?{name}", found.group(1)):
            yield path, line_of(text, found.start()), f"the guard is {found.group(1)}; expected JUYAN_..._{name}"
        elif found.group(1) in seen:
            yield path, line_of(text, found.start()), f"{seen[found.group(1)]} has the same guard; expected another"
        elif not text.endswith("#endif\n"):
            yield path, text.count("\n"), "the header does not end with the #endif of its guard"
        else:
            seen[found.group(1)] = path


@rule(("proto/status.c", lambda t: t + "int x; \n"), ("proto/status.c", lambda t: t + "\r\n"),
    ("proto/status.c", lambda t: t + "int x;"),
    ("proto/status.c", lambda t: t + "        int x;\n"), ("README.md", lambda t: t + "long " * 30 + "\n"),
    ("proto/status.c", lambda t: t + "/*" + "\t" * 17 + "*/\n"), ("proto/cargo.proto", lambda t: t + "\ufffd\n"))
def form(tree):
    for path, text in tree.files.items():
        if path != "LICENSE" and not path.endswith(DATA):
            yield from form_of(path, text)


@of_each_text
def form_of(path, text):
    in_c = path.endswith((".c", ".h"))
    if not text.endswith("\n"):
        yield path, text.count("\n") + 1, "the last line does not end"
    code = code_of(text).split("\n") if in_c else []
    for number, line in lines(text):
        if "\ufffd" in line:
            yield path, number, "this is not UTF-8"
        if line != line.rstrip():
            yield path, number, "CR LF at the end of the line; expected LF" if line.endswith("\r") else "blanks at the end"
        if in_c and line[:1] in (" ", "\t") and code[number - 1].strip() and re.match(r"\t* {8}|  ? ?[^ *]", line):
            yield path, number, "indented with blanks; expected tabs, and blanks only to go on with a line"
        # A row of a table or a link in Markdown cannot be folded.
        foldable = path not in WIDE_FILES and not (path.endswith(".md") and re.match(r"\s*\||.*https?://", line))
        if foldable and len(line.expandtabs(8)) > COLUMNS:
            yield path, number, f"the line has {len(line.expandtabs(8))} columns; expected at most {COLUMNS}"


@rule(("storage/env.c", lambda t: t + "/* TO" + "DO */\n"), ("README.md", lambda t: t + "See /wo" + "rk/shared.\n"))
def words(tree):
    for path, text in tree.files.items():
        if not path.endswith(DATA):
            yield from words_of(path, text)


@of_each_text
def words_of(path, text):
    for found in re.finditer(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b", text):
        yield path, line_of(text, found.start()), f"'{found.group()}' marks unfinished work; expected the work, or an issue"
    for found in re.finditer(r"(?<![\w.])/wo" + r"rk/", text):
        yield path, line_of(text, found.start()), "a path of somebody's machine; expected one that everyone has"


@rule(("storage/env.c", lambda t: t + "double x;\n"))
def whole_kilograms(tree):
    for path, text in tree.c("storage/"):
        for found in re.finditer(r"\b(double|float)\b", code_of(text)):
            yield path, line_of(text, found.start()), f"{found.group()} in the ledger; expected integers: kilograms are whole"


@rule(("storage/env.h", lambda t: re.sub(r"(env_open\([^;]*?) MUST_USE;", r"\1;", t)))
def must_use(tree):
    for path, text in tree.some(".h"):
        for found in re.finditer(r"^enum status\s+(\w+)\(([^;{]*)[;{]", code_of(text), re.MULTILINE):
            if "MUST_USE" not in found.group(2) and "format(printf" not in found.group(2):
                yield path, line_of(text, found.start()), f"the status of {found.group(1)} may be overlooked; expected MUST_USE"


@rule(("tests/e2e/test_x.py", "#!/usr/bin/python3\n# x\nimport random\n"))
def seeds(tree):
    for path, text in tree.some(".c", ".py", ".sh", under="tests/"):
        if not path.startswith("tests/house/") and re.search(r"^import random|JUYAN_SEED", text, re.MULTILINE):
            for needed in ("JUYAN_SEED", "seed="):
                if needed not in text:
                    yield path, 1, f"a test with chance does not hold '{needed}'; expected to print its seed and to take it back"


@rule(("tests/e2e/test_x.sh", "#!/bin/sh\n# x\n"))
def executable(tree):
    for path, text in tree.files.items():
        if text.startswith("#!") and path not in tree.executable:
            yield path, 1, "begins like a program but may not be run; expected chmod +x"


def described(tree):
    """The tables that the documentation repeats: name -> (header, rows of Markdown, [(line, name, meaning)])."""
    config = list(table(tree.files.get("services/base/config.h", ""), "CONFIG_LIST"))
    counters = list(table(tree.files.get("services/base/counters.h", ""), "COUNTER_LIST"))
    statuses = list(table(tree.files.get("proto/status.h", ""), "STATUS_LIST"))
    settings = ["| setting | default | allowed | meaning |", "|---|---|---|---|"]
    for _, (kind, name, fallback, least, most, unit, prose) in config:
        allowed = f"{least} to {most} {unit}".strip() if kind != "text" else f"{least} to {most} bytes"
        settings.append(f"| `{name}` | {'`' + fallback + '`' if fallback else 'empty'} | {allowed} | {prose} |")
    return {
        "settings": ("services/base/config.h", settings, [(line, e[1], e[6]) for line, e in config]),
        "counters": ("services/base/counters.h",
            ["| counter | counts |", "|---|---|"] + [f"| `{e[0]}` | {e[1]} |" for _, e in counters],
            [(line, e[0], e[1]) for line, e in counters]),
        "statuses": ("proto/status.h",
            ["| code | name | consequence | sentence |", "|---|---|---|---|"]
            + [f"| {e[0]} | `{e[2]}` | {e[3].lower()} | {e[4]} |" for _, e in statuses],
            [(line, e[2], e[4]) for line, e in statuses]),
    }


def marked(name):
    return re.compile(rf"(<!-- table: {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)


@rule(("services/base/counters.h", lambda t: t.replace('X(commits, "groups committed")', 'X(gremlins, "seen")')),
    ("services/base/host.c", lambda t: t.replace('"descriptors_used_up", "withheld', '"used_up", "withheld')))
def explained(tree):
    """Each counter, and each event of the services' log, stands in the operator's page."""
    page = tree.files.get("tools/OPERATING.md", "")
    for line, entry in table(tree.files.get("services/base/counters.h", ""), "COUNTER_LIST"):
        if f"`{entry[0]}`" not in page:
            yield "services/base/counters.h", line, f"tools/OPERATING.md does not tell what {entry[0]} asks for"
    said = re.compile(r'\b(?:log_say\([^;]*?LOG_\w+,\s*[^,;]+|complain\(\w+|warn\(\w+),\s*"([a-z_]+)"')
    for path, text in tree.c("services/"):
        for found in said.finditer(text):
            if f"`{found.group(1)}`" not in page:
                yield path, line_of(text, found.start()), f"tools/OPERATING.md does not tell what '{found.group(1)}' means"


@rule(("services/base/counters.h", lambda t: t.replace('X(commits, "groups committed")', 'X(commits, "")')),
    ("services/base/counters.h", lambda t: t.replace("X(commits,", "X(commits_made,")),
    ("services/base/config.h", lambda t: t.replace("sessions_max, 1024,", "sessions_max, 1023,")))
def documented(tree):
    for name, (source, rows, entries) in described(tree).items():
        if not entries:
            yield source, 1, f"the list of {name} is not found; expected an X-list that the documentation can be made from"
        for line, what, meaning in entries:
            if len(meaning) < 4:
                yield source, line, f"{what} has no meaning; expected a few words that an operator understands"
        places = [(p, t, f) for p, t in tree.some(".md") for f in marked(name).finditer(t)]
        if not places:
            yield source, 1, f"no README has the {name}; expected '<!-- table: {name} -->' and '<!-- end -->' in one"
        for path, text, found in places:
            if found.group(2).strip() != "\n".join(rows):
                yield path, line_of(text, found.start()), f"the {name} differ from {source}; expected test_house.py --write"
