#!/bin/sh
# Makes ledger-format-1.tar.xz: JUYAN is the command of the last version whose ledgers had format 1 (git log -S'LEDGER_FORMAT = 2' --
# storage/meta.h names the commit that ended it: build its parent). All kinds of event that there were are in it, and every state of
# quarantine. Beside the ledger stand the totals as that version printed them.
set -eu
work=$(mktemp -d)
cd "$work"
"$JUYAN" serve --data d --set listen= ingest query > serve.log 2> serve.err &
serve=$!
trap 'kill $serve 2> /dev/null || true' EXIT
until grep -q ready serve.log; do sleep 0.1; done
"$JUYAN" simulate --live --data d --from 2025-01-10 --to 2025-01-24 --rail --scale 0.01 --speedup max --resend --quiet
cat > events.ndjson <<'X'
{"occurred_at_ms": 1737000000000, "port": "shivee", "batch_no": "S1", "manifest_lodged": {"direction": "IMPORT", "mode": "TRUCK", "units": [{"unit_id": "T1"}], "waybills": [{"waybill_no": "W", "goods": [{"hs_code": "2701", "declared_kg": 40000}]}]}}
{"occurred_at_ms": 1737000001000, "port": "shivee", "batch_no": "S1", "released": {}}
{"occurred_at_ms": 1737000002000, "port": "shivee", "batch_no": "S2", "released": {}}
{"occurred_at_ms": 1737000003000, "port": "ceke", "batch_no": "D1", "manifest_lodged": {"direction": "EXPORT", "mode": "AGV", "units": [{"unit_id": "A1"}], "waybills": [{"waybill_no": "W", "goods": [{"hs_code": "0808", "declared_kg": 9000}]}]}}
{"occurred_at_ms": 1737000004000, "port": "ceke", "batch_no": "D1", "inspected": {"by": "QUARANTINE", "outcome": "PASSED"}}
{"occurred_at_ms": 1737000005000, "port": "ceke", "batch_no": "D1", "released": {}}
{"occurred_at_ms": 1737000006000, "port": "ceke", "batch_no": "D1", "mass_corrected": {"unit_id": "A1", "net_kg": 9100, "by": "b", "reason": "r"}}
{"occurred_at_ms": 1737000007000, "port": "ceke", "batch_no": "D2", "manifest_lodged": {"direction": "EXPORT", "mode": "TRUCK", "units": [{"unit_id": "A2"}], "waybills": [{"waybill_no": "W", "goods": [{"hs_code": "0808", "declared_kg": 9000}]}]}}
{"occurred_at_ms": 1737000008000, "port": "ceke", "batch_no": "D2", "manifest_deleted": {}}
X
"$JUYAN" send --data d events.ndjson || true
waiting=$("$JUYAN" quarantine list --data d --json | python3 -c 'import json, sys; rows = json.load(sys.stdin); print(*[r["lsn"] for r in (rows if isinstance(rows, list) else rows["rows"]) if "unknown_port" in json.dumps(r)])')
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
mkdir -p ledger-format-1/ledger
cp d/ledger/data.mdb ledger-format-1/ledger
cp totals.json quarantine.json verified.txt ledger-format-1
tar --sort=name --owner=0 --group=0 --numeric-owner --sparse -cJf "$OLDPWD/ledger-format-1.tar.xz" ledger-format-1
cat verified.txt
