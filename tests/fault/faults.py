"""What the fault tests share: the page by which a test talks to shim.so (see shim.c), and a run of a program under it."""
import mmap
import os
import shutil
import struct
import subprocess
import tempfile

TESTS = os.environ.get("JUYAN_TESTS", "build/tests")
JUYAN = os.environ.get("JUYAN", "build/juyan")
SHIM = os.path.join(TESTS, "shim.so")
PATIENCE_S = 60


class Wrong(Exception):
    pass


def memory_folder(prefix):
    """A folder of its own that no disk slows down, where there is memory for it: what is tested here is not the disk."""
    shm = "/dev/shm"
    usable = os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 1 << 30
    return tempfile.mkdtemp(prefix=prefix, dir=shm if usable else None)


class Control:
    """The page of struct control."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "control")
        with open(self.path, "wb") as file:
            file.truncate(mmap.PAGESIZE)
        with open(self.path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), mmap.PAGESIZE)

    def set(self, armed):
        self.page[:16] = struct.pack("=IIQ", armed, 0, 0)

    def arm(self):
        self.page[:4] = struct.pack("=I", 1)

    def disarm(self):
        self.page[:4] = struct.pack("=I", 0)

    @property
    def failed(self):
        return struct.unpack("=I", self.page[4:8])[0]

    @property
    def seen(self):
        return struct.unpack("=Q", self.page[8:16])[0]


class Fault:
    """Which calls fail, and how."""

    def __init__(self, kind, error, lasting=False, file=None, threads=None, spares=None):
        self.kind, self.error, self.lasting, self.file, self.threads, self.spares = kind, error, lasting, file, threads, spares

    def __str__(self):
        where = f" on {self.file}" if self.file else ""
        return f"{self.kind}{where}, {self.error}{' from there on' if self.lasting else ''}"

    def environment(self, control, n):
        wanted = {"FAULT_CONTROL": control.path, "FAULT_KIND": self.kind, "FAULT_ERROR": self.error, "FAULT_AT": str(n),
            "FAULT_LASTING": "1" if self.lasting else None, "FAULT_FILE": self.file, "FAULT_THREADS": self.threads,
            "FAULT_SPARES": self.spares, "LD_PRELOAD": SHIM}
        return os.environ | {name: value for name, value in wanted.items() if value is not None}


def run(*command, env=None, code=(0,)):
    """A command that has to end with one of these, and in time; gives its status, lines and what it said to stderr."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, env=env)
    except subprocess.TimeoutExpired as late:
        raise Wrong(f"{' '.join(command)} hangs") from late
    if done.returncode not in code:
        raise Wrong(f"{' '.join(command)} ended with {done.returncode}; expected {code}: {done.stderr.strip()[-2000:]}")
    return done.returncode, done.stdout.splitlines(), done.stderr.strip()


def last_acked(lines):
    acked = [int(line.split()[1]) for line in lines if line.startswith("acked ")]
    return acked[-1] if acked else 0
