#!/usr/bin/python3
"""The dashboard's HTTP under hostile hands, with Python's own http, socket and ssl: what is not asked rightly hears which part is
wrong, what is not allowed is refused, and whoever is slow, or many, leaves the others served. Logins, roles and the event stream,
too.

also: thread
"""
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
import sys
import tempfile
import threading
import time

JUYAN = os.environ.get("JUYAN", "build/juyan")
PATIENCE_S = 90
LISTENERS, IDLE = 500, 1000
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


# ---- one thing after the other ----

def test_headers(serve):
    page = ask(serve, "/")
    check(page.status == 200 and b"<title>" in page.body, "no page at /")
    policy = page.headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        check(part in policy, f"{part} is not in {policy}")
    check("unsafe" not in policy and "*" not in policy and "http" not in policy, policy)
    for target in ("/", "/healthz", "/api/v1/session", "/api/v1/nothing"):
        headers = ask(serve, target, Origin="http://evil.example" if target == "/" else None).headers
        check(headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer", target)
        check("content-security-policy" in headers, target)
        check(not any(name.startswith("access-control") for name in headers), f"{target} lets other origins in")
    check("strict-transport-security" not in page.headers, "HSTS without TLS")
    head = ask(serve, "/", method="HEAD")
    check(head.status == 200 and head.body == b"" and head.headers["content-length"] == page.headers["content-length"], "HEAD")


def test_files(serve):
    page = ask(serve, "/")
    again = ask(serve, "/", If_None_Match=page.headers["etag"])
    check(again.status == 304 and again.body == b"", f"If-None-Match: {again.status}")
    packed = ask(serve, "/", Accept_Encoding="gzip")
    if "content-encoding" in packed.headers:
        import gzip
        check(gzip.decompress(packed.body) == page.body, "gzip holds something else")
        check(packed.headers["etag"] != page.headers["etag"], "one ETag for two forms")
    check(ask(serve, "/", Accept_Encoding="gzip;q=0").headers.get("content-encoding") is None, "gzip;q=0")
    check(ask(serve, "/overview").body == page.body, "a page's path does not get the page")
    for asset in set(re.findall(r'"(/assets/[^"]+)"', page.body.decode())):
        answer = ask(serve, asset)
        check(answer.status == 200 and "immutable" in answer.headers["cache-control"], f"{asset}: {answer.headers}")
    contract = ask(serve, "/api/v1/openapi.yaml")
    with open(os.path.join(os.environ.get("JUYAN_SOURCE", "."), "services/dashboard/openapi.yaml"), "rb") as file:
        check(contract.body == file.read(), "the contract is another one")


def test_traversal(serve):
    for target in ("/../../etc/passwd", "/assets/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
            "/assets/%2e%2e%2fusers.json", "/users.json", "/keys/admin.key", "//etc/passwd", "/assets/..\\..\\x.js"):
        answer = ask(serve, target)
        page = answer.status == 200 and b"<title>" in answer.body
        check(b"root:" not in answer.body and (page or answer.status in (400, 404)), f"{target}: {answer.body[:99]}")
    for target in ("/%00", "/a%0d%0aSet-Cookie:x", "/%ff"):
        refused(serve, 400, target)


def test_wrong_requests(serve):
    refused(serve, 400, "/api/v1/flow?prot=ceke", "prot")
    refused(serve, 400, "/api/v1/flow?day=2025-02-30", "day")
    refused(serve, 400, "/api/v1/calendar?year=99999", "year")
    refused(serve, 400, "/api/v1/report", "from")
    refused(serve, 404, "/api/v1/nothing")
    answer = refused(serve, 405, "/api/v1/live", method="DELETE")
    check(answer.headers["allow"] == "GET, HEAD", answer.headers)
    refused(serve, 405, "/api/v1/live", method="PUT", body="x")
    refused(serve, 400, "/api/v1/attention/notes", "nite", method="POST", body={"subject": "x", "nite": "y"})
    refused(serve, 400, "/api/v1/attention/notes", "note", method="POST", body={"subject": "x", "note": ""})
    refused(serve, 400, "/api/v1/quarantine/0", "lsn", method="POST", body={"action": "release", "reason": "x"})
    refused(serve, 404, "/api/v1/quarantine/4711", method="POST", body={"action": "dismiss", "reason": "x"})
    refused(serve, 400, "/api/v1/attention/notes", method="POST", body=b"{" * 60000, Content_Type="application/json")


def test_two_lengths(serve):
    """A body of two lengths is two requests to whoever believes the other one."""
    head = b"POST /api/v1/session HTTP/1.1\r\nHost: localhost:%d\r\nContent-Type: application/json\r\n" % serve.port
    hidden = b"GET /healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n" % serve.port
    for lengths in (b"Content-Length: 2\r\nContent-Length: 60", b"Content-Length: 2\r\nTransfer-Encoding: chunked",
            b"Transfer-Encoding: chunked\r\nContent-Length: 0"):
        said = raw(serve, head + lengths + b"\r\n\r\n0\r\n\r\n" + hidden)
        check(said.startswith(b"HTTP/1.1 400 ") and said.count(b"HTTP/1.1 ") == 1, f"{lengths}: {said}")


def test_absolute_form(serve):
    """RFC 9112, 3.2.2: a server takes it, and its authority in the Host's place."""
    own, evil = b"localhost:%d" % serve.port, b"evil.example:%d" % serve.port
    for authority, path, host, status in ((own, b"/api/v1/session", own, b"200"), (own, b"/api/v1/session", evil, b"200"),
            (evil, b"/api/v1/session", own, b"421"), (own, b"", own, b"200"), (own, b"?x=1", own, b"200"),
            (b"x@" + own, b"/", own, b"421"), (b"", b"/", own, b"421")):
        said = raw(serve, b"GET http://%s%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (authority, path, host))
        check(said.startswith(b"HTTP/1.1 %s " % status), f"http://{authority}{path} with Host {host}: {said[:80]}")


def test_own_address(data):
    serve = Serve(data, "dashboard", settings=("dashboard_listen=127.0.0.9:0", "dashboard_names=juyan.example"))
    for host, status in ((f"127.0.0.9:{serve.port}", b" 200 "), (f"127.0.0.8:{serve.port}", b" 421 "),
            (f"juyan.example:{serve.port}", b" 200 "), (f"evil.example:{serve.port}", b" 421 ")):
        with socket.create_connection(("127.0.0.9", serve.port), timeout=PATIENCE_S) as guest:
            guest.sendall(b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % host.encode())
            check(status in guest.recv(64), f"the address that was announced, asked as {host}")
    serve.stop()


def test_floods(serve):
    refused(serve, 431, "/healthz", X_Long="a" * 9000)
    said = raw(serve, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100000 + b"\r\n\r\n")
    check(b" 431 " in said[:40] or said == b"", f"100 KB of a header: {said[:80]}")
    said = raw(serve, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 20000 + b"\r\n")
    check(b" 431 " in said[:40] or said == b"", f"20,000 headers: {said[:80]}")
    said = raw(serve, b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    check(re.match(rb"HTTP/1.1 (414|431|400) ", said) or said == b"", f"a long address: {said[:80]}")
    length = (b"POST /api/v1/session HTTP/1.1\r\nHost: localhost:%d\r\nContent-Type: application/json\r\n"
        b"Content-Length: %%d\r\n\r\n" % serve.port)
    check(b" 413 " in raw(serve, length % 10**12)[:40], "a length of 1 TB is not refused")
    chunked = length.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") + (b"4000\r\n" + b"a" * 0x4000 + b"\r\n") * 64
    check(b" 200 " not in raw(serve, chunked)[:40], "a body without an end is taken")
    said = raw(serve, chunked[:chunked.index(b"4000\r\n")] + (b"4000\r\n" + b"a" * 0x4000 + b"\r\n") * 5 + b"0\r\n\r\n", wait_s=30)
    check(b" 413 " in said[:40] and b"application/problem+json" in said, f"80 KiB in chunks: {said[:80]}")
    for garbage in (b"\x16\x03\x01\x02\x00" + bytes(200), b"\r\n" * 5000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 1000):
        raw(serve, garbage + b"\r\n\r\n", wait_s=30)
    check(ask(serve, "/").status == 200, "others are not served afterwards")


def test_hosts_and_origins(serve):
    for host in ("evil.example", f"evil.example:{serve.port}", "localhost", f"127.0.0.1.evil.example:{serve.port}"):
        refused(serve, 421, "/api/v1/session", Host=host)
        refused(serve, 421, "/", Host=host)
    check(ask(serve, "/api/v1/session", Host=f"localhost:{serve.port}").status == 200, "localhost")
    note = {"subject": "x", "note": "y"}
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"}, {"Origin": f"http://localhost:{serve.port}"}):
        refused(serve, 403, "/api/v1/attention/notes", method="POST", body=note, **headers)
        refused(serve, 403, "/api/v1/session", method="DELETE", **headers)
    for target in ("/api/v1/live", "/%61pi/v1/live", "/metrics", "/%6detrics", "/healthz"):
        refused(serve, 403, target, Sec_Fetch_Site="cross-site")
        refused(serve, 403, target, Origin="http://evil.example")
    refused(serve, 415, "/api/v1/attention/notes", method="POST", body=json.dumps(note), Content_Type="text/plain")
    refused(serve, 415, "/api/v1/attention/notes", method="POST", body="subject=x&note=y",
        Content_Type="application/x-www-form-urlencoded")
    check(ask(serve, "/", Sec_Fetch_Site="cross-site").status == 200, "a link to the page does not open it")


def test_metrics(serve):
    answer = ask(serve, "/metrics")
    check(answer.status == 200 and answer.headers["content-type"].startswith("text/plain"), "metrics")
    text = answer.body.decode()
    for name in ("juyan_requests_refused_total", "juyan_dashboard_listeners", "juyan_ledger_last_lsn"):
        check(f"# HELP {name} " in text and re.search(rf"^{name} \S+$", text, re.M), f"{name} is not in the metrics")
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=PATIENCE_S)
        check(done.returncode == 0, f"promtool: {done.stdout}{done.stderr}")
    else:
        print("note: promtool is not here (package prometheus): the metrics were looked at by eye alone")


# ---- many, and slow ones ----

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


def test_idle_connections(serve):
    crowd = Crowd(serve, IDLE, b"")
    for _ in range(20):
        check(ask(serve, "/api/v1/session", wait_s=5).status == 200, "nobody is served beside idle connections")
    trickle = socket.create_connection(("127.0.0.1", serve.port), timeout=PATIENCE_S)
    trickle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    began, cut = time.monotonic(), False
    while not cut and time.monotonic() < began + PATIENCE_S:  # a header every second, as long as it is let
        crowd.selector.select(0)
        trickle.settimeout(1)
        try:
            trickle.sendall(b"X: y\r\n")
            cut = trickle.recv(100) == b""
        except socket.timeout:
            pass
        except ConnectionError:
            cut = True
    check(cut, "one who trickles his headers is never shown out")
    crowd.until(lambda heard: b"<closed>" in heard, "that it is closed for being idle")
    crowd.close()


EVENTS = "GET /api/v1/events HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\n"


def kinds(heard):
    return re.findall(rb"^event: (\w+)", heard, re.M)


def test_listeners(serve, data):
    """500 hear the same; a note changes nothing but the number, and all hear of it; one who does not read costs nobody anything."""
    crowd = Crowd(serve, LISTENERS, (EVENTS % (serve.port, "")).encode())
    crowd.until(lambda heard: b"live" in kinds(heard), "the present")
    gauge = re.search(rb"^juyan_dashboard_listeners (\d+)$", ask(serve, "/metrics").body, re.M)
    check(int(gauge[1]) == LISTENERS, f"{gauge[1]} listeners are counted; expected {LISTENERS}")
    last = max(int(one) for one in re.findall(rb"^id: (\d+)", next(iter(crowd.heard.values())), re.M))
    began = time.monotonic()
    note = {"subject": "stuck:ceke/B-1", "note": "<script>alert(1)</script>"}
    done = ask(serve, "/api/v1/attention/notes", method="POST", body=note)
    check(done.status == 200 and done.json()["lsn"] > last, f"a note: {done.status} {done.body}")
    crowd.until(lambda heard: any(int(one) >= done.json()["lsn"] for one in re.findall(rb"^id: (\d+)", heard, re.M)), "of the note")
    print(f"{LISTENERS} listeners heard of a decision {1000 * (time.monotonic() - began):.0f} ms after it was sent")
    crowd.until(lambda heard: b"\n:\n" in heard or b"\r\n:\n" in heard, "a heartbeat")
    crowd.close()
    again = Crowd(serve, 1, (EVENTS % (serve.port, f"Last-Event-ID: {done.json()['lsn']}\r\n")).encode())
    again.until(lambda heard: b":\n\n" in heard, "a heartbeat at once")
    first = re.sub(rb"(?s)^.*?\r\n\r\n", b"", next(iter(again.heard.values())))
    check(b"event: live" not in first, f"who knows all is told it again: {first}")
    again.close()
    again = Crowd(serve, 1, (EVENTS % (serve.port, "Last-Event-ID: 1\r\n")).encode())
    again.until(lambda heard: b"live" in kinds(heard), "what is newer")
    again.close()


def test_stale(serve, data, feed):
    crowd = Crowd(serve, 3, (EVENTS % (serve.port, "")).encode())
    crowd.until(lambda heard: b"live" in kinds(heard), "the present")
    check(ask(serve, "/healthz").status == 200, "healthz while all is well")
    feed.stop()
    crowd.until(lambda heard: b"stale" in kinds(heard), "that nothing is known any more", wait_s=20)
    told = re.search(rb"id: (\d+)\r?\nevent: stale\r?\ndata: (.*)\n", next(iter(crowd.heard.values())))
    check(json.loads(told[2])["fresh"] is False, told[2])
    check(told[1] == b"0", f"whoever heard last that nothing is known may miss the next present: id {told[1]}")
    answer = ask(serve, "/healthz")
    check(answer.status == 503 and answer.json()["feed_age_ms"] >= 10000, f"healthz: {answer.status} {answer.body}")
    check(ask(serve, "/api/v1/live").json()["mark"]["fresh"] is False, "the present says that it is fresh")
    feed = Serve(data, "feed")
    crowd.until(lambda heard: kinds(heard)[-1:] == [b"live"], "the present again")
    crowd.close()
    return feed


def test_apart(data):
    """Each service in a process of its own: query away, a ledger that goes back, the dashboard staying up."""
    taker, query = Serve(data, "ingest", "feed"), Serve(data, "query")
    serve = Serve(data, "dashboard", settings=("dashboard_listen=127.0.0.1:0",))
    until(lambda: ask(serve, "/healthz").status == 200, "it is not well: " + ask(serve, "/healthz").body.decode())
    note = {"subject": "stuck:ceke/B-9", "note": "seen"}
    check(ask(serve, "/api/v1/attention/notes", method="POST", body=note).status == 200, "a note")
    taker.stop()
    query.stop()
    early = os.path.join(FOLDER, "early")
    shutil.copytree(os.path.join(data, "ledger"), early)

    taker, query = Serve(data, "ingest", "feed"), Serve(data, "query")
    until(lambda: ask(serve, "/healthz").status == 200, "it is not well again")
    lsn = lambda: ask(serve, "/api/v1/live").json()["mark"]["lsn"]
    for _ in range(3):
        last = ask(serve, "/api/v1/attention/notes", method="POST", body=note).json()["lsn"]
    until(lambda: lsn() >= last, "the present of the last note")
    check(ask(serve, "/api/v1/goods").status == 200, "a picture before")

    query.stop()
    check(ask(serve, "/api/v1/attention/notes", method="POST", body=note).status in (200, 503), "a note while nobody answers")
    until(lambda: not ask(serve, "/api/v1/live").json()["mark"]["fresh"], "an old picture is told as fresh while query is away")
    health = ask(serve, "/healthz")
    check(health.status == 503 and "ledger" in health.json()["reason"], f"healthz: {health.status} {health.body}")
    taker.stop()

    shutil.copytree(early, os.path.join(data, "ledger"), dirs_exist_ok=True)
    taker, query = Serve(data, "ingest", "feed"), Serve(data, "query")
    until(lambda: ask(serve, "/api/v1/live").json()["mark"]["fresh"] and lsn() < last, "a copy put in the ledger's place")
    known = int(re.search(rb"^juyan_ledger_last_lsn (\d+)$", ask(serve, "/metrics").body, re.M)[1])
    check(known < last, f"the service still holds that the ledger ends at {known}")
    check(ask(serve, "/api/v1/goods").json()["mark"]["lsn"] < last, "a picture of the ledger that is gone")
    for service in (serve, query, taker):
        service.stop()


# ---- who may ----

def cookie_of(answer):
    return answer.headers["set-cookie"].split(";")[0]


def login(serve, name, password, **headers):
    return ask(serve, "/api/v1/session", method="POST", body={"name": name, "password": password}, **headers)


def until(truth, what):
    deadline = time.monotonic() + PATIENCE_S
    while not truth():
        check(time.monotonic() < deadline, what)


def still_logging_in(serve, data):
    """A password is changed while somebody logs in with the old one, again and again: no session of his is left."""
    cookies = []

    def enter():
        answer = login(serve, "an administrator", "secret of a administrator")
        while answer.status == 200:
            cookies.append(cookie_of(answer))
            answer = login(serve, "an administrator", "secret of a administrator")

    thread = threading.Thread(target=enter, daemon=True)
    thread.start()
    until(lambda: len(cookies) > 2, "logins")
    juyan("users", "password", "--data", data, "an administrator", stdin="another secret\n")
    thread.join(PATIENCE_S)
    check(not thread.is_alive(), "the old password lets in for ever")
    alive = [ask(serve, "/api/v1/session", Cookie=cookie).status for cookie in cookies]
    check(alive == [401] * len(alive), f"sessions of the old password: {alive}")
    check(login(serve, "an administrator", "another secret").status == 200, "the new password")


def test_accounts(serve, data):
    check(ask(serve, "/api/v1/session").json() == {"name": "", "role": "manager", "accounts": False}, "open on this machine")
    listener = Crowd(serve, 1, (EVENTS % (serve.port, "")).encode())
    listener.until(lambda heard: b"HTTP/1.1 200" in heard, "the stream")
    for role in ("viewer", "manager", "administrator"):
        juyan("users", "add", "--data", data, "--role", role, f"an {role}" if role[0] == "a" else f"a {role}",
            stdin=f"secret of a {role}\n")
    juyan("users", "add", "--data", data, "x", code=2, stdin="short\n")
    check("a manager" in juyan("users", "list", "--data", data), "users list")
    check(os.stat(os.path.join(data, "users.json")).st_mode & 0o777 == 0o600, "others can read users.json")
    until(lambda: ask(serve, "/api/v1/session").status == 401, "the first user does not shut the door")
    listener.until(lambda heard: b"<closed>" in heard, "that it has to log in")
    listener.close()
    for target in ("/api/v1/live", "/api/v1/events", "/metrics", "/api/v1/flow", "/api/v1/flow?prot=x"):
        refused(serve, 401, target)
    for target in ("/healthz", "/", "/login", "/api/v1/openapi.yaml"):
        check(ask(serve, target).status in (200, 503), f"{target} asks for a login")
    refused(serve, 401, "/api/v1/session", method="POST", body={"name": "a viewer", "password": "wrong"})
    refused(serve, 401, "/api/v1/session", method="POST", body={"name": "nobody", "password": "wrong"})

    fixed = "juyan-session=" + "A" * 43
    answer = login(serve, "a viewer", "secret of a viewer", Cookie=fixed)
    check(answer.status == 200 and answer.json() == {"name": "a viewer", "role": "viewer", "accounts": True}, answer.body)
    cookie = cookie_of(answer)
    check("HttpOnly" in answer.headers["set-cookie"] and "SameSite=Strict" in answer.headers["set-cookie"], "the cookie")
    check(cookie != fixed, "a token that somebody else has chosen is taken")
    refused(serve, 401, "/api/v1/session", Cookie=fixed)
    again = cookie_of(login(serve, "a viewer", "secret of a viewer", Cookie=cookie))
    check(again != cookie, "a login does not make a new token")
    refused(serve, 401, "/api/v1/session", Cookie=cookie)
    check(ask(serve, "/api/v1/session", Cookie=again).json()["name"] == "a viewer", "the session")
    refused(serve, 403, "/api/v1/attention/notes", method="POST", body={"subject": "x", "note": "y"}, Cookie=again)
    check(ask(serve, "/api/v1/session", method="DELETE", Cookie=again).status == 204, "logout")
    refused(serve, 401, "/api/v1/session", Cookie=again)  # a replay of what was heard

    manager = cookie_of(login(serve, "a manager", "secret of a manager"))
    note = ask(serve, "/api/v1/attention/notes", method="POST", body={"subject": "stuck:ceke/B-2", "note": "y"}, Cookie=manager)
    check(note.status == 200, f"a manager's note: {note.status} {note.body}")
    juyan("users", "role", "--data", data, "a manager", "--role", "viewer")
    until(lambda: ask(serve, "/api/v1/session", Cookie=manager).status == 401, "a change of the role leaves the session as it was")
    still_logging_in(serve, data)
    paused = [login(serve, "a viewer", "wrong").status for _ in range(8)]
    check(paused[-1] == 429, f"logins are not slowed down: {paused}")
    check(int(login(serve, "a viewer", "wrong").headers["retry-after"]) > 0, "no Retry-After")
    log = open(os.path.join(FOLDER, "serve.log")).read()
    check("secret of" not in log and manager.split("=")[1] not in log, "a secret stands in the log")


def test_tls(data):
    pem, key = os.path.join(FOLDER, "cert.pem"), os.path.join(FOLDER, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem, "-days", "1",
        "-subj", "/CN=juyan.example"], check=True, capture_output=True)
    os.chmod(key, 0o600)
    wide = "dashboard_listen=0.0.0.0:0"
    tls = (wide, f"dashboard_certificate={pem}", f"dashboard_key={key}", "dashboard_names=juyan.example")
    check("TLS" in Serve(data, "ingest", "query", "dashboard", settings=(wide,), code=2).said, "0.0.0.0 in clear")
    check("together" in Serve(data, "ingest", "dashboard", settings=(f"dashboard_key={key}",), code=2).said, "half a pair")
    empty = os.path.join(FOLDER, "empty")
    check("user" in Serve(empty, "ingest", "query", "dashboard", settings=tls, code=2).said, "0.0.0.0 without users")
    os.chmod(key, 0o644)
    check("chmod" in Serve(data, "ingest", "query", "dashboard", settings=tls, code=2).said, "a key that all can read")
    os.chmod(key, 0o600)
    serve = Serve(data, "ingest", "query", "dashboard", settings=tls)
    check(serve.scheme == "https", "no https")
    name = f"juyan.example:{serve.port}"
    page = ask(serve, "/", Host=name)
    check(page.status == 200 and "max-age" in page.headers["strict-transport-security"], "HSTS")
    refused(serve, 421, "/", Host=f"localhost:{serve.port}")
    refused(serve, 401, "/api/v1/live", Host=name)
    answer = login(serve, "a viewer", "secret of a viewer", Host=name)
    check(answer.status == 200 and "Secure" in answer.headers["set-cookie"], f"login over TLS: {answer.status} {answer.headers}")
    check(b"HTTP/1.1 200" not in raw(serve, b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % name.encode()), "an answer in clear")
    serve.stop()


def main():
    data = os.path.join(FOLDER, "data")
    serve = Serve(data, "ingest", "query", "dashboard", settings=("dashboard_listen=127.0.0.1:0",))
    feed = Serve(data, "feed")
    until(lambda: ask(serve, "/healthz").status == 200, "it is not well: " + ask(serve, "/healthz").body.decode())
    for test in (test_headers, test_files, test_traversal, test_wrong_requests, test_two_lengths,
            test_absolute_form, test_floods, test_hosts_and_origins, test_metrics):
        test(serve)
    test_idle_connections(serve)
    test_listeners(serve, data)
    feed = test_stale(serve, data, feed)
    serve.stop()
    feed.stop()
    test_apart(os.path.join(FOLDER, "apart"))
    test_own_address(os.path.join(FOLDER, "apart"))
    serve = Serve(data, "ingest", "query", "dashboard", settings=("dashboard_listen=127.0.0.1:0",))
    feed = Serve(data, "feed")
    test_accounts(serve, data)
    crowd = Crowd(serve, 100, b"GET / HTTP/1.1\r\n")
    serve.stop()  # with guests in the house
    crowd.close()
    feed.stop()
    test_tls(data)
    check("use by another" in Serve(data, "ingest", "query", "dashboard", settings=(f"dashboard_listen=127.0.0.1:{taken()}",),
        code=2).said, "a port that is taken")


HELD = socket.socket()


def taken():
    HELD.bind(("127.0.0.1", 0))
    HELD.listen()
    return HELD.getsockname()[1]


if __name__ == "__main__":
    try:
        main()
        print("the dashboard's HTTP holds")
    except (Wrong, OSError, subprocess.SubprocessError, http.client.HTTPException) as wrong:
        print(f"{type(wrong).__name__}: {wrong}")
        log = os.path.join(FOLDER, "serve.log")
        print(open(log).read()[-3000:] if os.path.exists(log) else "")
        sys.exit(1)
    finally:
        for child in CHILDREN:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
                child.wait()
        shutil.rmtree(FOLDER, ignore_errors=True)
