"""What the tests of the built command share: a server on a folder of its own, and the command's answers. Uses $JUYAN."""
import json
import os
import selectors
import subprocess
import time

JUYAN = os.environ.get("JUYAN", "build/juyan")
PATIENCE_S = 60


class Wrong(Exception):
    pass


def run(*arguments, code=0, stdin=None):
    """The command's (stdout, stderr); it has to end with `code`."""
    done = subprocess.run([JUYAN, *arguments], input=stdin, capture_output=True, text=True, timeout=300,
        **({} if stdin is not None else {"stdin": subprocess.DEVNULL}))
    if done.returncode != code:
        raise Wrong(f"juyan {' '.join(arguments)} ended with {done.returncode}; expected {code}:\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def ask(*arguments, code=0, stdin=None):
    """What the command answers with --json."""
    return json.loads(run(*arguments, "--json", code=code, stdin=stdin)[0])


class Server:
    """`juyan serve` on `data`, on a free port unless one is said; ready when made, ended in order by close()."""

    def __init__(self, data, listen="tcp://127.0.0.1:0"):
        self.data = data
        self.log = open(os.path.join(os.path.dirname(data), "serve.log"), "ab")
        self.child = subprocess.Popen([JUYAN, "serve", "--data", data, "--set", f"listen={listen}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        self.tcp = None
        for line in self.lines():
            if line.startswith("ingest tcp://"):
                self.tcp = line.split()[1]
            if line == "ready":
                return

    def lines(self):
        os.set_blocking(self.child.stdout.fileno(), False)
        deadline, rest = time.monotonic() + PATIENCE_S, b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.child.stdout, selectors.EVENT_READ)
            while time.monotonic() < deadline:
                selector.select(max(0, deadline - time.monotonic()))
                data = os.read(self.child.stdout.fileno(), 65536)
                if not data:
                    break
                *whole, rest = (rest + data).split(b"\n")
                yield from (line.decode() for line in whole)
        raise Wrong("juyan serve did not say 'ready'; see serve.log")

    def close(self):
        self.child.terminate()
        code = self.child.wait(PATIENCE_S)
        self.log.close()
        if code != 0:
            raise Wrong(f"juyan serve ended with {code}; expected 0")

    def kill(self):
        """For the way out of a test that failed."""
        self.child.kill()
        self.child.wait()
