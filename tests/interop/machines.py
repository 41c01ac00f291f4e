"""A port's machines as tests play them, with invented names and plates: gates' frames, a scale's, manifests as files; and a gateway
beside them, by a configuration of its own.
"""
import io
import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import zipfile

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(SOURCE, "tests", "e2e"))
from serving import JUYAN, PATIENCE_S, Wrong, ask, run


def wait_for(what, until, patience_s=PATIENCE_S):
    """What `until` gives, once it gives something."""
    deadline = time.monotonic() + patience_s
    while not (found := until()):
        if time.monotonic() > deadline:
            raise Wrong(f"{what}: not within {patience_s} s")
        select.select([], [], [], 0.02)
    return found


def gather(seq, plate, gross_kg="", lane="0000000003", way="I", at="20260302083015"):
    """A gate's frame of dialect A."""
    xml = (f'<?xml version="1.0" encoding="GB2312"?><GATHER_INFO AREA_ID="0000000001" CHNL_NO="{lane}" I_E_TYPE="{way}" '
        f'SEQ_NO="{at}{seq:06d}"><WEIGHT><GROSS_WT>{gross_kg}</GROSS_WT></WEIGHT><CAR><VE_NAME>{plate}</VE_NAME></CAR>'
        "</GATHER_INFO>").encode("gb2312")
    head = struct.pack("<4sIB10s10sc4sI", b"\xE2\x5C\x4B\x89", len(xml) + 40, 0x21, b"0000000001", lane.encode(), way.encode(),
        b"\xFF" * 4, len(xml))
    return head + xml + b"\xFF\xFF"


def yaohua(kg):
    """A frame of an XK3190-A9 in continuous mode."""
    body = b"%s%06d0" % (b"-" if kg < 0 else b"+", abs(kg))
    check = 0
    for byte in body:
        check ^= byte
    return b"\x02" + body + b"%02X" % check + b"\x03"


def head(message, kind, function="9"):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<Manifest xmlns="urn:Declaration:datamodel:standard:CN:{kind}:1"><Head>'
        f"<MessageID>CN_{kind}_1p0_0000XX0000001_{message:017d}</MessageID><FunctionCode>{function}</FunctionCode>"
        f"<MessageType>{kind}</MessageType><SenderID>0000XX0000001_DXPX</SenderID><ReceiverID>EPORT</ReceiverID>"
        "<SendTime>20260302083015250</SendTime><Version>1.0</Version></Head>\n")


def manifest(message, batch, kg):
    """MT1401: one waybill of so many kilograms."""
    return (head(message, "MT1401") + f"<Declaration><DeclarationOfficeID>0707</DeclarationOfficeID><ID>{batch}</ID>"
        f"<Consignment><TransportContractDocument><ID>W-{batch}</ID></TransportContractDocument><GovernmentAgencyGoodsItem>"
        f'<GoodsMeasure><GrossMassMeasure unitCode="KGM">{kg}</GrossMassMeasure></GoodsMeasure></GovernmentAgencyGoodsItem>'
        "<ConsignmentItem><SequenceNumeric>1</SequenceNumeric><Commodity><CargoDescription>coking coal</CargoDescription>"
        f'</Commodity><GoodsMeasure><GrossMassMeasure unitCode="KGM">{kg}</GrossMassMeasure></GoodsMeasure></ConsignmentItem>'
        "</Consignment></Declaration></Manifest>").encode()


def carriage(message, batch, plate):
    """MT4401: the laden vehicle that carries it."""
    return (head(message, "MT4401") + f"<Declaration><DeclarationOfficeID>0707</DeclarationOfficeID><ID>{batch}</ID>"
        f"<Consignment><BorderTransportMeans><ArrivalDateTime>20260302083000</ArrivalDateTime><ID>{plate}</ID>"
        f"<Name>{plate}</Name><TypeCode>3</TypeCode></BorderTransportMeans></Consignment></Declaration></Manifest>").encode()


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


class Gateway:
    """One gateway with a folder and a key of its own; `sources` as they stand in the file."""

    def __init__(self, folder, server, sources, port="ceke", **settings):
        self.folder, self.name = folder, os.path.basename(folder)
        os.makedirs(folder)
        self.key, self.config = os.path.join(folder, "gate.key"), os.path.join(folder, "gateway.yaml")
        self.log_path, self.metrics_path = os.path.join(folder, "log"), os.path.join(folder, "metrics.prom")
        run("keys", "make", self.key)
        run("keys", "authorise", "--data", server.data, "--name", self.name, "--ports", port, "--kinds", "*", self.key + ".pub")
        self.settings = {"centre": server.tcp, "centre_key": os.path.join(server.data, "keys", "server.key.pub"), "key": self.key,
            "folder": os.path.join(folder, "work"), "port": port, "metrics": self.metrics_path, "metrics_s": 1, **settings}
        self.sources, self.child = sources, None

    def start(self, environment=None):
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({**self.settings, "sources": self.sources}, file)  # JSON is YAML
        self.begun = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        with open(self.log_path, "ab") as log:
            self.child = subprocess.Popen([JUYAN, "gateway", "--config", self.config], stdin=subprocess.DEVNULL, stderr=log,
                env=os.environ | (environment or {}))
        for source in self.sources:
            if "listen" in source:
                self.where(source["name"])
        return self

    def log(self):
        """What it has said since its start."""
        with open(self.log_path, encoding="utf-8") as file:
            file.seek(self.begun)
            return file.read()

    def wait(self, what, patience_s=PATIENCE_S):
        """Until the log has a line of this form."""
        def said():
            if self.child.poll() is not None:
                raise Wrong(f"the gateway ended with {self.child.returncode}: {self.log()}")
            return re.search(what, self.log())
        return wait_for(f"'{what}' in the log", said, patience_s)

    def where(self, source):
        found = self.wait(rf'listening source="{re.escape(source)}" where="([\d.]+):(\d+)"')
        return found.group(1), int(found.group(2))

    def connect(self, source):
        made = socket.create_connection(self.where(source), PATIENCE_S)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def all_there(self):
        """Until the centre has all that the gateway made."""
        spool = os.path.join(self.settings["folder"], "spool")
        wait_for("bringing all", lambda: os.path.exists(spool) and ask("spool", "show", spool)["waiting"] == 0)

    def metrics(self):
        with open(self.metrics_path, encoding="utf-8") as file:
            return dict(line.rsplit(" ", 1) for line in file.read().splitlines() if not line.startswith("#"))

    def kill(self):
        if self.child is not None and self.child.poll() is None:
            self.child.kill()
            self.child.wait()

    def end(self, code=0):
        """SIGTERM; in order, and within ten seconds."""
        self.child.send_signal(signal.SIGTERM)
        try:
            ended = self.child.wait(10)
        except subprocess.TimeoutExpired as late:
            raise Wrong("SIGTERM did not end the gateway within ten seconds") from late
        if ended != code:
            raise Wrong(f"the gateway ended with {ended}; expected {code}: {self.log()}")
