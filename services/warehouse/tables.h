/*
 * The tables that are filled by COPY, with their columns in the order in which rows give them. They are those of schema/; a column
 * that is not there makes the database refuse.
 */
#ifndef JUYAN_WAREHOUSE_TABLES_H
#define JUYAN_WAREHOUSE_TABLES_H

/* X(table, columns); those of a crossing first. */
#define TABLE_OF_WAREHOUSE_LIST(X) \
	X(batch, \
	    "port, day, batch_no, direction, mode, stage, counted, deleted, units, units_departed, units_unknown, " \
	    "net_kg, declared_kg, weighed_kg, goods_lines, lodged_at, arrived_at, first_weighed_at, " \
	    "last_weighed_at, inspected_at, released_at, departed_at, lane_in, lane_out, inspections, " \
	    "inspected_twice, remarks, events, first_lsn, lsn, counts_as") \
	X(unit, \
	    "port, day, batch_no, unit_id, direction, mode, in_manifest, trailers, containers, declared_kg, " \
	    "gross_kg, tare_kg, container_tare_kg, corrected_kg, net_kg, basis, counted_on, counted_hour, " \
	    "arrived_at, departed_at, lane_in, lane_out") \
	X(goods_line, \
	    "port, day, batch_no, line_no, direction, mode, waybill_no, hs_code, description, commodity_group, " \
	    "declared_kg, packages, net_kg") \
	X(weighing, \
	    "port, day, batch_no, lsn, unit_id, weighed_at, received_at, gross_kg, tare_kg, container_tare_kg, " \
	    "stability, scale, ticket_no, lane, terminal_no, stream_seq") \
	X(release, \
	    "port, day, batch_no, lsn, released_at, received_at, office, document_no, holds, terminal_no, " \
	    "stream_seq") \
	X(total_hour, "port, day, hour, direction, mode, basis, commodity_group, net_kg, batches, units") \
	X(total_day, "port, day, direction, mode, basis, commodity_group, net_kg, batches, units") \
	X(batch_place, "port, batch_no, day, counts_as") \
	X(port, "port, ledger, name_zh, name_mn, name_en, utc_offset, unlocode") \
	X(commodity_group, "commodity_group, ledger, name_zh, name_mn, name_en, rank") \
	X(place, "place, ledger, above, name_zh, name_mn, name_en") \
	X(place_port, "place, port, ledger, steps") \
	X(terminal, "ledger, terminal_no, name, site, number_there, is_site") \
	X(registry_history, "ledger, lsn, item_no, changed_at, changed_by, reason, record_name, dropped, record, site") \
	X(forecast_made, "ledger, made_on, to_day, lsn, model, program, paths, seed") \
	X(forecast, "port, day, made_on, direction, mode, commodity_group, net_kg")

#define X(name, columns) WAREHOUSE_##name,
enum warehouse_table { TABLE_OF_WAREHOUSE_LIST(X) WAREHOUSE_TABLES };
#undef X

/* The first so many hold what is known of crossings, and are replaced crossing by crossing. */
enum { WAREHOUSE_CROSSING_TABLES = WAREHOUSE_release + 1, WAREHOUSE_HISTORY_TABLES = WAREHOUSE_goods_line + 1 };

const char *warehouse_table_name(enum warehouse_table table);
const char *warehouse_table_columns(enum warehouse_table table);

#endif
