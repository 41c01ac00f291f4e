#!/bin/sh
# Makes ledger-format-N.tar.xz, where N is the argument: JUYAN is the command of the last version whose ledgers had that format, by
# its whole path. For format 4, what
#     git log -S'LEDGER_FORMAT = 5' -- storage/meta.h
# names ended it: build its parent. All kinds of event that there were are in it, and every state of quarantine. Beside the ledger
# stand the totals as that version printed them.
set -eu
format=$1
work=$(mktemp -d)
cd "$work"
"$JUYAN" serve --data d --set listen= ingest query > serve.log 2> serve.err &
serve=$!
trap 'kill $serve 2> /dev/null || true' EXIT
tail -n +1 -F serve.log 2> tail.err | grep -q -m 1 ready
"$JUYAN" simulate --live --data d --from 2025-01-10 --to 2025-01-24 --rail --scale 0.01 --speedup max --resend --quiet
python3 - > events.ndjson <<'X'
import json

MANIFEST = "manifest_lodged"
at = 1737000000000


def say(port, batch, what, **fields):
    global at
    print(json.dumps({"occurred_at_ms": at, "port": port, "batch_no": batch, what: fields}))
    at += 1000


def lodge(port, batch, direction, mode, unit, hs, kg):
    goods = {"hs_code": hs, "declared_kg": kg}
    say(port, batch, MANIFEST, direction=direction, mode=mode, units=[{"unit_id": unit}],
        waybills=[{"waybill_no": "W", "goods": [goods]}])


lodge("shivee", "S1", "IMPORT", "TRUCK", "T1", "2701", 40000)
say("shivee", "S1", "released")
say("shivee", "S2", "released")
lodge("ceke", "D1", "EXPORT", "AGV", "A1", "0808", 9000)
say("ceke", "D1", "inspected", by="QUARANTINE", outcome="PASSED")
say("ceke", "D1", "released")
say("ceke", "D1", "mass_corrected", unit_id="A1", net_kg=9100, by="b", reason="r")
lodge("ceke", "D2", "EXPORT", "TRUCK", "A2", "0808", 9000)
say("ceke", "D2", "manifest_deleted")
X
if test "$format" -ge 4; then
	python3 - >> events.ndjson <<'X'
import json

for minute, condition in ((0, "WORKING"), (40, "FAULT"), (55, "WORKING")):
    print(json.dumps({"occurred_at_ms": 1737003600000 + minute * 60000, "port": "ceke",
        "machine_reported": {"machine": "scale 9", "kind": "SCALE", "condition": condition, "note": "n"}}))
X
	"$JUYAN" attention note stuck:ceke/D2 --note "seen" --data d --by b
fi
"$JUYAN" send --data d events.ndjson || true
"$JUYAN" quarantine list --data d --json > waiting.json
waiting=$(python3 -c 'import json
rows = json.load(open("waiting.json"))
print(*[row["lsn"] for row in rows if "unknown_port" in json.dumps(row)])')
set -- $waiting
cat > registry.yaml <<'X'
ports:
  - id: shivee
    utc_offset: "+08:00"
    name_en: Shivee
    count_on: release
X
"$JUYAN" registry apply registry.yaml --data d --yes --by b --reason "a port more"
"$JUYAN" quarantine release "$1" --data d --by b --reason "the port is known now"
"$JUYAN" quarantine release "$2" --data d --by b --reason "the port is known now"
"$JUYAN" quarantine dismiss "$3" --data d --by b --reason "a test"
"$JUYAN" totals --data d --json --by port,period,direction,mode,group,basis > totals.json
"$JUYAN" quarantine list --data d --json > quarantine.json
"$JUYAN" verify --data d > verified.txt
kill $serve
wait $serve || true
made=ledger-format-$format
mkdir -p "$made/ledger"
cp d/ledger/data.mdb "$made/ledger"
cp totals.json quarantine.json verified.txt "$made"
tar --sort=name --owner=0 --group=0 --numeric-owner --sparse -cJf "$OLDPWD/$made.tar.xz" "$made"
cat verified.txt
