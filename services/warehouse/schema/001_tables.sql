-- Version 1: all tables, their comments and the views. The program puts in the place of {monthly} what makes a table one of monthly
-- partitions, and takes the lines behind --monthly, or leaves both away. Nothing
-- here is beyond what PostgreSQL 15 and the engines that speak its protocol have in common.

CREATE TABLE juyan.schema_version (
	version integer NOT NULL,
	name text NOT NULL,
	applied_at timestamptz NOT NULL,
	program text NOT NULL,
	monthly boolean NOT NULL,
	PRIMARY KEY (version)
);
COMMENT ON TABLE juyan.schema_version IS 'the versions of this schema that were made here';
COMMENT ON COLUMN juyan.schema_version.version IS 'its number';
COMMENT ON COLUMN juyan.schema_version.name IS 'what it brought';
COMMENT ON COLUMN juyan.schema_version.applied_at IS 'when it was made';
COMMENT ON COLUMN juyan.schema_version.program IS 'by which version of the program';
COMMENT ON COLUMN juyan.schema_version.monthly IS 'whether large tables are partitioned by month';

CREATE TABLE juyan.batch_place (
	port text NOT NULL,
	batch_no text NOT NULL,
	day date NOT NULL,
	counts_as text,
	PRIMARY KEY (port, batch_no)
);
COMMENT ON TABLE juyan.batch_place IS
	'where the rows of a crossing stand: for finding it by its number, and for the service itself';
COMMENT ON COLUMN juyan.batch_place.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.batch_place.batch_no IS 'the transport batch number, which names one crossing at its port';
COMMENT ON COLUMN juyan.batch_place.day IS 'its day in batch, unit, goods_line, weighing and release';
COMMENT ON COLUMN juyan.batch_place.counts_as IS 'as in batch';

CREATE TABLE juyan.position (
	ledger text NOT NULL,
	lsn bigint NOT NULL,
	chain text NOT NULL,
	received_at timestamptz,
	ahead_lsn bigint NOT NULL,
	counted_lsn bigint NOT NULL,
	sweep_lsn bigint,
	sweep_port text,
	sweep_batch_no text,
	written_at timestamptz NOT NULL,
	program text NOT NULL,
	PRIMARY KEY (ledger)
);
COMMENT ON TABLE juyan.position IS
	'how far this warehouse has come in the journal of each ledger; written in the same transaction as the rows';
COMMENT ON COLUMN juyan.position.ledger IS 'the ledger''s name for life: the chain value of its first block';
COMMENT ON COLUMN juyan.position.lsn IS 'all events up to this number of its journal are in the tables';
COMMENT ON COLUMN juyan.position.chain IS 'the chain value there, which names that whole past';
COMMENT ON COLUMN juyan.position.received_at IS 'when that event was received';
COMMENT ON COLUMN juyan.position.ahead_lsn IS
	'rows may speak of events up to this number: while it is greater than lsn the warehouse catches up';
COMMENT ON COLUMN juyan.position.counted_lsn IS 'every row counts by the registry as of this number or later';
COMMENT ON COLUMN juyan.position.sweep_lsn IS
	'all crossings are being counted anew by the registry as of this number; null: none are';
COMMENT ON COLUMN juyan.position.sweep_port IS 'the last of them that is done: its port';
COMMENT ON COLUMN juyan.position.sweep_batch_no IS 'and its number';
COMMENT ON COLUMN juyan.position.written_at IS 'when this was written';
COMMENT ON COLUMN juyan.position.program IS 'the version of the program that wrote it';

CREATE TABLE juyan.port (
	port text NOT NULL,
	ledger text NOT NULL,
	name_zh text,
	name_mn text,
	name_en text,
	utc_offset text,
	unlocode text,
	PRIMARY KEY (port)
);
COMMENT ON TABLE juyan.port IS 'the ports of all ledgers; each is written by one ledger alone';
COMMENT ON COLUMN juyan.port.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.port.ledger IS 'the ledger that writes it';
COMMENT ON COLUMN juyan.port.name_zh IS 'its name in Chinese';
COMMENT ON COLUMN juyan.port.name_mn IS 'its name in Mongolian';
COMMENT ON COLUMN juyan.port.name_en IS 'its name in English';
COMMENT ON COLUMN juyan.port.utc_offset IS 'its local time, such as +08:00';
COMMENT ON COLUMN juyan.port.unlocode IS 'its UN/LOCODE';

CREATE TABLE juyan.commodity_group (
	commodity_group text NOT NULL,
	ledger text NOT NULL,
	name_zh text,
	name_mn text,
	name_en text,
	rank integer NOT NULL,
	PRIMARY KEY (commodity_group, ledger)
);
COMMENT ON TABLE juyan.commodity_group IS 'commodity groups and their names';
COMMENT ON COLUMN juyan.commodity_group.commodity_group IS 'its id';
COMMENT ON COLUMN juyan.commodity_group.ledger IS 'the ledger whose registry says so';
COMMENT ON COLUMN juyan.commodity_group.name_zh IS 'its name in Chinese';
COMMENT ON COLUMN juyan.commodity_group.name_mn IS 'its name in Mongolian';
COMMENT ON COLUMN juyan.commodity_group.name_en IS 'its name in English';
COMMENT ON COLUMN juyan.commodity_group.rank IS 'its place in lists';

CREATE TABLE juyan.registry_history (
	ledger text NOT NULL,
	lsn bigint NOT NULL,
	item_no integer NOT NULL,
	changed_at timestamptz NOT NULL,
	changed_by text NOT NULL,
	reason text NOT NULL,
	record_name text NOT NULL,
	dropped boolean NOT NULL,
	record text NOT NULL,
	PRIMARY KEY (ledger, lsn, item_no)
);
COMMENT ON TABLE juyan.registry_history IS 'every change of the registry: who, when, why, and the record';
COMMENT ON COLUMN juyan.registry_history.ledger IS 'the ledger';
COMMENT ON COLUMN juyan.registry_history.lsn IS 'the change''s number in the journal';
COMMENT ON COLUMN juyan.registry_history.item_no IS 'the record''s place in that change, from 1';
COMMENT ON COLUMN juyan.registry_history.changed_at IS 'when it was received';
COMMENT ON COLUMN juyan.registry_history.changed_by IS 'who';
COMMENT ON COLUMN juyan.registry_history.reason IS 'why';
COMMENT ON COLUMN juyan.registry_history.record_name IS 'kind, id and valid_from, such as port/ceke from 2025-01-01';
COMMENT ON COLUMN juyan.registry_history.dropped IS 'true: the record was removed';
COMMENT ON COLUMN juyan.registry_history.record IS 'the record, as JSON';

CREATE TABLE juyan.forecast_made (
	ledger text NOT NULL,
	made_on date NOT NULL,
	to_day date NOT NULL,
	lsn bigint NOT NULL,
	model text NOT NULL,
	program text NOT NULL,
	paths integer NOT NULL,
	seed bigint NOT NULL,
	PRIMARY KEY (ledger, made_on)
);
COMMENT ON TABLE juyan.forecast_made IS 'the forecasts that are in the table forecast, and how they were made';
COMMENT ON COLUMN juyan.forecast_made.ledger IS 'the ledger that they rest on';
COMMENT ON COLUMN juyan.forecast_made.made_on IS 'the last day that was over when it was made';
COMMENT ON COLUMN juyan.forecast_made.to_day IS 'the last day of which it speaks';
COMMENT ON COLUMN juyan.forecast_made.lsn IS 'the number of the last event that it knew';
COMMENT ON COLUMN juyan.forecast_made.model IS 'by which model';
COMMENT ON COLUMN juyan.forecast_made.program IS 'by which version of the program';
COMMENT ON COLUMN juyan.forecast_made.paths IS 'of how many possible futures';
COMMENT ON COLUMN juyan.forecast_made.seed IS 'from which seed';

CREATE TABLE juyan.batch (
	port text NOT NULL,
	day date NOT NULL,
	batch_no text NOT NULL,
	direction text,
	mode text,
	stage text NOT NULL,
	counted boolean NOT NULL,
	deleted boolean NOT NULL,
	units integer NOT NULL,
	units_departed integer NOT NULL,
	units_unknown integer NOT NULL,
	net_kg bigint,
	declared_kg bigint,
	weighed_kg bigint,
	goods_lines integer NOT NULL,
	lodged_at timestamptz,
	arrived_at timestamptz,
	first_weighed_at timestamptz,
	last_weighed_at timestamptz,
	inspected_at timestamptz,
	released_at timestamptz,
	departed_at timestamptz,
	lane_in text,
	lane_out text,
	inspections integer NOT NULL,
	inspected_twice boolean NOT NULL,
	remarks text,
	events integer NOT NULL,
	first_lsn bigint NOT NULL,
	lsn bigint NOT NULL,
	counts_as text,
	PRIMARY KEY (port, day, batch_no)
){monthly};
--monthly CREATE TABLE juyan.batch_rest PARTITION OF juyan.batch DEFAULT;
--monthly COMMENT ON TABLE juyan.batch_rest IS 'rows of batch from outside of 2000 to 2099';
COMMENT ON TABLE juyan.batch IS 'one row for each crossing: all that is known of it now';
COMMENT ON COLUMN juyan.batch.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.batch.day IS
	'the port''s local day on which the crossing counts; before it counts, that of its first event';
COMMENT ON COLUMN juyan.batch.batch_no IS 'the transport batch number, which names one crossing at its port';
COMMENT ON COLUMN juyan.batch.direction IS 'import (into China) or export; null while no manifest is known';
COMMENT ON COLUMN juyan.batch.mode IS 'truck, agv or rail; null while no manifest is known';
COMMENT ON COLUMN juyan.batch.stage IS
	'how far it has come: lodged, arrived, weighed, inspected, held, released, departed, deleted or none';
COMMENT ON COLUMN juyan.batch.counted IS 'whether it counts in the totals';
COMMENT ON COLUMN juyan.batch.deleted IS 'whether its manifest was withdrawn';
COMMENT ON COLUMN juyan.batch.units IS 'vehicles, AGV trips or wagons of its manifest';
COMMENT ON COLUMN juyan.batch.units_departed IS 'of these, those that have left';
COMMENT ON COLUMN juyan.batch.units_unknown IS 'units that count and have no known mass';
COMMENT ON COLUMN juyan.batch.net_kg IS 'what it counts for, in kg; null: not known';
COMMENT ON COLUMN juyan.batch.declared_kg IS 'what its waybills declare, in kg; null: not known';
COMMENT ON COLUMN juyan.batch.weighed_kg IS 'the net mass of its units that were weighed, in kg; null: not known';
COMMENT ON COLUMN juyan.batch.goods_lines IS 'lines of goods of its manifest';
COMMENT ON COLUMN juyan.batch.lodged_at IS 'when its manifest was lodged';
COMMENT ON COLUMN juyan.batch.arrived_at IS 'when its first unit came';
COMMENT ON COLUMN juyan.batch.first_weighed_at IS 'the first reading of a scale at rest';
COMMENT ON COLUMN juyan.batch.last_weighed_at IS 'the last one';
COMMENT ON COLUMN juyan.batch.inspected_at IS 'the last outcome of an inspection';
COMMENT ON COLUMN juyan.batch.released_at IS 'when customs let it go';
COMMENT ON COLUMN juyan.batch.departed_at IS 'when its last unit left';
COMMENT ON COLUMN juyan.batch.lane_in IS 'the lane on which it came';
COMMENT ON COLUMN juyan.batch.lane_out IS 'the lane on which it left';
COMMENT ON COLUMN juyan.batch.inspections IS 'outcomes of inspections';
COMMENT ON COLUMN juyan.batch.inspected_twice IS 'whether it was looked at a second time';
COMMENT ON COLUMN juyan.batch.remarks IS 'what asks for a look, as names with commas between';
COMMENT ON COLUMN juyan.batch.events IS 'events that are known of it';
COMMENT ON COLUMN juyan.batch.first_lsn IS 'the journal''s number of the first of them';
COMMENT ON COLUMN juyan.batch.lsn IS 'the journal''s number of the newest of them';
COMMENT ON COLUMN juyan.batch.counts_as IS
	'a digest of all that it counts for; null: it does not count. Another one: the totals have changed';

CREATE TABLE juyan.unit (
	port text NOT NULL,
	day date NOT NULL,
	batch_no text NOT NULL,
	unit_id text NOT NULL,
	direction text,
	mode text,
	in_manifest boolean NOT NULL,
	trailers text,
	containers text,
	declared_kg bigint,
	gross_kg bigint,
	tare_kg bigint,
	container_tare_kg bigint,
	corrected_kg bigint,
	net_kg bigint,
	basis text,
	counted_on date,
	counted_hour integer,
	arrived_at timestamptz,
	departed_at timestamptz,
	lane_in text,
	lane_out text,
	PRIMARY KEY (port, day, batch_no, unit_id)
){monthly};
--monthly CREATE TABLE juyan.unit_rest PARTITION OF juyan.unit DEFAULT;
--monthly COMMENT ON TABLE juyan.unit_rest IS 'rows of unit from outside of 2000 to 2099';
COMMENT ON TABLE juyan.unit IS 'one row for each vehicle, AGV trip or wagon of a crossing';
COMMENT ON COLUMN juyan.unit.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.unit.day IS
	'the port''s local day on which the crossing counts; before it counts, that of its first event';
COMMENT ON COLUMN juyan.unit.batch_no IS 'the transport batch number, which names one crossing at its port';
COMMENT ON COLUMN juyan.unit.unit_id IS 'plate, AGV number or wagon number';
COMMENT ON COLUMN juyan.unit.direction IS 'import (into China) or export; null while no manifest is known';
COMMENT ON COLUMN juyan.unit.mode IS 'truck, agv or rail; null while no manifest is known';
COMMENT ON COLUMN juyan.unit.in_manifest IS 'false: it was seen, but the manifest does not name it';
COMMENT ON COLUMN juyan.unit.trailers IS 'plates of its trailers, with commas between';
COMMENT ON COLUMN juyan.unit.containers IS 'numbers of its containers, with commas between';
COMMENT ON COLUMN juyan.unit.declared_kg IS 'goods on it as its manifest says, in kg; null: not known';
COMMENT ON COLUMN juyan.unit.gross_kg IS 'the gross mass that holds, in kg; null: not known';
COMMENT ON COLUMN juyan.unit.tare_kg IS
	'the empty vehicle: the last weighing that knows it, else as registered in the manifest, in kg; null: not known';
COMMENT ON COLUMN juyan.unit.container_tare_kg IS 'its empty containers, likewise, in kg; null: not known';
COMMENT ON COLUMN juyan.unit.corrected_kg IS
	'the net mass that a person has put in place of all others, in kg; null: not known';
COMMENT ON COLUMN juyan.unit.net_kg IS 'the net mass that counts, in kg; null: not known';
COMMENT ON COLUMN juyan.unit.basis IS 'what that rests on: corrected, weighed, declared or unknown; null: it does not count';
COMMENT ON COLUMN juyan.unit.counted_on IS 'the port''s local day on which it counts; null: it does not';
COMMENT ON COLUMN juyan.unit.counted_hour IS 'and the hour of that day, 0 to 23';
COMMENT ON COLUMN juyan.unit.arrived_at IS 'when it came';
COMMENT ON COLUMN juyan.unit.departed_at IS 'when it left';
COMMENT ON COLUMN juyan.unit.lane_in IS 'the lane on which it came';
COMMENT ON COLUMN juyan.unit.lane_out IS 'the lane on which it left';

CREATE TABLE juyan.goods_line (
	port text NOT NULL,
	day date NOT NULL,
	batch_no text NOT NULL,
	line_no integer NOT NULL,
	direction text,
	mode text,
	waybill_no text,
	hs_code text,
	description text NOT NULL,
	commodity_group text NOT NULL,
	declared_kg bigint,
	packages bigint,
	net_kg bigint,
	PRIMARY KEY (port, day, batch_no, line_no)
){monthly};
--monthly CREATE TABLE juyan.goods_line_rest PARTITION OF juyan.goods_line DEFAULT;
--monthly COMMENT ON TABLE juyan.goods_line_rest IS 'rows of goods_line from outside of 2000 to 2099';
COMMENT ON TABLE juyan.goods_line IS 'one row for each line of goods of a crossing''s manifest';
COMMENT ON COLUMN juyan.goods_line.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.goods_line.day IS
	'the port''s local day on which the crossing counts; before it counts, that of its first event';
COMMENT ON COLUMN juyan.goods_line.batch_no IS 'the transport batch number, which names one crossing at its port';
COMMENT ON COLUMN juyan.goods_line.line_no IS 'its place in the manifest, from 1';
COMMENT ON COLUMN juyan.goods_line.direction IS 'import (into China) or export; null while no manifest is known';
COMMENT ON COLUMN juyan.goods_line.mode IS 'truck, agv or rail; null while no manifest is known';
COMMENT ON COLUMN juyan.goods_line.waybill_no IS 'the waybill on which it stands';
COMMENT ON COLUMN juyan.goods_line.hs_code IS 'its HS code; null: none was given';
COMMENT ON COLUMN juyan.goods_line.description IS 'the goods, as written';
COMMENT ON COLUMN juyan.goods_line.commodity_group IS 'the commodity group that the registry finds for it';
COMMENT ON COLUMN juyan.goods_line.declared_kg IS 'as declared on this line, in kg; null: not known';
COMMENT ON COLUMN juyan.goods_line.packages IS 'packages; null: not told';
COMMENT ON COLUMN juyan.goods_line.net_kg IS 'its share of the net mass that counts, in kg; null: not known';

CREATE TABLE juyan.weighing (
	port text NOT NULL,
	day date NOT NULL,
	batch_no text NOT NULL,
	lsn bigint NOT NULL,
	unit_id text NOT NULL,
	weighed_at timestamptz NOT NULL,
	received_at timestamptz NOT NULL,
	gross_kg bigint,
	tare_kg bigint,
	container_tare_kg bigint,
	stability text,
	scale text,
	ticket_no text,
	lane text,
	terminal_no bigint NOT NULL,
	stream_seq bigint NOT NULL,
	PRIMARY KEY (port, day, batch_no, lsn)
){monthly};
--monthly CREATE TABLE juyan.weighing_rest PARTITION OF juyan.weighing DEFAULT;
--monthly COMMENT ON TABLE juyan.weighing_rest IS 'rows of weighing from outside of 2000 to 2099';
COMMENT ON TABLE juyan.weighing IS 'one row for each reading of a scale, also those that no longer hold';
COMMENT ON COLUMN juyan.weighing.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.weighing.day IS
	'the port''s local day on which the crossing counts; before it counts, that of its first event';
COMMENT ON COLUMN juyan.weighing.batch_no IS 'the transport batch number, which names one crossing at its port';
COMMENT ON COLUMN juyan.weighing.lsn IS 'its number in the journal';
COMMENT ON COLUMN juyan.weighing.unit_id IS 'what was weighed';
COMMENT ON COLUMN juyan.weighing.weighed_at IS 'when';
COMMENT ON COLUMN juyan.weighing.received_at IS 'when the ledger heard of it';
COMMENT ON COLUMN juyan.weighing.gross_kg IS 'vehicle, containers and goods, in kg; null: not known';
COMMENT ON COLUMN juyan.weighing.tare_kg IS 'the empty vehicle, in kg; null: not known';
COMMENT ON COLUMN juyan.weighing.container_tare_kg IS 'its empty containers, in kg; null: not known';
COMMENT ON COLUMN juyan.weighing.stability IS 'stable or moving; null: not told. A moving reading makes no mass';
COMMENT ON COLUMN juyan.weighing.scale IS 'which scale';
COMMENT ON COLUMN juyan.weighing.ticket_no IS 'the scale''s ticket';
COMMENT ON COLUMN juyan.weighing.lane IS 'where it stands';
COMMENT ON COLUMN juyan.weighing.terminal_no IS 'the terminal that told it';
COMMENT ON COLUMN juyan.weighing.stream_seq IS 'its number in that terminal''s stream';

CREATE TABLE juyan.release (
	port text NOT NULL,
	day date NOT NULL,
	batch_no text NOT NULL,
	lsn bigint NOT NULL,
	released_at timestamptz NOT NULL,
	received_at timestamptz NOT NULL,
	office text,
	document_no text,
	holds boolean NOT NULL,
	terminal_no bigint NOT NULL,
	stream_seq bigint NOT NULL,
	PRIMARY KEY (port, day, batch_no, lsn)
){monthly};
--monthly CREATE TABLE juyan.release_rest PARTITION OF juyan.release DEFAULT;
--monthly COMMENT ON TABLE juyan.release_rest IS 'rows of release from outside of 2000 to 2099';
COMMENT ON TABLE juyan.release IS 'one row for each release by customs, also those that no longer hold';
COMMENT ON COLUMN juyan.release.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.release.day IS
	'the port''s local day on which the crossing counts; before it counts, that of its first event';
COMMENT ON COLUMN juyan.release.batch_no IS 'the transport batch number, which names one crossing at its port';
COMMENT ON COLUMN juyan.release.lsn IS 'its number in the journal';
COMMENT ON COLUMN juyan.release.released_at IS 'when';
COMMENT ON COLUMN juyan.release.received_at IS 'when the ledger heard of it';
COMMENT ON COLUMN juyan.release.office IS 'the customs office';
COMMENT ON COLUMN juyan.release.document_no IS 'the number of the declaration or release';
COMMENT ON COLUMN juyan.release.holds IS 'whether it is the one by which the crossing counts';
COMMENT ON COLUMN juyan.release.terminal_no IS 'the terminal that told it';
COMMENT ON COLUMN juyan.release.stream_seq IS 'its number in that terminal''s stream';

CREATE TABLE juyan.total_hour (
	port text NOT NULL,
	day date NOT NULL,
	hour integer NOT NULL,
	direction text NOT NULL,
	mode text NOT NULL,
	basis text NOT NULL,
	commodity_group text NOT NULL,
	net_kg bigint NOT NULL,
	batches bigint NOT NULL,
	units bigint NOT NULL,
	PRIMARY KEY (port, day, hour, direction, mode, basis, commodity_group)
){monthly};
--monthly CREATE TABLE juyan.total_hour_rest PARTITION OF juyan.total_hour DEFAULT;
--monthly COMMENT ON TABLE juyan.total_hour_rest IS 'rows of total_hour from outside of 2000 to 2099';
COMMENT ON TABLE juyan.total_hour IS 'what passed in each hour';
COMMENT ON COLUMN juyan.total_hour.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.total_hour.day IS 'the port''s local day';
COMMENT ON COLUMN juyan.total_hour.hour IS 'the hour of that day, 0 to 23';
COMMENT ON COLUMN juyan.total_hour.direction IS 'import (into China) or export';
COMMENT ON COLUMN juyan.total_hour.mode IS 'truck, agv or rail';
COMMENT ON COLUMN juyan.total_hour.basis IS 'what the mass rests on: corrected, weighed, declared or unknown';
COMMENT ON COLUMN juyan.total_hour.commodity_group IS
	'the commodity group; other: none claims it; empty: a crossing without goods';
COMMENT ON COLUMN juyan.total_hour.net_kg IS 'the net mass, in kg; units of unknown mass add nothing';
COMMENT ON COLUMN juyan.total_hour.batches IS 'crossings: each counts once, where most of its mass is';
COMMENT ON COLUMN juyan.total_hour.units IS 'vehicles, AGV trips or wagons';

CREATE TABLE juyan.total_day (
	port text NOT NULL,
	day date NOT NULL,
	direction text NOT NULL,
	mode text NOT NULL,
	basis text NOT NULL,
	commodity_group text NOT NULL,
	net_kg bigint NOT NULL,
	batches bigint NOT NULL,
	units bigint NOT NULL,
	PRIMARY KEY (port, day, direction, mode, basis, commodity_group)
){monthly};
--monthly CREATE TABLE juyan.total_day_rest PARTITION OF juyan.total_day DEFAULT;
--monthly COMMENT ON TABLE juyan.total_day_rest IS 'rows of total_day from outside of 2000 to 2099';
COMMENT ON TABLE juyan.total_day IS 'what passed on each day';
COMMENT ON COLUMN juyan.total_day.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.total_day.day IS 'the port''s local day';
COMMENT ON COLUMN juyan.total_day.direction IS 'import (into China) or export';
COMMENT ON COLUMN juyan.total_day.mode IS 'truck, agv or rail';
COMMENT ON COLUMN juyan.total_day.basis IS 'what the mass rests on: corrected, weighed, declared or unknown';
COMMENT ON COLUMN juyan.total_day.commodity_group IS
	'the commodity group; other: none claims it; empty: a crossing without goods';
COMMENT ON COLUMN juyan.total_day.net_kg IS 'the net mass, in kg; units of unknown mass add nothing';
COMMENT ON COLUMN juyan.total_day.batches IS 'crossings: each counts once, where most of its mass is';
COMMENT ON COLUMN juyan.total_day.units IS 'vehicles, AGV trips or wagons';

CREATE TABLE juyan.forecast (
	port text NOT NULL,
	day date NOT NULL,
	made_on date NOT NULL,
	direction text NOT NULL,
	mode text NOT NULL,
	commodity_group text NOT NULL,
	net_kg bigint NOT NULL,
	PRIMARY KEY (port, day, made_on, direction, mode, commodity_group)
);
COMMENT ON TABLE juyan.forecast IS 'what a forecast said of a day, as it was made';
COMMENT ON COLUMN juyan.forecast.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.forecast.day IS 'the day of which it speaks';
COMMENT ON COLUMN juyan.forecast.made_on IS 'the last day that was over when it was made';
COMMENT ON COLUMN juyan.forecast.direction IS 'import or export; empty: both together';
COMMENT ON COLUMN juyan.forecast.mode IS 'truck, agv or rail; empty: all together';
COMMENT ON COLUMN juyan.forecast.commodity_group IS 'the commodity group; empty: all together';
COMMENT ON COLUMN juyan.forecast.net_kg IS 'the mean of what was expected, in kg';

CREATE TABLE juyan.batch_history (
	port text NOT NULL,
	day date NOT NULL,
	batch_no text NOT NULL,
	direction text,
	mode text,
	stage text NOT NULL,
	counted boolean NOT NULL,
	deleted boolean NOT NULL,
	units integer NOT NULL,
	units_departed integer NOT NULL,
	units_unknown integer NOT NULL,
	net_kg bigint,
	declared_kg bigint,
	weighed_kg bigint,
	goods_lines integer NOT NULL,
	lodged_at timestamptz,
	arrived_at timestamptz,
	first_weighed_at timestamptz,
	last_weighed_at timestamptz,
	inspected_at timestamptz,
	released_at timestamptz,
	departed_at timestamptz,
	lane_in text,
	lane_out text,
	inspections integer NOT NULL,
	inspected_twice boolean NOT NULL,
	remarks text,
	events integer NOT NULL,
	first_lsn bigint NOT NULL,
	lsn bigint NOT NULL,
	counts_as text,
	to_lsn bigint NOT NULL,
	replaced_at timestamptz NOT NULL,
	PRIMARY KEY (port, day, batch_no, to_lsn)
);
COMMENT ON TABLE juyan.batch_history IS 'versions of crossings that had counted, from before they came to count otherwise';
COMMENT ON COLUMN juyan.batch_history.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.batch_history.day IS
	'the port''s local day on which the crossing counts; before it counts, that of its first event';
COMMENT ON COLUMN juyan.batch_history.batch_no IS 'the transport batch number, which names one crossing at its port';
COMMENT ON COLUMN juyan.batch_history.direction IS 'import (into China) or export; null while no manifest is known';
COMMENT ON COLUMN juyan.batch_history.mode IS 'truck, agv or rail; null while no manifest is known';
COMMENT ON COLUMN juyan.batch_history.stage IS
	'how far it has come: lodged, arrived, weighed, inspected, held, released, departed, deleted or none';
COMMENT ON COLUMN juyan.batch_history.counted IS 'whether it counts in the totals';
COMMENT ON COLUMN juyan.batch_history.deleted IS 'whether its manifest was withdrawn';
COMMENT ON COLUMN juyan.batch_history.units IS 'vehicles, AGV trips or wagons of its manifest';
COMMENT ON COLUMN juyan.batch_history.units_departed IS 'of these, those that have left';
COMMENT ON COLUMN juyan.batch_history.units_unknown IS 'units that count and have no known mass';
COMMENT ON COLUMN juyan.batch_history.net_kg IS 'what it counts for, in kg; null: not known';
COMMENT ON COLUMN juyan.batch_history.declared_kg IS 'what its waybills declare, in kg; null: not known';
COMMENT ON COLUMN juyan.batch_history.weighed_kg IS 'the net mass of its units that were weighed, in kg; null: not known';
COMMENT ON COLUMN juyan.batch_history.goods_lines IS 'lines of goods of its manifest';
COMMENT ON COLUMN juyan.batch_history.lodged_at IS 'when its manifest was lodged';
COMMENT ON COLUMN juyan.batch_history.arrived_at IS 'when its first unit came';
COMMENT ON COLUMN juyan.batch_history.first_weighed_at IS 'the first reading of a scale at rest';
COMMENT ON COLUMN juyan.batch_history.last_weighed_at IS 'the last one';
COMMENT ON COLUMN juyan.batch_history.inspected_at IS 'the last outcome of an inspection';
COMMENT ON COLUMN juyan.batch_history.released_at IS 'when customs let it go';
COMMENT ON COLUMN juyan.batch_history.departed_at IS 'when its last unit left';
COMMENT ON COLUMN juyan.batch_history.lane_in IS 'the lane on which it came';
COMMENT ON COLUMN juyan.batch_history.lane_out IS 'the lane on which it left';
COMMENT ON COLUMN juyan.batch_history.inspections IS 'outcomes of inspections';
COMMENT ON COLUMN juyan.batch_history.inspected_twice IS 'whether it was looked at a second time';
COMMENT ON COLUMN juyan.batch_history.remarks IS 'what asks for a look, as names with commas between';
COMMENT ON COLUMN juyan.batch_history.events IS 'events that are known of it';
COMMENT ON COLUMN juyan.batch_history.first_lsn IS 'the journal''s number of the first of them';
COMMENT ON COLUMN juyan.batch_history.lsn IS 'the journal''s number of the newest of them';
COMMENT ON COLUMN juyan.batch_history.counts_as IS
	'a digest of all that it counts for; null: it does not count. Another one: the totals have changed';
COMMENT ON COLUMN juyan.batch_history.to_lsn IS 'the journal''s number up to which this was so';
COMMENT ON COLUMN juyan.batch_history.replaced_at IS 'when the event was received that made it otherwise';

CREATE TABLE juyan.unit_history (
	port text NOT NULL,
	day date NOT NULL,
	batch_no text NOT NULL,
	unit_id text NOT NULL,
	direction text,
	mode text,
	in_manifest boolean NOT NULL,
	trailers text,
	containers text,
	declared_kg bigint,
	gross_kg bigint,
	tare_kg bigint,
	container_tare_kg bigint,
	corrected_kg bigint,
	net_kg bigint,
	basis text,
	counted_on date,
	counted_hour integer,
	arrived_at timestamptz,
	departed_at timestamptz,
	lane_in text,
	lane_out text,
	to_lsn bigint NOT NULL,
	replaced_at timestamptz NOT NULL,
	PRIMARY KEY (port, day, batch_no, unit_id, to_lsn)
);
COMMENT ON TABLE juyan.unit_history IS 'the units of those versions';
COMMENT ON COLUMN juyan.unit_history.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.unit_history.day IS
	'the port''s local day on which the crossing counts; before it counts, that of its first event';
COMMENT ON COLUMN juyan.unit_history.batch_no IS 'the transport batch number, which names one crossing at its port';
COMMENT ON COLUMN juyan.unit_history.unit_id IS 'plate, AGV number or wagon number';
COMMENT ON COLUMN juyan.unit_history.direction IS 'import (into China) or export; null while no manifest is known';
COMMENT ON COLUMN juyan.unit_history.mode IS 'truck, agv or rail; null while no manifest is known';
COMMENT ON COLUMN juyan.unit_history.in_manifest IS 'false: it was seen, but the manifest does not name it';
COMMENT ON COLUMN juyan.unit_history.trailers IS 'plates of its trailers, with commas between';
COMMENT ON COLUMN juyan.unit_history.containers IS 'numbers of its containers, with commas between';
COMMENT ON COLUMN juyan.unit_history.declared_kg IS 'goods on it as its manifest says, in kg; null: not known';
COMMENT ON COLUMN juyan.unit_history.gross_kg IS 'the gross mass that holds, in kg; null: not known';
COMMENT ON COLUMN juyan.unit_history.tare_kg IS
	'the empty vehicle: the last weighing that knows it, else as registered in the manifest, in kg; null: not known';
COMMENT ON COLUMN juyan.unit_history.container_tare_kg IS 'its empty containers, likewise, in kg; null: not known';
COMMENT ON COLUMN juyan.unit_history.corrected_kg IS
	'the net mass that a person has put in place of all others, in kg; null: not known';
COMMENT ON COLUMN juyan.unit_history.net_kg IS 'the net mass that counts, in kg; null: not known';
COMMENT ON COLUMN juyan.unit_history.basis IS
	'what that rests on: corrected, weighed, declared or unknown; null: it does not count';
COMMENT ON COLUMN juyan.unit_history.counted_on IS 'the port''s local day on which it counts; null: it does not';
COMMENT ON COLUMN juyan.unit_history.counted_hour IS 'and the hour of that day, 0 to 23';
COMMENT ON COLUMN juyan.unit_history.arrived_at IS 'when it came';
COMMENT ON COLUMN juyan.unit_history.departed_at IS 'when it left';
COMMENT ON COLUMN juyan.unit_history.lane_in IS 'the lane on which it came';
COMMENT ON COLUMN juyan.unit_history.lane_out IS 'the lane on which it left';
COMMENT ON COLUMN juyan.unit_history.to_lsn IS 'the journal''s number up to which this was so';
COMMENT ON COLUMN juyan.unit_history.replaced_at IS 'when the event was received that made it otherwise';

CREATE TABLE juyan.goods_line_history (
	port text NOT NULL,
	day date NOT NULL,
	batch_no text NOT NULL,
	line_no integer NOT NULL,
	direction text,
	mode text,
	waybill_no text,
	hs_code text,
	description text NOT NULL,
	commodity_group text NOT NULL,
	declared_kg bigint,
	packages bigint,
	net_kg bigint,
	to_lsn bigint NOT NULL,
	replaced_at timestamptz NOT NULL,
	PRIMARY KEY (port, day, batch_no, line_no, to_lsn)
);
COMMENT ON TABLE juyan.goods_line_history IS 'the goods of those versions';
COMMENT ON COLUMN juyan.goods_line_history.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.goods_line_history.day IS
	'the port''s local day on which the crossing counts; before it counts, that of its first event';
COMMENT ON COLUMN juyan.goods_line_history.batch_no IS 'the transport batch number, which names one crossing at its port';
COMMENT ON COLUMN juyan.goods_line_history.line_no IS 'its place in the manifest, from 1';
COMMENT ON COLUMN juyan.goods_line_history.direction IS 'import (into China) or export; null while no manifest is known';
COMMENT ON COLUMN juyan.goods_line_history.mode IS 'truck, agv or rail; null while no manifest is known';
COMMENT ON COLUMN juyan.goods_line_history.waybill_no IS 'the waybill on which it stands';
COMMENT ON COLUMN juyan.goods_line_history.hs_code IS 'its HS code; null: none was given';
COMMENT ON COLUMN juyan.goods_line_history.description IS 'the goods, as written';
COMMENT ON COLUMN juyan.goods_line_history.commodity_group IS 'the commodity group that the registry finds for it';
COMMENT ON COLUMN juyan.goods_line_history.declared_kg IS 'as declared on this line, in kg; null: not known';
COMMENT ON COLUMN juyan.goods_line_history.packages IS 'packages; null: not told';
COMMENT ON COLUMN juyan.goods_line_history.net_kg IS 'its share of the net mass that counts, in kg; null: not known';
COMMENT ON COLUMN juyan.goods_line_history.to_lsn IS 'the journal''s number up to which this was so';
COMMENT ON COLUMN juyan.goods_line_history.replaced_at IS 'when the event was received that made it otherwise';

CREATE TABLE juyan.total_day_history (
	port text NOT NULL,
	day date NOT NULL,
	direction text NOT NULL,
	mode text NOT NULL,
	basis text NOT NULL,
	commodity_group text NOT NULL,
	net_kg bigint NOT NULL,
	batches bigint NOT NULL,
	units bigint NOT NULL,
	to_lsn bigint NOT NULL,
	replaced_at timestamptz NOT NULL,
	PRIMARY KEY (port, day, direction, mode, basis, commodity_group, to_lsn)
);
COMMENT ON TABLE juyan.total_day_history IS 'totals of days that were over, as they stood before they changed';
COMMENT ON COLUMN juyan.total_day_history.port IS 'the port, as the registry calls it';
COMMENT ON COLUMN juyan.total_day_history.day IS 'the port''s local day';
COMMENT ON COLUMN juyan.total_day_history.direction IS 'import (into China) or export';
COMMENT ON COLUMN juyan.total_day_history.mode IS 'truck, agv or rail';
COMMENT ON COLUMN juyan.total_day_history.basis IS 'what the mass rests on: corrected, weighed, declared or unknown';
COMMENT ON COLUMN juyan.total_day_history.commodity_group IS
	'the commodity group; other: none claims it; empty: a crossing without goods';
COMMENT ON COLUMN juyan.total_day_history.net_kg IS 'the net mass, in kg; units of unknown mass add nothing';
COMMENT ON COLUMN juyan.total_day_history.batches IS 'crossings: each counts once, where most of its mass is';
COMMENT ON COLUMN juyan.total_day_history.units IS 'vehicles, AGV trips or wagons';
COMMENT ON COLUMN juyan.total_day_history.to_lsn IS 'the journal''s number up to which this was so';
COMMENT ON COLUMN juyan.total_day_history.replaced_at IS 'when the event was received that made it otherwise';

-- ---- what analysts ask -------------------------------------------------------------------------------------------------------

CREATE VIEW juyan.crossings AS
SELECT b.port, p.name_en AS port_name, b.day, b.batch_no, b.direction, b.mode, b.stage, b.counted, b.units, b.net_kg,
	b.net_kg / 1000.0 AS net_t, b.declared_kg, b.weighed_kg, b.arrived_at, b.released_at, b.departed_at,
	EXTRACT(EPOCH FROM (b.departed_at - b.arrived_at)) / 60.0 AS minutes_in_port, b.lane_in, b.lane_out, b.inspections,
	b.remarks
FROM juyan.batch b
LEFT JOIN juyan.port p ON p.port = b.port
WHERE NOT b.deleted;
COMMENT ON VIEW juyan.crossings IS 'every crossing as it stands now, with its port''s name and its time in the port';

CREATE VIEW juyan.loads AS
SELECT u.port, u.day, u.batch_no, u.unit_id, u.direction, u.mode, u.counted_on, u.counted_hour, u.basis, u.net_kg,
	u.net_kg / 1000.0 AS net_t, u.gross_kg, u.tare_kg, u.arrived_at, u.departed_at,
	EXTRACT(EPOCH FROM (u.departed_at - u.arrived_at)) / 60.0 AS minutes_in_port
FROM juyan.unit u
WHERE u.counted_on IS NOT NULL;
COMMENT ON VIEW juyan.loads IS 'every vehicle, AGV trip or wagon that counts, with its load and its time in the port';

CREATE VIEW juyan.goods AS
SELECT g.port, g.day, g.batch_no, g.line_no, g.direction, g.mode, g.waybill_no, g.hs_code, g.description, g.commodity_group,
	c.name_en AS commodity_name, g.declared_kg, g.net_kg, g.net_kg / 1000.0 AS net_t
FROM juyan.goods_line g
LEFT JOIN juyan.port p ON p.port = g.port
LEFT JOIN juyan.commodity_group c ON c.commodity_group = g.commodity_group AND c.ledger = p.ledger;
COMMENT ON VIEW juyan.goods IS 'every line of goods with its commodity group and its share of the mass that counts';

CREATE VIEW juyan.hourly_tonnage AS
SELECT t.port, p.name_en AS port_name, t.day, t.hour, t.direction, t.mode, t.basis, t.commodity_group, t.net_kg,
	t.net_kg / 1000.0 AS net_t, t.batches, t.units
FROM juyan.total_hour t
LEFT JOIN juyan.port p ON p.port = t.port;
COMMENT ON VIEW juyan.hourly_tonnage IS 'what passed in each hour of the port''s day';

CREATE VIEW juyan.daily_tonnage AS
SELECT t.port, p.name_en AS port_name, t.day, t.direction, t.mode, t.basis, t.commodity_group,
	c.name_en AS commodity_name, t.net_kg, t.net_kg / 1000.0 AS net_t, t.batches, t.units
FROM juyan.total_day t
LEFT JOIN juyan.port p ON p.port = t.port
LEFT JOIN juyan.commodity_group c ON c.commodity_group = t.commodity_group AND c.ledger = p.ledger;
COMMENT ON VIEW juyan.daily_tonnage IS 'what passed on each day';

CREATE VIEW juyan.monthly_tonnage AS
SELECT t.port, CAST(EXTRACT(YEAR FROM t.day) AS integer) AS year, CAST(EXTRACT(MONTH FROM t.day) AS integer) AS month, t.direction,
	t.mode, t.commodity_group, CAST(SUM(t.net_kg) AS bigint) AS net_kg, SUM(t.net_kg) / 1000.0 AS net_t,
	CAST(SUM(t.batches) AS bigint) AS batches, CAST(SUM(t.units) AS bigint) AS units
FROM juyan.total_day t
GROUP BY t.port, CAST(EXTRACT(YEAR FROM t.day) AS integer), CAST(EXTRACT(MONTH FROM t.day) AS integer), t.direction, t.mode,
	t.commodity_group;
COMMENT ON VIEW juyan.monthly_tonnage IS 'what passed in each month';

CREATE VIEW juyan.yearly_tonnage AS
SELECT t.port, CAST(EXTRACT(YEAR FROM t.day) AS integer) AS year, t.direction, t.mode, CAST(SUM(t.net_kg) AS bigint) AS net_kg,
	SUM(t.net_kg) / 1000.0 AS net_t, CAST(SUM(t.batches) AS bigint) AS batches, CAST(SUM(t.units) AS bigint) AS units
FROM juyan.total_day t
GROUP BY t.port, CAST(EXTRACT(YEAR FROM t.day) AS integer), t.direction, t.mode;
COMMENT ON VIEW juyan.yearly_tonnage IS 'what passed in each year';

CREATE VIEW juyan.dwell_times AS
SELECT b.port, b.day, b.batch_no, b.direction, b.mode, b.lane_in,
	CAST(EXTRACT(HOUR FROM b.arrived_at) AS integer) AS arrived_hour_utc,
	EXTRACT(EPOCH FROM (b.first_weighed_at - b.arrived_at)) / 60.0 AS waiting_minutes,
	EXTRACT(EPOCH FROM (b.released_at - b.arrived_at)) / 60.0 AS clearance_minutes,
	EXTRACT(EPOCH FROM (b.departed_at - b.released_at)) / 60.0 AS leaving_minutes,
	EXTRACT(EPOCH FROM (b.departed_at - b.arrived_at)) / 60.0 AS minutes_in_port
FROM juyan.batch b
WHERE b.departed_at IS NOT NULL AND b.arrived_at IS NOT NULL AND NOT b.deleted;
COMMENT ON VIEW juyan.dwell_times IS 'how long each crossing that has left took, part by part, in minutes';

CREATE VIEW juyan.corrections AS
SELECT h.port, h.batch_no, h.day AS was_on, n.day AS is_on, h.net_kg AS was_kg, n.net_kg AS is_kg,
	COALESCE(n.net_kg, 0) - COALESCE(h.net_kg, 0) AS changed_kg, h.lsn AS from_lsn, h.to_lsn, h.replaced_at
FROM juyan.batch_history h
LEFT JOIN juyan.batch_place w ON w.port = h.port AND w.batch_no = h.batch_no
LEFT JOIN juyan.batch n ON n.port = h.port AND n.day = w.day AND n.batch_no = h.batch_no;
COMMENT ON VIEW juyan.corrections IS
	'crossings that had counted and came to count otherwise: what they were, and what they are now';

CREATE VIEW juyan.forecast_and_actual AS
SELECT f.port, f.day, f.made_on, f.net_kg AS forecast_kg, a.net_kg AS actual_kg
FROM (SELECT port, day, made_on, SUM(net_kg) AS net_kg FROM juyan.forecast GROUP BY port, day, made_on) f
LEFT JOIN (SELECT port, day, SUM(net_kg) AS net_kg FROM juyan.total_day GROUP BY port, day) a
	ON a.port = f.port AND a.day = f.day;
COMMENT ON VIEW juyan.forecast_and_actual IS
	'what each forecast expected of a day, beside what came; actual_kg is null where nothing has (yet)';

CREATE VIEW juyan.freshness AS
SELECT ledger, lsn AS events, received_at AS last_event_received_at, written_at,
	ahead_lsn > lsn OR sweep_lsn IS NOT NULL AS catching_up
FROM juyan.position;
COMMENT ON VIEW juyan.freshness IS
	'up to when the warehouse knows what happened; while catching_up is true, totals are not complete';
