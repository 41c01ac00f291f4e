"""What a port's machines and offices write, byte by byte: gates' messages, manifests and receipts, wagon lists, container yards'
messages, scales' frames, vehicles' states. All names, plates and numbers are invented.
"""
import datetime
import io
import json
import struct
import zipfile

HEAD, TAIL = b"\xE2\x5C\x4B\x89", b"\xFF\xFF"
LOCAL = datetime.timezone(datetime.timedelta(hours=8))


def local(at, form):
    """A time in seconds as the port's machines write it; the milliseconds stand behind %S as %f, cut to three digits."""
    text = datetime.datetime.fromtimestamp(at, LOCAL).strftime(form)
    return text[:-3] if form.endswith("%f") else text


# ---- gates ----

def framed(kind, station, channel, way, xml):
    return struct.pack("<4sIB10s10sc4sI", HEAD, len(xml) + 40, kind, station.encode(), channel.encode(), way.encode(), b"\xFF" * 4,
        len(xml)) + xml + TAIL


def gather_a(at, seq, channel, way, plate, gross_kg=""):
    """Attributes or elements of groups, in a frame, in GBK."""
    xml = (f'<?xml version="1.0" encoding="GBK"?><GATHER_INFO AREA_ID="0000000001" CHNL_NO="{channel}" I_E_TYPE="{way}" '
        f'SEQ_NO="{local(at, "%Y%m%d%H%M%S")}{seq:06d}" CHNL_TYPE="0"><IC><DR_IC_NO>77</DR_IC_NO></IC>'
        f"<WEIGHT><GROSS_WT>{gross_kg}</GROSS_WT></WEIGHT><CAR><VE_NAME>{plate}</VE_NAME><VE_WT>19500</VE_WT></CAR>"
        f"<OPTCAR><PCAR_NO>{plate}</PCAR_NO></OPTCAR></GATHER_INFO>").encode("gbk")
    return framed(0x21, "0000000001", channel, way, xml)


def gather_b(at, seq, channel, way, plate, gross_kg=""):
    """Elements, bare, in UTF-8."""
    return (f'<?xml version="1.0" encoding="UTF-8"?><GATHER_INFO><I_E_FLAG>{way}</I_E_FLAG><AREA_ID>0000000002</AREA_ID>'
        f"<CHNL_NO>{channel}</CHNL_NO><CUS_CODE>0707</CUS_CODE><SESSION_ID>{channel}-{seq}</SESSION_ID>"
        f"<GROSS_WT>{gross_kg}</GROSS_WT><VE_RFID><VE_LICENSE_NO>{plate}</VE_LICENSE_NO><VE_WT>20000</VE_WT></VE_RFID>"
        f'<DR_RFID><DR_NAME>nobody</DR_NAME></DR_RFID><OPERATE_TIME>{local(at, "%Y-%m-%d %H:%M:%S")}</OPERATE_TIME>'
        "</GATHER_INFO>").encode()


def command(numbers, result, bare):
    """The platform's answer, with the numbers of what it answers."""
    xml = (f'<?xml version="1.0" encoding="{"UTF-8" if bare else "GB2312"}"?><COMMAND_INFO>'
        + "".join(f"<{name}>{value}</{name}>" for name, value in numbers.items())
        + f"<CHECK_RESULT>{result}</CHECK_RESULT>"
        + f"<OP_HINT>{'放行' if result == '0' * 20 else '禁止通行'}</OP_HINT></COMMAND_INFO>")
    if bare:
        return xml.encode()
    return framed(0x31, numbers["AREA_ID"], numbers["CHNL_NO"], numbers["I_E_TYPE"], xml.encode("gb2312"))


# ---- manifests ----

def document(kind, function, number, at, body, encoding="UTF-8"):
    return (f'<?xml version="1.0" encoding="{encoding}"?>\n<Manifest xmlns="urn:Declaration:datamodel:standard:CN:{kind}:1"><Head>'
        f"<MessageID>{message_id(kind, number)}</MessageID><FunctionCode>{function}</FunctionCode>"
        f"<MessageType>{kind}</MessageType><SenderID>0707XX0000001_DXPX</SenderID><ReceiverID>EPORT</ReceiverID>"
        f'<SendTime>{local(at, "%Y%m%d%H%M%S%f")}</SendTime><Version>1.0</Version></Head>\n<Declaration>'
        f"<DeclarationOfficeID>0707</DeclarationOfficeID>{body}</Declaration></Manifest>\n").encode(encoding)


def mass(kg):
    """In kilograms, or in tonnes or centners where that is exact."""
    if kg % 1000 == 0:
        return f'<GrossMassMeasure unitCode="TNE">{kg // 1000}</GrossMassMeasure>'
    if kg % 100 == 0:
        return f'<GrossMassMeasure unitCode="DTN">{kg // 100}</GrossMassMeasure>'
    return f'<GrossMassMeasure unitCode="KGM">{kg}</GrossMassMeasure>'


def waybills(batch, said):
    """`said`: by waybill number, its total and its lines (words, kg)."""
    body = f"<ID>{batch}</ID>"
    for number, (kg, lines) in said.items():
        body += (f"<Consignment><TransportContractDocument><ID>{number}</ID></TransportContractDocument>"
            f"<GovernmentAgencyGoodsItem><GoodsMeasure>{mass(kg)}</GoodsMeasure></GovernmentAgencyGoodsItem>")
        for i, (words, line_kg) in enumerate(lines):
            body += (f"<ConsignmentItem><SequenceNumeric>{i + 1}</SequenceNumeric><Commodity><CargoDescription>{words}"
                "</CargoDescription><Classification><ID>3005</ID></Classification></Commodity><GoodsMeasure>"
                f"{mass(line_kg)}</GoodsMeasure></ConsignmentItem>")
        body += "</Consignment>"
    return body


def vehicle(batch, plate, containers=()):
    """`containers`: each with its number and its tare, or None where nobody says it."""
    boxes = "".join("<TransportEquipment><ID>%s</ID>%s</TransportEquipment>" % (number,
        "" if kg is None else f'<TareWeight unitCode="KGM">{kg}</TareWeight>') for number, kg in containers)
    return (f"<ID>{batch}</ID><Consignment><BorderTransportMeans><ID>{plate}</ID><Name>{plate}</Name><TypeCode>4</TypeCode>"
        "<Master><ID>1</ID><Name>nobody</Name></Master><TransportEquipment><ID>挂0001</ID><TareWeight unitCode=\"KGM\">7000"
        f"</TareWeight></TransportEquipment></BorderTransportMeans>{boxes}</Consignment>")


def named(batch, numbers=()):
    """A deletion: of these waybills, or of the whole."""
    return f"<ID>{batch}</ID>" + "".join(f"<Consignment><TransportContractDocument><ID>{number}</ID></TransportContractDocument>"
        "</Consignment>" for number in numbers)


def message_id(kind, number):
    return f"CN_{kind}_1p0_0707XX0000001_{number:017d}"


def receipt(number, at, batch, code, answers=None):
    """Of a batch; or `answers` a message, by its MessageID, and may name no batch."""
    head = "" if answers is None else f"<MessageID>{answers}</MessageID>"
    of_batch = "" if batch is None else f"<Declaration><ID>{batch}</ID></Declaration>"
    return (f'<?xml version="1.0" encoding="UTF-8"?><Manifest><Head><MessageID>R{number:017d}</MessageID><FunctionCode>9'
        f'</FunctionCode><SendTime>{local(at, "%Y%m%d%H%M%S%f")}</SendTime></Head><Response>{head}{of_batch}'
        f"<AdditionalInformation><StatementCode>{code}</StatementCode><StatementDescription>回执"
        "</StatementDescription></AdditionalInformation></Response></Manifest>").encode()


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


# ---- trains and yards ----

def wagon_list(train, wagons, encoding="gbk"):
    """`wagons`: number, tare and load in kg, goods, waybill. Tonnes with a point, as China's lists have them."""
    rows = ["列车编组顺序表,,,,,,", "车次,顺序,车号,自重,载重,货物名称,货票号"]
    for i, (number, tare, load, goods, waybill) in enumerate(wagons):
        rows.append(f"{train},{i + 1},{number},{tare / 1000:.1f},{load // 1000}.{load % 1000:03d},{goods},{waybill}")
    return ("\r\n".join(rows) + "\r\n").encode(encoding)


def consignment(number, wagons, kg, goods):
    """An SMGS bill: `wagons` by number, with their tare, in centners; the goods in kilograms."""
    rows = "".join(f"<CarriageType><OrderNumber>{i + 1}</OrderNumber><CarriageNumber>{wagon}</CarriageNumber><Tonnage>69.5"
        f"</Tonnage><Axles>4</Axles><Tare>{tare // 100}.{tare % 100:02d}</Tare></CarriageType>"
        for i, (wagon, tare) in enumerate(wagons))
    return (f'<?xml version="1.0" encoding="UTF-8"?><RailwayBill Doc_ID="{number}" FormName="SMGS"><DocNumber>{number}</DocNumber>'
        f"{rows}<GoodsType><GoodsName>{goods}</GoodsName><Weight>{kg}</Weight></GoodsType></RailwayBill>").encode()


def gate_move(number, at, plate, container, way_in):
    """CODECO D.95B of one vehicle with one container."""
    segments = [f"BGM+{34 if way_in else 36}+{number}+9", f"EQD+CN+{container}+22G1:102:5++3+5",
        f'DTM+7:{local(at, "%Y%m%d%H%M%S")}:204', "MEA+AAE+G+KGM:25000", f"TDT+1++3++:172+++:::{plate}", "CNT+16:1"]
    return (f"UNA:+.? 'UNB+UNOA:1+YARD+PORT+{local(at, '%y%m%d:%H%M')}+{number}'\nUNH+1+CODECO:D:95B:UN:ITG14'\n"
        + "".join(segment + "'\n" for segment in segments) + f"UNT+{len(segments) + 2}+1'\nUNZ+1+{number}'\n").encode()


# ---- scales ----

def yaohua(kg, _):
    body = b"%s%06d0" % (b"-" if kg < 0 else b"+", abs(kg))
    check = 0
    for byte in body:
        check ^= byte
    return b"\x02" + body + b"%02X" % check + b"\x03"


def equals(kg, _):
    return b"=%d" % kg


def toledo(kg, moving):
    frame = b"\x02" + bytes([0x2A, 0x30 | (0x08 if moving else 0), 0x20]) + b"%06d%06d\r" % (kg, 0)
    return frame + bytes([-sum(frame) & 0x7F])


def sics(kg, moving):
    return b"S %s %10d kg\r\n" % (b"D" if moving else b"S", kg)


# ---- vehicles ----

def state(maker, serial, at_ms, order, node, loads, sequence, driving=False):
    """`loads`: (loadId, kg), or None for a state that does not say them."""
    said = {"headerId": sequence, "timestamp": stamp(at_ms), "version": "2.1.0", "manufacturer": maker, "serialNumber": serial,
        "orderId": order, "orderUpdateId": 0, "lastNodeId": node, "lastNodeSequenceId": sequence, "nodeStates": [],
        "edgeStates": [], "driving": driving, "actionStates": [], "batteryState": {"batteryCharge": 80.0, "charging": False},
        "operatingMode": "AUTOMATIC", "errors": [], "safetyState": {"eStop": "NONE", "fieldViolation": False}}
    if loads is not None:
        said["loads"] = [{"loadId": load, "loadType": "container", "weight": kg} for load, kg in loads]
    return json.dumps(said).encode()


def records(serial, at_ms, order, what, node, loads):
    """What a vehicle's manager says in JSON of its own: a record for each load, or one of none."""
    return json.dumps({"code": 0, "data": {"list": [{"car": {"no": serial}, "task": order, "what": what, "at": at_ms / 1000,
        "place": node, **({"box": {"no": load, "kg": kg}} if load else {})} for load, kg in loads or [(None, None)]]}}).encode()


def connection(maker, serial, at_ms, word):
    return json.dumps({"headerId": 1, "timestamp": stamp(at_ms), "version": "2.1.0", "manufacturer": maker, "serialNumber": serial,
        "connectionState": word}).encode()


def stamp(at_ms):
    return datetime.datetime.fromtimestamp(at_ms // 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (
        at_ms % 1000)
