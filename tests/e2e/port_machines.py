"""A port's machines as programs of their own beside a gateway: gates that say again what they are not sure of, customs' platform
behind them, scales that speak all the time, vehicles at an MQTT broker, folders. Each goes on when the gateway goes and comes.

How they can be sure: a fence is a small file, which the gateway moves away when it is on disk, and with it all that it heard
before.
"""
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))
from machines import Wrong, wait_for
import port_papers as papers

PATIENCE_S = 120


def free_port(chance):
    """Not among those that the kernel gives to whoever dials: a gate that dials in vain might get the gateway's."""
    while True:
        port = chance.randrange(12000, 30000)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class Life:
    """Which life the gateway is in: odd while it is being killed. Ends all threads when one of them has failed."""

    def __init__(self):
        self.number, self.over, self.failure = 0, threading.Event(), None

    def fail(self, failure):
        self.failure = self.failure or failure
        self.over.set()

    def start(self, work, *arguments):
        def run():
            try:
                work(*arguments)
            except (Wrong, OSError, ValueError, KeyError) as failure:
                self.fail(failure)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def wait(self, seconds):
        """False: it is over."""
        return not self.over.wait(max(0, seconds))

    def until(self, what, found, patience_s=PATIENCE_S):
        deadline = time.monotonic() + patience_s
        while not found():
            if not self.wait(0.01):
                raise Wrong(f"{what}: something else has failed")
            if time.monotonic() > deadline:
                raise Wrong(f"{what}: not within {patience_s} s")


# ---- folders ----

class Folder:
    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)
        self.dropped = 0

    def drop(self, name, data):
        """Whole from its first moment."""
        with open(os.path.join(self.path, "." + name), "wb") as file:
            file.write(data)
        os.rename(os.path.join(self.path, "." + name), os.path.join(self.path, name))
        self.dropped += 1

    def is_read(self, name):
        return not os.path.exists(os.path.join(self.path, name))

    def waiting(self):
        return [name for name in os.listdir(self.path) if name not in ("done", "rejected")]

    def rejected(self):
        path = os.path.join(self.path, "rejected")
        return sorted(os.listdir(path)) if os.path.isdir(path) else []

    def done(self):
        return sum(len(names) for place, _, names in os.walk(os.path.join(self.path, "done")))


class Fence:
    """Two files one after the other: a connection that had just been made is read in the turn after the one that heard of it."""

    def __init__(self, folder, life):
        self.folder, self.life, self.begun, self.ended = folder, life, 0, 0
        self.wanted = threading.Event()

    def run(self):
        while self.life.wait(0):
            if not self.wanted.wait(0.05):
                continue
            self.wanted.clear()
            self.begun += 1
            for part in "ab":
                name = f"fence-{self.begun}{part}.xml"
                self.folder.drop(name, papers.receipt(self.begun * 2 + (part == "b"), time.time(), "FENCE", "01"))
                self.life.until("a fence", lambda: self.folder.is_read(name))
            self.ended = self.begun

    def pass_by(self):
        """True: the gateway has lived from before until after it has settled all that it was told before."""
        life, mine = self.life.number, self.begun + 1
        def passed():
            if self.ended < mine:
                self.wanted.set()
            return self.ended >= mine
        self.life.until("a fence", passed)
        return life % 2 == 0 and self.life.number == life


# ---- gates ----

class Platform:
    """Customs' side of the gates: one answer for each message, release or stop as `verdict` has it of plate and way."""

    def __init__(self, verdict, life):
        self.verdict, self.life, self.heard = verdict, life, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.where = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            self.life.start(self.serve, connection)

    def serve(self, connection):
        rest = b""
        with connection:
            while data := self.read(connection):
                messages, rest = cut(rest + data)
                for bare, xml in messages:
                    self.heard += 1
                    try:
                        connection.sendall(self.answer(bare, xml))
                    except OSError:
                        return

    @staticmethod
    def read(connection):
        try:
            return connection.recv(65536)
        except OSError:
            return b""

    def answer(self, bare, xml):
        text = xml.decode("utf-8" if bare else "gbk")
        names = ("I_E_FLAG", "AREA_ID", "CHNL_NO", "SESSION_ID") if bare else ("AREA_ID", "CHNL_NO", "I_E_TYPE", "SEQ_NO")
        numbers = {name: re.search(rf'{name}(?:="|>)([^"<]*)', text).group(1) for name in names}
        plate = re.search(r"<VE_(?:NAME|LICENSE_NO)>([^<]*)", text).group(1)
        way = numbers["I_E_FLAG" if bare else "I_E_TYPE"]
        return papers.command(numbers, "0" * 20 if self.verdict(plate, way) else "11" + "0" * 18, bare)


def cut(data):
    """Whole messages out of a connection's bytes, each with whether it is bare; and the rest."""
    messages = []
    while True:
        frame, bare = data.find(papers.HEAD), data.find(b"<?xml")
        if frame >= 0 and (bare < 0 or frame < bare):
            if len(data) < frame + 8 or len(data) < frame + (size := struct.unpack_from("<I", data, frame + 4)[0]):
                return messages, data[frame:]
            messages.append((False, data[frame + 38:frame + size - 2]))
            data = data[frame + size:]
        elif bare >= 0 and (end := data.find(b"</GATHER_INFO>", bare)) >= 0:
            messages.append((True, data[bare:end + 14]))
            data = data[end + 14:]
        else:
            return messages, data[bare:] if bare >= 0 else data[-16:]


class Gate:
    """A gate's program. After each connection it says again what it is not sure of, and some more."""

    AGAIN = 5

    def __init__(self, port, fence, life, chance):
        self.port, self.fence, self.life, self.chance = port, fence, life, chance
        self.messages, self.sure, self.sent, self.answered, self.made = [], 0, 0, 0, 0
        self.lock = threading.Lock()

    def say(self, message):
        with self.lock:
            self.messages.append(message)

    def is_sure(self):
        return self.sure == len(self.messages)

    def run(self):
        while self.life.wait(0):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                    self.made += 1
                    self.serve(connection)
            except OSError:
                pass
            self.sent = 0
            self.life.wait(0.05)

    def serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sent = max(0, self.sure - self.AGAIN)
        while self.life.wait(0):
            with self.lock:
                news = self.messages[sent:]
            for message in news:
                self.send(connection, message)
            sent = self.sent = sent + len(news)
            if select.select([connection], [], [], 0.02)[0]:
                data = connection.recv(65536)
                if not data:
                    return
                self.answered += len(data)

    def send(self, connection, message):
        data = message
        if self.chance.random() < 0.1:
            data = bytes(self.chance.choice(b"\x00\x01xyz~\xE2\x5C") for _ in range(self.chance.randrange(1, 30))) + b"\n" + data
        while data:
            n = self.chance.randrange(1, 300)
            connection.sendall(data[:n])
            data = data[n:]

    def confirm(self):
        """Beside run: what was sent and went through a fence is sure."""
        while self.life.wait(0.02):
            sent, made = self.sent, self.made
            if sent > self.sure and self.fence.pass_by() and self.made == made:
                self.sure = sent


# ---- scales ----

class Scale:
    """A scale's serial server, which the gateway dials. It says what stands on it all the time."""

    def __init__(self, frame, fence, life, chance, faster):
        self.frame, self.fence, self.life, self.chance, self.faster = frame, fence, life, chance, faster
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.where = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.connection, self.kg, self.moving, self.frames = None, 0, False, 0
        self.lock = threading.Lock()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            with self.lock:
                if self.connection is not None:
                    self.connection.close()
                self.connection = connection

    def speak(self):
        """`faster`: so many readings at once, ten times a second, as a scale in a faster world would."""
        while self.life.wait(0.1):
            self.say(self.faster)

    def say(self, times=1):
        """What stands on it now: nothing that has gone may be said behind what came after it."""
        with self.lock:
            data = b""
            for _ in range(times):
                if self.chance.random() < 0.01:
                    data += bytes(self.chance.randrange(0x80, 0x100) for _ in range(self.chance.randrange(1, 6)))
                data += self.frame(self.kg, self.moving)
            try:
                if self.connection is not None:
                    self.connection.sendall(data)
                    self.frames += times
            except OSError:
                self.connection.close()
                self.connection = None

    def show(self, kg, moving=False):
        with self.lock:
            self.kg, self.moving = kg, moving
        self.say()

    def weigh(self, kg):
        """A vehicle drives on, stands until its weight is on disk, and leaves; then the scale is empty, and that is known."""
        for part in (kg * 3 // 10, kg * 6 // 10, kg + 400):
            self.show(part, True)
        self.hold(kg)
        self.show(kg * 4 // 10, True)
        self.hold(0)

    def hold(self, kg):
        self.show(kg)
        while True:
            life = self.life.number
            self.life.until("a scale's line", lambda: self.connection is not None)
            self.say(10)
            if self.fence.pass_by() and self.life.number == life and self.connection is not None:
                return


# ---- vehicles ----

class Broker:
    """Debian's mosquitto on a port of its own. Who publishes has `lock`."""

    def __init__(self, folder, port):
        self.port, self.path, self.lock = port, os.path.join(folder, "broker.conf"), threading.Lock()
        self.log, self.kept = os.path.join(folder, "broker.log"), os.path.join(folder, "mosquitto.db")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(("user root\n" if os.geteuid() == 0 else "") + f"listener {port} 127.0.0.1\nallow_anonymous true\n"
                f"max_queued_messages 0\npersistence true\npersistence_location {folder}/\nlog_type subscribe\nlog_type error\n"
                "log_type warning\n")
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(["/usr/sbin/mosquitto", "-c", self.path], stdout=log, stderr=log)
        wait_for("the broker", self.answers)

    def fall(self, away_s, life):
        """
        Killed in the midst of what it says to the gateway, and away for some time. What it has answered for is on its disk: it is
        told to write that down, and hears nothing more until it is dead.
        """
        def stamp():
            return os.stat(self.kept).st_ino if os.path.exists(self.kept) else None
        with self.lock:
            before = stamp()
            self.child.send_signal(signal.SIGUSR1)
            wait_for("the broker's disk", lambda: stamp() not in (None, before))
            self.child.kill()
            self.child.wait()
            life.wait(away_s)
            self.start()

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return True
        except OSError:
            return False

    def asked_for(self, topics):
        """What a broker is told before anybody has asked for it is nobody's."""
        def asked():
            with open(self.log, encoding="utf-8") as log:
                said = log.read()
            return all(topic in said for topic in topics)
        wait_for("the gateway at the broker", asked)

    def end(self):
        self.child.terminate()
        self.child.wait()


class Publisher:
    """MQTT 3.1.1, QoS 1: what publish gives back from is the broker's."""

    def __init__(self, broker, name):
        self.broker, self.name, self.number, self.socket = broker, name, 0, None

    def dial(self):
        self.socket = socket.create_connection(("127.0.0.1", self.broker.port), PATIENCE_S)
        self.packet(0x10, self.text("MQTT") + b"\x04\x02\x00\x3C" + self.text(self.name))
        self.expect(0x20, b"\x00\x00")

    @staticmethod
    def text(value):
        data = value.encode()
        return struct.pack(">H", len(data)) + data

    def packet(self, kind, body):
        size, n = b"", len(body)
        while True:
            n, digit = divmod(n, 128)
            size += bytes([digit | (0x80 if n else 0)])
            if not n:
                break
        self.socket.sendall(bytes([kind]) + size + body)

    def exactly(self, n):
        data = b""
        while len(data) < n:
            piece = self.socket.recv(n - len(data))
            if not piece:
                raise ConnectionError("the broker hung up")
            data += piece
        return data

    def expect(self, kind, body):
        head = self.exactly(2)
        said = self.exactly(head[1])
        if head[0] != kind or said != body:
            raise Wrong(f"the broker answers {head + said}; expected {kind:#x} {body}")

    def publish(self, topic, payload, again=False):
        self.number = self.number % 65535 + (0 if again and self.number else 1)
        number = struct.pack(">H", self.number)
        with self.broker.lock:
            while True:
                try:
                    if self.socket is None:
                        self.dial()
                    self.packet(0x32 | (0x08 if again else 0), self.text(topic) + number + payload)
                    self.expect(0x40, number)
                    return
                except ConnectionError:  # it fell since the last message, and stands again
                    self.socket.close()
                    self.socket = None

    def close(self):
        self.socket.close()
