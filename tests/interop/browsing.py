"""A browser for the tests of the dashboard's HTTP, with Python's own http, socket and ssl: services are started, asked rightly and
wrongly, by one and by many. `run` ends what was started, whatever has happened."""
import http.client
import json
import os
import re
import selectors
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

JUYAN = os.environ.get("JUYAN", "build/juyan")
PATIENCE_S = 90
FOLDER = tempfile.mkdtemp(prefix="juyan-")
CHILDREN = []


class Wrong(Exception):
    pass


def check(truth, what):
    if not truth:
        raise Wrong(what)


def juyan(*arguments, code=0, stdin=""):
    done = subprocess.run([JUYAN, *arguments], input=stdin, capture_output=True, text=True, timeout=PATIENCE_S)
    check(done.returncode == code, f"juyan {' '.join(arguments)} ended with {done.returncode}; expected {code}: {done.stderr}")
    return done.stdout + done.stderr


class Serve:
    """`juyan serve` with some services; `code` not None: it is to end by itself with it."""

    def __init__(self, data, *services, settings=(), code=None):
        self.log = open(os.path.join(FOLDER, "serve.log"), "ab")
        options = [part for one in ("listen=tcp://127.0.0.1:0", *settings) for part in ("--set", one)]
        self.child = subprocess.Popen([JUYAN, "serve", "--data", data, *options, *services], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE if code is not None else self.log)
        CHILDREN.append(self.child)
        self.url, self.said = None, ""
        if code is not None:
            _, self.said = self.child.communicate(timeout=PATIENCE_S)
            self.said = self.said.decode()
            check(self.child.returncode == code, f"serve ended with {self.child.returncode}; expected {code}: {self.said}")
            return
        said, deadline = b"", time.monotonic() + PATIENCE_S
        with selectors.DefaultSelector() as selector:
            selector.register(self.child.stdout, selectors.EVENT_READ)
            while b"ready\n" not in said:
                check(selector.select(max(0, deadline - time.monotonic())), f"serve was not ready in time; it said {said}")
                more = os.read(self.child.stdout.fileno(), 65536)
                check(more, "serve ended at its start: " + open(self.log.name).read()[-2000:])
                said += more
        found = re.search(rb"^dashboard (https?)://(\S+):(\d+)/$", said, re.M)
        if found:
            self.scheme, self.host, self.port = found[1].decode(), found[2].decode(), int(found[3])

    def stop(self):
        self.child.terminate()
        check(self.child.wait(PATIENCE_S) == 0, f"serve ended with {self.child.returncode} after SIGTERM; expected 0")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


def ask(serve, target, method="GET", body=None, wait_s=PATIENCE_S, **headers):
    if serve.scheme == "https":
        context = ssl._create_unverified_context()  # it is our own, and not looked at here
        connection = http.client.HTTPSConnection("127.0.0.1", serve.port, timeout=wait_s, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", serve.port, timeout=wait_s)
    sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    if isinstance(body, dict):
        body = json.dumps(body)
        sent.setdefault("Content-Type", "application/json")
    connection.request(method, target, body, sent)
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def refused(serve, status, target, parameter=None, **how):
    answer = ask(serve, target, **how)
    check(answer.status == status, f"{how} {target}: {answer.status} {answer.body[:200]}; expected {status}")
    if how.get("method") != "HEAD":
        check(answer.headers["content-type"] == "application/problem+json", f"{target}: no problem document")
        problem = answer.json()
        check(problem["status"] == status and problem["detail"], f"{target}: {problem}")
        check(parameter is None or problem.get("parameter") == parameter, f"{target}: {problem}; expected {parameter}")
    return answer


def raw(serve, text, wait_s=PATIENCE_S):
    """What comes back until the other end closes."""
    with socket.create_connection(("127.0.0.1", serve.port), timeout=wait_s) as connection:
        said = b""
        try:
            connection.sendall(text)
            while True:
                more = connection.recv(65536)
                if not more:
                    return said
                said += more
        except ConnectionError:
            return said


def raw_beside(serve, *texts):
    """What comes back to each, said beside each other."""
    with ThreadPoolExecutor(len(texts)) as pool:
        return list(pool.map(lambda text: raw(serve, text), texts))


def until(truth, what):
    deadline = time.monotonic() + PATIENCE_S
    while not truth():
        check(time.monotonic() < deadline, what)


def cookie_of(answer):
    return answer.headers["set-cookie"].split(";")[0]


def login(serve, name, password, **headers):
    return ask(serve, "/api/v1/session", method="POST", body={"name": name, "password": password}, **headers)


class Crowd:
    """Sockets that all say the same, and what they hear."""

    def __init__(self, serve, n, text):
        self.selector, self.heard = selectors.DefaultSelector(), {}
        for _ in range(n):
            connection = socket.create_connection(("127.0.0.1", serve.port), timeout=PATIENCE_S)
            connection.sendall(text)
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ)
            self.heard[connection] = b""

    def until(self, done, what, wait_s=PATIENCE_S):
        deadline = time.monotonic() + wait_s
        while not all(done(heard) for heard in self.heard.values()):
            ready = self.selector.select(max(0, deadline - time.monotonic()))
            left = sum(not done(heard) for heard in self.heard.values())
            check(ready, f"{left} of {len(self.heard)} did not hear {what} in time")
            for key, _ in ready:
                try:
                    more = key.fileobj.recv(1 << 20)
                except ConnectionError:
                    more = b""
                self.heard[key.fileobj] += more or b"<closed>"
                if not more:
                    self.selector.unregister(key.fileobj)

    def close(self):
        for connection in self.heard:
            connection.close()


EVENTS = "GET /api/v1/events HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\n"


def kinds(heard):
    return re.findall(rb"^event: (\w+)", heard, re.M)


def run(main, holds):
    """The exit code of a test: its main, and what it says when all holds."""
    try:
        main()
        print(holds)
        return 0
    except (Wrong, OSError, subprocess.SubprocessError, http.client.HTTPException) as wrong:
        print(f"{type(wrong).__name__}: {wrong}")
        log = os.path.join(FOLDER, "serve.log")
        print(open(log).read()[-3000:] if os.path.exists(log) else "")
        return 1
    finally:
        for child in CHILDREN:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
                child.wait()
        shutil.rmtree(FOLDER, ignore_errors=True)
