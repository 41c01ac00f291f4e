#!/usr/bin/python3
"""Who may do what at the dashboard, over HTTP: logins, roles, sessions and who looks after them, the token of those who scrape,
restarts, TLS. What is not allowed is refused.

also: thread
"""
import json
import os
import subprocess
import sys
import threading
import time

from browsing import (EVENTS, FOLDER, PATIENCE_S, Crowd, Serve, ask, check, cookie_of, juyan, login, raw, refused, run, until)

SCRAPER = "0123456789abcdef0123456789abcdef"


def secret(path, text, mode):
    with open(path, "w") as file:
        file.write(text + "\n")
    os.chmod(path, mode)
    return path


def scraping(serve):
    """The token opens /metrics, and nothing else."""
    bearer = f"Bearer {SCRAPER}"
    check(ask(serve, "/metrics", Authorization=bearer).status == 200, "the token does not open the metrics")
    for wrong in (f"Bearer {SCRAPER[:-1]}", f"Bearer {SCRAPER}a", "Bearer ", "Bearer", SCRAPER, f"Basic {SCRAPER}"):
        refused(serve, 401, "/metrics", Authorization=wrong)
    refused(serve, 401, "/metrics", Cookie=f"juyan-session={SCRAPER}")
    for target in ("/api/v1/live", "/api/v1/events", "/api/v1/session", "/api/v1/sessions", "/api/v1/flow"):
        refused(serve, 401, target, Authorization=bearer)
    refused(serve, 401, "/api/v1/sessions/1", method="DELETE", Authorization=bearer)
    refused(serve, 401, "/api/v1/attention/notes", method="POST", body={"subject": "x", "note": "y"}, Authorization=bearer)


def looking_after_sessions(serve):
    """What an administrator has over a manager: he sees who is logged in, and ends it; at once, and its streams with it."""
    viewer, manager, boss = (cookie_of(login(serve, f"a{'n' if role[0] == 'a' else ''} {role}", f"secret of a {role}"))
        for role in ("viewer", "manager", "administrator"))
    for cookie in (viewer, manager):
        refused(serve, 403, "/api/v1/sessions", Cookie=cookie)
        refused(serve, 403, "/api/v1/sessions/1", method="DELETE", Cookie=cookie)
    rows = ask(serve, "/api/v1/sessions", Cookie=boss).json()["sessions"]
    check([row["number"] for row in rows] == sorted({row["number"] for row in rows}), rows)
    [his] = [row for row in rows if row["name"] == "a viewer"]
    check([row["name"] for row in rows if row["own"]] == ["an administrator"], rows)
    check(set(his) == {"number", "name", "role", "address", "begun_at_ms", "used_at_ms", "own"}, his)
    check(his["role"] == "viewer" and his["address"] == "127.0.0.1", his)
    check(abs(his["begun_at_ms"] - 1000 * time.time()) < 1000 * PATIENCE_S and his["begun_at_ms"] <= his["used_at_ms"], his)
    listener = Crowd(serve, 1, (EVENTS % (serve.port, f"Cookie: {viewer}\r\n")).encode())
    listener.until(lambda heard: b"HTTP/1.1 200" in heard, "the stream")
    target = f"/api/v1/sessions/{his['number']}"
    refused(serve, 403, target, method="DELETE", Cookie=boss, Origin="http://evil.example")
    check(ask(serve, target, method="DELETE", Cookie=boss).status == 204, "ending a session")
    refused(serve, 401, "/api/v1/session", Cookie=viewer)
    refused(serve, 404, target, method="DELETE", Cookie=boss)
    refused(serve, 400, "/api/v1/sessions/0", "number", method="DELETE", Cookie=boss)
    check(ask(serve, "/api/v1/session", Cookie=manager).status == 200, "another's session ended with it")
    listener.until(lambda heard: b"<closed>" in heard, "that its session was ended")
    listener.close()


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
    scraping(serve)
    looking_after_sessions(serve)

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
    check("secret of" not in log and SCRAPER not in log and manager.split("=")[1] not in log, "a secret stands in the log")


def test_over_a_restart(data):
    """Who is logged in stays so over a restart, unless his account is another one by then; a file that is damaged, or of another
    ledger, lets nobody in."""
    def again(serve):
        serve.stop()
        return Serve(data, "ingest", "query", "dashboard", settings=("dashboard_listen=127.0.0.1:0",))

    def statuses():
        return [ask(serve, "/api/v1/session", Cookie=cookie).status for cookie in cookies.values()]

    path = os.path.join(data, "sessions.json")
    for name in ("stays", "leaves", "is ended", "forgets", "goes"):
        juyan("users", "add", "--data", data, "--role", "viewer", name, stdin=f"secret of {name}\n")
    serve = Serve(data, "ingest", "query", "dashboard", settings=("dashboard_listen=127.0.0.1:0",))
    boss = cookie_of(login(serve, "an administrator", "another secret"))
    cookies = {name: cookie_of(login(serve, name, f"secret of {name}"))
        for name in ("stays", "leaves", "is ended", "forgets", "goes")}
    check(os.stat(path).st_mode & 0o777 == 0o600, "others can read sessions.json")
    kept = open(path).read()
    check(not any(cookie.split("=")[1] in kept for cookie in cookies.values()), "a token stands on disk")
    check(ask(serve, "/api/v1/session", method="DELETE", Cookie=cookies["leaves"]).status == 204, "logout")
    [row] = [row for row in ask(serve, "/api/v1/sessions", Cookie=boss).json()["sessions"] if row["name"] == "is ended"]
    check(ask(serve, f"/api/v1/sessions/{row['number']}", method="DELETE", Cookie=boss).status == 204, "ending a session")
    names = {row["user"] for row in json.load(open(path))["sessions"]}
    check({"stays", "forgets", "goes"} <= names and not {"leaves", "is ended"} & names, f"ended ones are on disk: {names}")
    serve = again(serve)
    check(statuses() == [200, 401, 401, 200, 200], f"after a restart: {statuses()}")
    serve.stop()
    juyan("users", "password", "--data", data, "forgets", stdin="a new secret\n")
    juyan("users", "remove", "--data", data, "goes")
    juyan("users", "add", "--data", data, "--role", "viewer", "goes", stdin="secret of goes\n")  # another one of that name
    serve = again(serve)
    check(statuses() == [200, 401, 401, 401, 401], f"after a change while nobody ran: {statuses()}")
    serve.stop()
    sound = open(path).read()
    for wrong in (sound[:-20], sound.replace("viewer", "administrator")):
        with open(path, "w") as file:
            file.write(wrong)
        serve = again(serve)
        check(statuses() == [401] * 5, f"a damaged file: {statuses()}")
        serve.stop()
    log = open(os.path.join(FOLDER, "serve.log")).read()
    check(log.count("sessions_lost") == 1, "the operator is not told of the damage, or more than once")
    other = os.path.join(FOLDER, "other")
    os.makedirs(other)
    juyan("users", "add", "--data", other, "--role", "viewer", "stays", stdin="secret of stays\n")
    secret(os.path.join(other, "sessions.json"), sound, 0o600)
    serve = Serve(other, "ingest", "query", "dashboard", settings=("dashboard_listen=127.0.0.1:0",))
    check(statuses() == [401] * 5, f"a file of another ledger: {statuses()}")
    serve.stop()


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
    said = answer.headers["set-cookie"]
    check(answer.status == 200 and "; Secure" in said, f"login over TLS: {answer.status} {answer.headers}")
    check(said.startswith("__Host-juyan-session=") and "; Path=/;" in said and "Domain" not in said, f"no browser takes: {said}")
    cookie = cookie_of(answer)
    check(ask(serve, "/api/v1/session", Host=name, Cookie=cookie).json()["name"] == "a viewer", "the session over TLS")
    refused(serve, 401, "/api/v1/session", Host=name, Cookie=cookie.removeprefix("__Host-"))
    out = ask(serve, "/api/v1/session", method="DELETE", Host=name, Cookie=cookie)
    check(out.status == 204 and out.headers["set-cookie"].startswith("__Host-juyan-session=;"), f"logout over TLS: {out.headers}")
    check(b"HTTP/1.1 200" not in raw(serve, b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % name.encode()), "an answer in clear")
    serve.stop()


def main():
    data = os.path.join(FOLDER, "data")
    token = os.path.join(FOLDER, "metrics.token")
    for text, mode, word in ((SCRAPER, 0o644, "chmod"), ("short", 0o600, "characters"), (f"{SCRAPER}\nb", 0o600, "one line")):
        wrong = f"dashboard_metrics_token_file={secret(token, text, mode)}"
        said = Serve(data, "ingest", "query", "dashboard", settings=("dashboard_listen=127.0.0.1:0", wrong), code=2).said
        check(word in said, f"a token's file of {text} with {mode:o}: {said}")
    serve = Serve(data, "ingest", "query", "dashboard", settings=("dashboard_listen=127.0.0.1:0",
        f"dashboard_metrics_token_file={secret(token, SCRAPER, 0o600)}"))
    feed = Serve(data, "feed")
    test_accounts(serve, data)
    crowd = Crowd(serve, 100, b"GET / HTTP/1.1\r\n")
    serve.stop()  # with guests in the house
    crowd.close()
    feed.stop()
    test_over_a_restart(data)
    test_tls(data)


if __name__ == "__main__":
    sys.exit(run(main, "nobody gets what is not his"))
