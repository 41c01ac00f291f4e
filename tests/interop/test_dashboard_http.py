#!/usr/bin/python3
"""The dashboard's HTTP under hostile hands, with Python's own http, socket and ssl: what is not asked rightly hears which part is
wrong, and whoever is slow, or many, leaves the others served. The event stream, too.

also: thread
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from browsing import (EVENTS, FOLDER, PATIENCE_S, Crowd, Serve, ask, check, kinds, raw, raw_beside, refused, run, until)

LISTENERS, IDLE = 500, 1000


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
    head = length.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked")
    block = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    garbage = (b"\x16\x03\x01\x02\x00" + bytes(200), b"\r\n" * 5000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 1000)
    # Some of them are only shown out for being idle: they wait for that together.
    long, endless, chunks, *_ = raw_beside(serve, length % 10**12, head + block * 64, head + block * 5 + b"0\r\n\r\n",
        *(one + b"\r\n\r\n" for one in garbage))
    check(b" 413 " in long[:40], "a length of 1 TB is not refused")
    check(b" 200 " not in endless[:40], "a body without an end is taken")
    check(b" 413 " in chunks[:40] and b"application/problem+json" in chunks, f"80 KiB in chunks: {chunks[:80]}")
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


def presses(serve):
    """The processes that set a report for it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as stat, open(f"/proc/{pid}/cmdline", "rb") as line:
                if int(stat.read().rpartition(")")[2].split()[1]) == serve.child.pid and b"report-press" in line.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


def test_a_report_that_dies(serve):
    """A report is set in a process of its own: when that dies the one who asked hears so, and all else goes on."""
    year, answers = "/api/v1/report?from=2025&format=pdf", []
    check(ask(serve, year).body.startswith(b"%PDF"), "no PDF")

    def read():
        while not answers:
            answer = ask(serve, year)
            if answer.status != 200:
                answers.append(answer)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    deadline = time.monotonic() + PATIENCE_S
    while not answers and time.monotonic() < deadline:
        for pid in presses(serve):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    reader.join(PATIENCE_S)
    check(answers and answers[0].status == 503, f"a report whose process was killed: {[one.status for one in answers]}")
    problem = answers[0].json()
    check(answers[0].headers["content-type"] == "application/problem+json" and "signal 9" in problem["detail"], problem)
    note = {"subject": "stuck:ceke/B-1", "note": "still here"}
    check(ask(serve, "/api/v1/attention/notes", method="POST", body=note).status == 200, "ingest does not go on")
    check(ask(serve, year).body.startswith(b"%PDF"), "no PDF afterwards")
    check(ask(serve, "/api/v1/report?from=2025&format=xlsx").body.startswith(b"PK"), "no XLSX afterwards")
    check(not presses(serve), "a press is left behind")
    check(b"no_report" in open(os.path.join(FOLDER, "serve.log"), "rb").read(), "the operator is not told")


# ---- many, and slow ones ----
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


def newest(serve):
    """The id of the present, once it is that of a ledger that is known: it is not while events come."""
    ids = []

    def known():
        crowd = Crowd(serve, 1, (EVENTS % (serve.port, "")).encode())
        crowd.until(lambda heard: b"live" in kinds(heard), "the present")
        ids[:] = re.findall(rb"^id: (\S+)\r?$", next(iter(crowd.heard.values())), re.M)
        crowd.close()
        return b"-" in ids[-1]

    until(known, "the present never says of which ledger it is")
    return ids[-1].decode()


def is_told(serve, last):
    """Whether one who comes again with this id is told the present. A heartbeat comes in any case, and behind it."""
    crowd = Crowd(serve, 1, (EVENTS % (serve.port, f"Last-Event-ID: {last}\r\n")).encode())
    crowd.until(lambda heard: b":\n\n" in heard.partition(b"\r\n\r\n")[2].replace(b"\r\n", b"\n"), "a heartbeat at once")
    told = b"live" in kinds(next(iter(crowd.heard.values())))
    crowd.close()
    return told


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
    last = newest(serve)
    check(re.fullmatch(rf"{done.json()['lsn']}-[0-9a-f]{{16}}", last), f"the id of the newest is {last}")
    check(not is_told(serve, last), "who knows all is told it again")
    for other in ("1", "0", "x", last[:-1], last.split("-")[0], "", "9" * 60):
        check(is_told(serve, other), f"whoever heard {other} last is not told what is newer")


def test_listeners_of_one(data):
    """One session, or one address where nobody logs in, does not take the places of the others."""
    serve = Serve(data, "dashboard", settings=("dashboard_listen=127.0.0.1:0", "dashboard_session_listeners=3"))
    crowd = Crowd(serve, 3, (EVENTS % (serve.port, "")).encode())
    crowd.until(lambda heard: b"HTTP/1.1 200" in heard, "the stream")
    answer = refused(serve, 429, "/api/v1/events")
    check(int(answer.headers["retry-after"]) > 0, "no Retry-After")
    other = socket.create_connection(("127.0.0.1", serve.port), timeout=PATIENCE_S, source_address=("127.0.0.2", 0))
    other.sendall((EVENTS % (serve.port, "")).encode())
    check(other.recv(64).startswith(b"HTTP/1.1 200 "), "another address pays for it")
    other.close()
    crowd.close()
    again = Crowd(serve, 3, (EVENTS % (serve.port, "")).encode())
    again.until(lambda heard: b"HTTP/1.1 200" in heard, "the places of those who left, at once")
    again.close()
    until(lambda: b"\njuyan_dashboard_listeners 0\n" in ask(serve, "/metrics").body, "listeners that left are still counted")
    serve.stop()


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

    # Two lives of one ledger since its copy: as many events, but others. Who heard the one has not heard the other.
    ids, lsns = [], []
    for text in ("one life", "another"):
        lsns.append(ask(serve, "/api/v1/attention/notes", method="POST", body={**note, "note": text}).json()["lsn"])
        until(lambda: lsn() >= lsns[-1], "the present of the note")
        ids.append(newest(serve))
        if text == "one life":
            taker.stop()
            query.stop()
            shutil.copytree(early, os.path.join(data, "ledger"), dirs_exist_ok=True)
            taker, query = Serve(data, "ingest", "feed"), Serve(data, "query")
            until(lambda: ask(serve, "/api/v1/live").json()["mark"]["fresh"] and lsn() < lsns[0], "the copy, again")
    check(lsns[0] == lsns[1] and ids[0].split("-")[0] == ids[1].split("-")[0], f"not the same numbers: {lsns} {ids}")
    check(ids[0] != ids[1] and is_told(serve, ids[0]), f"who heard another ledger is not told this one: {ids}")
    check(not is_told(serve, ids[1]), "who heard this one is told it again")

    # A third life, which is longer than the second before the dashboard sees anything of it: its number alone looks like a sequel.
    known = lsn()
    taker.stop()
    query.stop()
    shutil.copytree(early, os.path.join(data, "ledger"), dirs_exist_ok=True)
    taker = Serve(data, "ingest")
    for _ in range(2):  # one more than the second life had; whether they were taken nobody can say while query is away
        ask(serve, "/api/v1/attention/notes", method="POST", body=note)
    query = Serve(data, "query", "feed")
    until(lambda: lsn() > known, "the present of the third life")
    found = re.findall(r"ledger_replaced known=\d+ lsn=(\d+)", open(os.path.join(FOLDER, "serve.log")).read())
    check(found and int(found[-1]) > known, "a longer ledger in the old one's place is taken for it")
    for service in (serve, query, taker):
        service.stop()


def apart():
    data = os.path.join(FOLDER, "apart")
    test_apart(data)
    test_own_address(data)
    test_listeners_of_one(data)


def main():
    data = os.path.join(FOLDER, "data")
    serve = Serve(data, "ingest", "query", "dashboard", settings=("dashboard_listen=127.0.0.1:0",
        f"dashboard_session_listeners={2 * LISTENERS}"))
    feed = Serve(data, "feed")
    until(lambda: ask(serve, "/healthz").status == 200, "it is not well: " + ask(serve, "/healthz").body.decode())
    for test in (test_headers, test_files, test_traversal, test_wrong_requests, test_two_lengths,
            test_absolute_form, test_hosts_and_origins, test_metrics):
        test(serve)
    test_a_report_that_dies(serve)
    # Most of the time of these is that which idle ones are let: what has services of its own is looked at meanwhile.
    with ThreadPoolExecutor(1) as meanwhile:
        others = meanwhile.submit(apart)
        test_floods(serve)
        test_idle_connections(serve)
        others.result()
    test_listeners(serve, data)
    feed = test_stale(serve, data, feed)
    serve.stop()
    feed.stop()
    check("use by another" in Serve(data, "ingest", "query", "dashboard", settings=(f"dashboard_listen=127.0.0.1:{taken()}",),
        code=2).said, "a port that is taken")


HELD = socket.socket()


def taken():
    HELD.bind(("127.0.0.1", 0))
    HELD.listen()
    return HELD.getsockname()[1]


if __name__ == "__main__":
    sys.exit(run(main, "the dashboard's HTTP holds"))
