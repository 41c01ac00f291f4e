#!/usr/bin/python3
"""How many lines of each fuzz target's reader its inputs reach, as gcov counts them: those of the corpus, and with a folder those
that a soak has learned there.

    tests/fuzz/lines.py [FOLDER]        such as build-fuzz/corpus

Builds the targets into build-lines/ without sanitizers, runs each over its inputs, and prints a row of a table for each. The files
of a reader are those whose paths begin as the line `reads:` of its target says."""
import glob
import json
import os
import re
import subprocess
import sys

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(SOURCE, "build-lines")


def build(targets):
    make = ["cmake", "-S", SOURCE, "-B", BUILD, "-G", "Ninja", "-DJUYAN_PAGE=OFF", "-DCMAKE_BUILD_TYPE=Debug",
        "-DCMAKE_C_FLAGS=--coverage -O0 -g0 -Wno-format-truncation"]  # a warning of what cannot be, as in CMakeLists.txt
    for command in (make, ["ninja", "-C", BUILD, *(f"fuzz_{t}" for t in targets)]):
        done = subprocess.run(command, text=True, capture_output=True)
        if done.returncode != 0:
            sys.exit(f"fuzz/lines.py: the targets cannot be built: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def counts():
    return glob.glob(os.path.join(BUILD, "**", "*.gcda"), recursive=True)


def run(target, folders):
    for path in counts():
        os.remove(path)
    inputs = [f for f in folders if os.path.isdir(f)]
    done = subprocess.run([os.path.join(BUILD, "tests", f"fuzz_{target}"), *inputs], text=True, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"fuzz/lines.py: {target} ends with {done.returncode}: {done.stderr[-500:]}")
    return int(done.stdout.split()[0])


def lines(prefixes):
    """(reached, all) of the files that begin so."""
    reached, known = 0, 0
    for path in counts():
        source = re.sub(r"^CMakeFiles/\w+\.dir/", "", os.path.relpath(path, BUILD)).removesuffix(".gcda")
        if not source.startswith(tuple(prefixes)):
            continue
        said = subprocess.run(["gcov", "--json-format", "--stdout", path], cwd=BUILD, text=True, capture_output=True).stdout
        for file in json.loads(said)["files"]:
            if os.path.relpath(os.path.join(BUILD, file["file"]), SOURCE) == source:
                known += len(file["lines"])
                reached += sum(line["count"] > 0 for line in file["lines"])
    return reached, known


def main():
    if sys.argv[1:] == ["--help"]:
        print(__doc__)
        return
    here = os.path.join(SOURCE, "tests", "fuzz")
    readers = {}
    for path in sorted(glob.glob(os.path.join(here, "fuzz_*.c"))):
        with open(path, encoding="utf-8") as file:
            readers[os.path.basename(path)[5:-2]] = re.search(r"^ \* reads: (.*)", file.read(), re.MULTILINE).group(1).split()
    build(readers)
    print("| target | inputs | lines of the reader | |\n|---|---|---|---|")
    for target, prefixes in readers.items():
        folders = [os.path.join(folder, target) for folder in [os.path.join(here, "corpus"), *sys.argv[1:]]]
        inputs = run(target, folders)
        reached, known = lines(prefixes)
        print(f"| {target} | {inputs} | {reached} of {known} | {100 * reached // max(known, 1)} % |", flush=True)


if __name__ == "__main__":
    main()
