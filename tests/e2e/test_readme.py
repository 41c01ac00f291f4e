#!/usr/bin/python3
"""What README.md tells its reader to type works as it is written: each command of its sections "Two commands", "The window" and
"How the year ends" is run in a folder where build/juyan is the built command. The demonstration (tools/start) is played by its two
processes; building is not tried.
"""
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SOURCE = os.environ.get("JUYAN_SOURCE", os.path.abspath(os.path.join(os.path.dirname(__file__), "../..")))
JUYAN = os.path.abspath(os.environ.get("JUYAN", "build/juyan"))
PATIENCE_S = 60
CHILDREN = []


class Wrong(Exception):
    pass


def start(command, folder):
    """A command that goes on by itself, in a process group of its own."""
    child = subprocess.Popen(["bash", "-c", "exec " + command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True)
    CHILDREN.append(child)
    return child


def wait_line(child, pattern, command):
    """Waits until it says so."""
    deadline, said = time.monotonic() + PATIENCE_S, ""
    while select.select([child.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
        piece = os.read(child.stdout.fileno(), 65536).decode()
        said += piece
        if re.search(pattern, said):
            return
        if not piece:
            break
    raise Wrong(f"{command}: it did not say '{pattern}'; it said: {said}")


def stop(child, command):
    child.send_signal(signal.SIGTERM)
    child.stdout.close()
    if child.wait(PATIENCE_S) != 0:
        raise Wrong(f"{command}: ended with {child.returncode} on SIGTERM; expected 0")


def type_in(command, folder):
    """Runs one line as a reader would; gives the child where it goes on in the background."""
    print(command, flush=True)
    if command.endswith("&"):
        child = start(command.rstrip("& "), folder)
        wait_line(child, r"\bready\b", command)
        return child
    if "--watch" in command or "juyan watch" in command:
        child = start(command, folder)
        wait_line(child, r"\d", command)
        child.kill()
        child.wait()
        return None
    done = subprocess.run(["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE_S)
    if done.returncode != 0 or (not done.stdout.strip() and not re.search("[<>]", command)):
        raise Wrong(f"{command}: ended with {done.returncode} and said: {done.stdout}{done.stderr}")
    return None


def blocks(title):
    """The indented blocks of a section, each a list of commands; what stands far behind a command tells of it."""
    with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as file:
        section = re.search(rf"^## {title}\n(.*?)^## ", file.read(), re.MULTILINE | re.DOTALL).group(1)
    for block in re.findall(r"(?:^    .*\n)+", section, re.MULTILINE):
        yield [re.split(r" {3,}", line.strip())[0] for line in block.replace("\\\n", " ").splitlines()]


def demonstration(commands, folder):
    serve = "build/juyan serve --data build/demo"
    server = start(serve, folder)
    wait_line(server, r"\bready\b", serve)
    port = "build/juyan simulate --live --data build/demo --from 2024-11-01 --to 2025-01-03 --speedup max --quiet"
    subprocess.run(["bash", "-c", port], cwd=folder, check=True, capture_output=True, timeout=PATIENCE_S)
    for command in commands:
        type_in(command, folder)
    stop(server, serve)


def go(folder):
    os.mkdir(os.path.join(folder, "build"))
    os.symlink(JUYAN, os.path.join(folder, "build", "juyan"))
    os.symlink(os.path.join(SOURCE, "tools"), os.path.join(folder, "tools"))
    two, looks, own = list(blocks("Two commands"))
    later = [command for title in ("The window", "How the year ends") for block in blocks(title) for command in block]
    looks += [command for command in later if "build/mine" not in command]
    own += [command for command in later if "build/mine" in command]
    for command in (line.split()[0] for line in two):
        if subprocess.run([os.path.join(SOURCE, command), "--help"], capture_output=True).returncode != 0:
            raise Wrong(f"{command} --help does not end with 0")
    demonstration(looks, folder)
    background = [(child, command) for command in own if (child := type_in(command, folder))]
    for child, command in background:
        stop(child, command)


def usual_port_is_free():
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", 4711))
        except OSError:
            return False
    return True


def main():
    if not usual_port_is_free():
        print("skip: somebody listens at port 4711, where serve listens when nobody says otherwise")
        return 77
    folder = tempfile.mkdtemp(prefix="juyan-readme-")
    try:
        go(folder)
    except Wrong as wrong:
        print(f"test_readme: {wrong}")
        return 1
    finally:
        for child in CHILDREN:
            if child.poll() is None:
                child.kill()
                child.wait()
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
