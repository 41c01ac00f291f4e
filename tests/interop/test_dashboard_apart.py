#!/usr/bin/python3
"""The dashboard while the others fail, each service in a process of its own: news that nobody told are fetched, and counted as
missed; while query does not answer, who finds the line of requests full hears 503 with Retry-After, the page and what lies ready
are served all the same, and afterwards everything goes on.
"""
import http.client
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

JUYAN = os.environ.get("JUYAN", "build/juyan")
PATIENCE_S = 60
CROWD = 100  # beyond the 64 that a lane has room for
CHILDREN = []


class Wrong(Exception):
    pass


def check(truth, what):
    if not truth:
        raise Wrong(what)


class Serve:
    def __init__(self, data, *services):
        command = [JUYAN, "serve", "--data", data, "--set", "listen=tcp://127.0.0.1:0", "--set", "dashboard_listen=127.0.0.1:0",
            "--set", "log_level=error", *services]
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        CHILDREN.append(self.child)
        said, deadline = b"", time.monotonic() + PATIENCE_S
        with selectors.DefaultSelector() as selector:
            selector.register(self.child.stdout, selectors.EVENT_READ)
            while b"ready\n" not in said:
                check(selector.select(max(0, deadline - time.monotonic())), f"{services} not ready in time; said {said}")
                more = os.read(self.child.stdout.fileno(), 65536)
                check(more, f"{services} ended at the start")
                said += more
        found = re.search(rb"^dashboard http://127.0.0.1:(\d+)/$", said, re.M)
        self.port = int(found[1]) if found else None

    def end(self):
        self.child.send_signal(signal.SIGCONT)
        self.child.terminate()
        check(self.child.wait(PATIENCE_S) == 0, f"serve ended with {self.child.returncode} after SIGTERM; expected 0")
        self.child.stdout.close()


def ask(dashboard, target):
    connection = http.client.HTTPConnection("127.0.0.1", dashboard.port, timeout=PATIENCE_S)
    connection.request("GET", target)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def until(truth, what):
    """Asked again and again, for a while; each asking takes its time."""
    deadline = time.monotonic() + PATIENCE_S
    while not truth():
        check(time.monotonic() < deadline, f"{what}: not within {PATIENCE_S} s")


def metric(dashboard, name):
    return float(re.search(rb"^juyan_%s (\S+)$" % name.encode(), ask(dashboard, "/metrics")[2], re.M)[1])


def simulate(data, port):
    os.mkdir(f"{data}.{port}", 0o700)
    command = [JUYAN, "simulate", "--live", "--data", data, "--keys", f"{data}.{port}", "--port", port, "--from", "2025-10-09",
        "--to", "2025-10-10", "--scale", "0.1", "--speedup", "max", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    check(done.returncode == 0, f"simulate ended with {done.returncode}: {done.stderr}")


def last_lsn(data):
    done = subprocess.run([JUYAN, "verify", "--data", data, "--json"], check=True, capture_output=True, timeout=PATIENCE_S)
    return json.loads(done.stdout)["last_lsn"]


def live_lsn(dashboard):
    status, _, body = ask(dashboard, "/api/v1/live")
    return json.loads(body)["mark"]["lsn"] if status == 200 else -1


def test_missed(data, dashboard, feed):
    """The feed that starts again begins at the ledger's end: what came before was told to nobody."""
    end = last_lsn(data)
    until(lambda: live_lsn(dashboard) == end, "the first days are shown")
    check(metric(dashboard, "news_missed_total") == 0, "news were missed before any were lost")
    feed.end()
    simulate(data, "wuliji")
    feed = Serve(data, "feed")
    end = last_lsn(data)
    until(lambda: metric(dashboard, "ledger_last_lsn") == end, "what was missed is known")
    until(lambda: live_lsn(dashboard) == end, "what was missed is shown")
    check(metric(dashboard, "news_missed_total") == 1, f"{metric(dashboard, 'news_missed_total')} gaps; expected 1")
    return feed


def test_full_lane(dashboard, query):
    query.child.send_signal(signal.SIGSTOP)
    answers, told = [], threading.Lock()

    def one(number):
        answer = ask(dashboard, f"/api/v1/search?q=nobody{number}")
        with told:
            answers.append(answer)

    crowd = [threading.Thread(target=one, args=(number,)) for number in range(CROWD)]
    for thread in crowd:
        thread.start()
    until(lambda: len(answers) >= CROWD - 66, "those beyond the lane's room are refused at once")
    check(metric(dashboard, "dashboard_waiting_questions") > 0, "nobody waits")
    for target in ("/", "/api/v1/live", "/api/v1/session"):
        check(ask(dashboard, target)[0] == 200, f"{target} is not served beside a full lane")
    refused = list(answers)
    query.child.send_signal(signal.SIGCONT)
    for thread in crowd:
        thread.join(PATIENCE_S)
    for status, headers, body in refused:
        check(status == 503 and int(headers["Retry-After"]) > 0, f"beyond the room: {status} {body}")
        check(json.loads(body)["status"] == 503, f"no problem document: {body}")
    served = [answer for answer in answers if answer[0] == 200]
    check(len(answers) == CROWD and served, f"{len(served)} of {len(answers)} were served afterwards")
    check(ask(dashboard, "/api/v1/search?q=nobody")[0] == 200, "it does not go on")


def go(data):
    others = Serve(data, "ingest")
    query, feed = Serve(data, "query"), Serve(data, "feed")
    simulate(data, "ceke")
    dashboard = Serve(data, "dashboard")
    feed = test_missed(data, dashboard, feed)
    test_full_lane(dashboard, query)
    for one in (dashboard, feed, query, others):
        one.end()


def main():
    folder = tempfile.mkdtemp(prefix="juyan-")
    try:
        go(os.path.join(folder, "data"))
    except Wrong as wrong:
        print(f"test_dashboard_apart: {wrong}")
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
