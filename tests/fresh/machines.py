#!/usr/bin/python3
"""The machines of a port for tests/fresh/package, which runs them outside of its root, where Python is, in the network of its
systemd:

    machines.py address ADDRESS…            more addresses of the loopback: nothing else is reached there
    machines.py scale HOST:PORT KG…         a weighbridge's serial server: each load stands for two seconds, then none
    machines.py line PTMX FILE              an empty scale at the end of a serial line, whose name goes into FILE
    machines.py gate HOST:PORT PLATE        a gate that sees a plate once, now
    machines.py papers FOLDER BATCH PLATE   a manifest of 40 t and its vehicle, as an office drops them
"""
import fcntl
import os
import select
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import port_papers

SIOCSIFADDR, SIOCSIFNETMASK, TIOCGPTN, TIOCSPTLCK = 0x8916, 0x891C, 0x80045430, 0x40045431


def where(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def address(*wanted):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for i, one in enumerate(wanted):
            for request, said in ((SIOCSIFADDR, one), (SIOCSIFNETMASK, "255.255.255.255")):
                fcntl.ioctl(any_socket, request, struct.pack("16sHH4s8x", b"lo:%d" % i, socket.AF_INET, 0, socket.inet_aton(said)))


def frames(loads):
    """Ten readings a second, for ever; the loads come once."""
    for kg in loads:
        yield from [port_papers.yaohua(int(kg), False)] * 20
        yield from [port_papers.yaohua(0, False)] * 20
    while True:
        yield port_papers.yaohua(0, False)


def speak(loads, write):
    for frame in frames(loads):
        write(frame)
        select.select([], [], [], 0.1)


def scale(at, *loads):
    with socket.create_server(where(at)) as server:
        while True:
            machine, _ = server.accept()
            with machine:
                try:
                    speak(loads, machine.sendall)
                except OSError:
                    pass # it comes again, and meets the same loads


def line(ptmx, name):
    fd = os.open(ptmx, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    fcntl.ioctl(fd, TIOCSPTLCK, struct.pack("i", 0))
    number, = struct.unpack("i", fcntl.ioctl(fd, TIOCGPTN, bytes(4)))
    with open(name, "w", encoding="ascii") as file:
        file.write(f"/dev/pts/{number}\n")

    def write(frame):
        try:
            os.write(fd, frame)
        except OSError:
            pass # nobody listens: a reading is lost, as on any line

    speak([], write)


def gate(at, plate):
    now = time.time()
    with socket.create_connection(where(at), 10) as machine:
        machine.sendall(port_papers.gather_a(now, 1, "0000000001", "I", plate))


def papers(folder, batch, plate):
    now = time.time()
    goods = port_papers.waybills(batch, {f"W-{batch}": (40000, [("coking coal", 40000)])})
    for name, data in (("goods", port_papers.document("MT1401", 9, 1, now, goods)),
            ("vehicle", port_papers.document("MT4401", 9, 2, now, port_papers.vehicle(batch, plate)))):
        draft = os.path.join(folder, f".{batch}-{name}")
        with open(draft, "wb") as file:
            file.write(data)
        os.rename(draft, os.path.join(folder, f"{batch}-{name}.xml"))


if __name__ == "__main__":
    {"address": address, "scale": scale, "line": line, "gate": gate, "papers": papers}[sys.argv[1]](*sys.argv[2:])
