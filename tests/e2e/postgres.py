"""PostgreSQL for tests: a cluster of Debian's in a folder of its own, over a unix socket, with standbys if need be. As root it runs
as the user postgres, for the server does not run as root."""
import glob
import os
import select
import shutil
import subprocess
import time

PATIENCE_S = 60
DATABASE = "cargo"


class Away(Exception):
    pass


def programs():
    """The folder of the newest server's programs; None where there is none."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    return os.path.dirname(found[-1]) if found else None


def as_owner(*command):
    return [*(("runuser", "-u", "postgres", "--") if os.getuid() == 0 else ()), *command]


class Cluster:
    """One server in folder/NAME, with its socket in `folder`; its port names it there."""

    def __init__(self, folder, name, port, settings="", copy_of=None):
        self.folder, self.name, self.port, self.data = folder, name, port, os.path.join(folder, name)
        self.bin = programs()
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        os.chmod(folder, 0o755)
        if copy_of is None:
            self.run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N")
        else:
            self.run("pg_basebackup", "-D", self.data, "-h", folder, "-p", str(copy_of.port), "-U", "postgres", "-R", "-c", "fast",
                "-d", f"application_name={name}")
        with open(os.path.join(self.data, "postgresql.conf"), "a") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{folder}'\nport = {port}\nmax_connections = 30\n"
                f"shared_buffers = 64MB\nfsync = {'on' if copy_of else 'off'}\n{settings}\n")
        self.start()

    def run(self, program, *arguments, check=True):
        # Its output is a file: a server that it starts would else hold a pipe open.
        with open(os.path.join(self.folder, "programs.log"), "ab") as log:
            done = subprocess.run(as_owner(os.path.join(self.bin, program), *arguments), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd="/", timeout=PATIENCE_S)
        if check and done.returncode != 0:
            raise Away(f"{program} ended with {done.returncode}; see programs.log")
        return done.returncode

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-l", self.data + ".log", "-w", "start")

    def stop(self, mode="immediate"):
        """`immediate` is what a kill does: no checkpoint, every connection broken."""
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop", check=False)

    def promote(self):
        self.run("pg_ctl", "-D", self.data, "-w", "promote")

    def sql(self, text, database=DATABASE, user="postgres", check=True):
        """The rows of the last statement, as lists of texts; None is null."""
        done = subprocess.run([os.path.join(self.bin, "psql"), "-h", self.folder, "-p", str(self.port), "-U", user, "-d", database,
            "-X", "-q", "-A", "-t", "-F", "\x1f", "-P", "null=\x1e", "-v", "ON_ERROR_STOP=1", "-c", text], capture_output=True,
            text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S)
        if done.returncode != 0:
            if check:
                raise Away(done.stderr.strip())
            return done.stderr
        return [[None if cell == "\x1e" else cell for cell in line.split("\x1f")] for line in done.stdout.split("\n")[:-1]]

    def numbers(self, text):
        """The one row of a question for whole numbers."""
        return tuple(int(cell or 0) for cell in self.sql(text)[0])

    def conninfo(self, user="postgres"):
        return f"host={self.folder} port={self.port} user={user} dbname={DATABASE}"


def until(what, true, patience_s=PATIENCE_S):
    deadline = time.monotonic() + patience_s
    while True:
        said = true()
        if said:
            return said
        if time.monotonic() > deadline:
            raise Away(f"after {patience_s} s still not: {what}")
        select.select([], [], [], 0.05)
