#!/usr/bin/python3
"""`juyan gateway --check` as a technician meets it on site: a file of any of the formats, and what would become of it."""
import json
import os
import subprocess
import sys
import tempfile

JUYAN = os.environ["JUYAN"]

MANIFEST = """<?xml version="1.0" encoding="%s"?>
<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT1401:1"><Head>
<MessageID>CN_MT1401_1p0_0707_20261122080000000</MessageID><FunctionCode>9</FunctionCode><MessageType>MT1401</MessageType>
<SendTime>20261122080000000</SendTime></Head><Declaration><DeclarationOfficeID>0707</DeclarationOfficeID>%s
<Consignment><TransportContractDocument><ID>WB1</ID></TransportContractDocument><GovernmentAgencyGoodsItem><GoodsMeasure>
<GrossMassMeasure unitCode="KGM">90000</GrossMassMeasure></GoodsMeasure></GovernmentAgencyGoodsItem><ConsignmentItem><Commodity>
<CargoDescription>炼焦煤</CargoDescription></Commodity></ConsignmentItem></Consignment></Declaration></Manifest>"""


def check(that, what):
    if not that:
        sys.exit(f"FAILED: {what}")


def ask(path, *more):
    done = subprocess.run([JUYAN, "gateway", "--check", path, *more], capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def lines(path, *more):
    code, out, err = ask(path, "--json", *more)
    check(code == 0, f"{path} ends with {code}: {err}")
    return [json.loads(line) for line in out.splitlines()]


def frame(text):
    """One reading of a Yaohua A9: its check is the exclusive or of what stands between the ends."""
    sum_ = 0
    for byte in text.encode():
        sum_ ^= byte
    return b"\x02" + text.encode() + b"%X%X" % (sum_ >> 4, sum_ & 15) + b"\x03"


def main():
    os.chdir(tempfile.mkdtemp())

    def made(name, data):
        with open(name, "wb") as file:
            file.write(data)
        return name

    whole = (MANIFEST % ("GBK", "<ID>B-1</ID>")).encode("gbk")
    event, = lines(made("manifest.xml", whole))
    check(event["part"] == "add" and event["event"]["batch_no"] == "B-1", event)
    waybill, = event["event"]["manifest_lodged"]["waybills"]
    check(waybill["declared_kg"] == 90000 and waybill["goods"][0]["description"] == "炼焦煤", waybill)

    code, out, err = ask(made("lacks.xml", (MANIFEST % ("UTF-8", "")).encode()))
    check(code == 1 and "Declaration/ID" in out + err, f"what lacks its batch number: {code} {out} {err}")

    code, out, err = ask(made("empty.zip", b"PK\x05\x06" + bytes(18)))
    check(code == 1 and "there is nothing in it" in out, f"an empty zip: {code} {out} {err}")

    load = frame("+0000000") * 3 + frame("+0239600") * 8 + frame("+0000000") * 6
    weighed = [row["event"]["unit_weighed"] for row in lines(made("scale.bin", load)) if "unit_weighed" in row["event"]]
    check([one["gross_kg"] for one in weighed] == [23960], weighed)
    weighed = lines(made("tare.bin", load), "--connector", "yaohua", "--set", "weighs=tare")
    check(any(row["event"].get("unit_weighed", {}).get("tare_kg") == 23960 for row in weighed), weighed)
    idle, = lines(made("idle.bin", frame("+0000000") * 30))
    check(idle["event"]["machine_reported"]["condition"] == "WORKING", f"a scale that stands empty: {idle}")

    gate = ('<?xml version="1.0" encoding="GB2312"?><GATHER_INFO AREA_ID="0707000001" CHNL_NO="0000000003" I_E_TYPE="I" '
        'SEQ_NO="20261122080000000001"><WEIGHT><GROSS_WT>146800</GROSS_WT></WEIGHT><CAR><VE_NAME>蒙A12345</VE_NAME></CAR>'
        '</GATHER_INFO>').encode("gb2312")
    events = [row["event"] for row in lines(made("gate.xml", gate))]
    check({"unit_arrived", "unit_weighed"} <= {kind for event in events for kind in event}, events)
    check(all(event["source_key"].startswith("0707000001/0000000003/") for event in events), events)

    code, out, err = ask(made("odd.txt", b"ST,GS,+  23960kg\r\n"))
    check(code == 1 and "--connector" in out + err, f"what looks like no format: {code} {out} {err}")
    code, _, err = ask("scale.bin", "--connector", "scales")
    check(code == 2 and "yaohua" in err, f"a connector that is none: {code} {err}")
    code, _, err = ask("scale.bin", "--connector", "yaohua", "--set", "stable_frame=5")
    check(code == 2 and "'stable_frames' is the nearest" in err, f"a setting that is none: {code} {err}")
    code, _, err = ask("nowhere.xml")
    check(code != 0 and "nowhere.xml" in err, f"a file that is not there: {code} {err}")
    code, out, _ = ask("manifest.xml")
    check(code == 0 and "manifest_lodged" in out and "nothing is wrong" in out, out)
    print("what a file becomes is shown")


main()
