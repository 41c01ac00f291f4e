#!/usr/bin/python3
"""libjuyan as a maker builds against it, from what is installed alone: juyan.h in C and in C++, juyan.pc, the functions that it
shows.

The example program is compiled with nothing but those, and run against a centre: its weighings come there. The names that the
library shows are those of its version script, and juyan.h declares each.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(SOURCE, "tests", "e2e"))
from serving import Server, Wrong, ask, run

BUILD = os.path.dirname(os.environ.get("JUYAN_TESTS", "build/tests"))
TERMINAL = os.path.join(SOURCE, "services", "terminal")
WEIGHINGS = "B-1 A123 98000 35000\nB-2 A124 97000 35000\n"


def call(*command, env=None, stdin="", code=0):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=300, env=env)
    if done.returncode != code:
        raise Wrong(f"{' '.join(command)} ended with {done.returncode}; expected {code}:\n{done.stdout}{done.stderr}")
    return done.stdout


def install(folder):
    call("cmake", "--install", BUILD, "--prefix", folder, "--component", "terminal")
    found = sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)
    for wanted in ("include/juyan.h", "pkgconfig/juyan.pc", "/libjuyan.so", "/libjuyan.so.1", "/libjuyan.so.1.1.0"):
        if not any(name.endswith(wanted) for name in found):
            raise Wrong(f"{wanted} is not installed: {found}")
    return os.path.dirname(next(os.path.join(folder, name) for name in found if name.endswith("libjuyan.so")))


def test_symbols(library):
    with open(os.path.join(TERMINAL, "juyan.map"), encoding="utf-8") as file:
        wanted = sorted(re.findall(r"\b(juyan_[a-z_]+);", file.read()))
    said = call("nm", "-D", "--defined-only", os.path.join(library, "libjuyan.so"))
    shown = sorted(re.findall(r" T (\w+)@@JUYAN_1(?:\.1)?$", said, re.M))
    with open(os.path.join(TERMINAL, "juyan.h"), encoding="utf-8") as file:
        declared = sorted(set(re.findall(r"^[a-z].*?\b(juyan_[a-z_]+)\(", file.read(), re.M)))
    others = [line for line in said.splitlines() if " T " in line and "@@JUYAN_1" not in line]
    if not wanted == shown == declared or others:
        raise Wrong(f"the version script names {wanted}; the library shows {shown} {others}; juyan.h declares {declared}")


def test_cxx(folder, flags):
    if shutil.which("g++") is None:
        print("no g++: juyan.h is not tried in C++")
        return
    path = os.path.join(folder, "header.cc")
    with open(path, "w", encoding="utf-8") as file:
        file.write('#include <juyan.h>\nint main() { juyan_close(nullptr); return juyan_version()[0] == \'1\' ? 0 : 1; }\n')
    call("g++", "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", path, *flags, "-o", os.path.join(folder, "header"))


def test_example(folder, flags, library):
    scale, key = os.path.join(folder, "scale"), os.path.join(folder, "scale.key")
    source = os.path.join(TERMINAL, "example", "scale.c")
    call("cc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Werror", source, *flags, "-o", scale)
    server = Server(os.path.join(folder, "d"))
    try:
        run("keys", "make", key)
        run("keys", "authorise", "--data", server.data, "--name", "scale 2", "--ports", "ceke", "--kinds", "unit_weighed",
            key + ".pub")
        arguments = (server.tcp, key, os.path.join(server.data, "keys", "server.key.pub"), os.path.join(folder, "spool"))
        environment = os.environ | {"LD_LIBRARY_PATH": library}
        said = call(scale, *arguments, env=environment, stdin=WEIGHINGS)
        if said != "2 events taken, 2 of them at the centre\n":
            raise Wrong(f"the example says: {said}")
        said = call(scale, *arguments, env=environment, stdin="B-3 A125 heavy\n" + WEIGHINGS, code=1)
        if said != "4 events taken, 4 of them at the centre\n":
            raise Wrong(f"the example says: {said}")
        if not ask("batch", "--data", server.data, "B-2"):
            raise Wrong("its weighing is not there")
        server.close()
    except Wrong:
        server.kill()
        raise


def main():
    if "sanitize" in open(os.path.join(BUILD, "build.ninja"), encoding="utf-8").read():
        print("skip: a library under a sanitizer is nothing that others build against")
        return 77
    folder, ok = tempfile.mkdtemp(prefix="juyan-library-"), False
    try:
        library = install(folder)
        environment = os.environ | {"PKG_CONFIG_PATH": os.path.join(library, "pkgconfig")}
        flags = call("pkg-config", "--cflags", "--libs", "juyan", env=environment).split()
        if os.path.realpath(os.path.join(folder, "include")) not in [os.path.realpath(flag[2:]) for flag in flags]:
            raise Wrong(f"juyan.pc gives {flags}")
        test_symbols(library)
        test_cxx(folder, flags)
        test_example(folder, flags, library)
        ok = True
    except (Wrong, OSError, subprocess.SubprocessError) as wrong:
        print(f"{wrong}\nall is kept in {folder}")
    if ok:
        shutil.rmtree(folder)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
