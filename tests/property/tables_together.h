/*
 * Whether a headquarters' tables are those of its sites together: each row of a site, said in headquarters' numbers, stands there,
 * and there are no others.
 */
#ifndef JUYAN_TESTS_TABLES_TOGETHER_H
#define JUYAN_TESTS_TABLES_TOGETHER_H

#include "manifests.h"
#include "notes.h"
#include "quarantine.h"
#include "relayed.h"
#include "streams.h"

enum { ROW_BYTES = 64 * 1024 };

struct translated {
	uint8_t key[KEY_BYTES_MAX], value[ROW_BYTES];
	size_t key_bytes, value_bytes;
};

static inline uint64_t
lsn_here(const struct store *here, uint32_t site_no, uint64_t lsn)
{
	uint64_t found = 0;
	if (lsn > 0)
		assert_int_equal(streams_find(here, site_no, lsn, &found), STATUS_OK);
	return found;
}

static inline void
stamp_here(struct stamp *at, uint32_t site_no)
{
	if (at->terminal_no != 0)
		at->terminal_no = block_terminal(site_no, at->terminal_no);
}

static inline void
facts_here(struct facts *facts, uint32_t site_no)
{
	stamp_here(&facts->lodged_at, site_no);
	stamp_here(&facts->released_at, site_no);
	stamp_here(&facts->first_weighed, site_no);
	stamp_here(&facts->last_weighed, site_no);
	for (size_t i = 0; i < facts->n_seen; i++) {
		struct unit_facts *unit = &facts->seen[i];
		struct stamp *stamps[] = { &unit->gross.at, &unit->tare.at, &unit->container_tare.at, &unit->corrected.at,
			&unit->departed, &unit->arrived };
		for (size_t s = 0; s < sizeof stamps / sizeof *stamps; s++)
			stamp_here(stamps[s], site_no);
	}
	for (size_t i = 0; i < facts->n_looks; i++)
		stamp_here(&facts->looks[i].at, site_no);
	for (size_t i = 0; i < facts->n_sources; i++)
		stamp_here(&facts->sources[i].at, site_no);
}

/* A batch's row: its marks, and the record of its facts with other terminals. */
static inline void
manifest_here(struct translated *row, uint32_t site_no)
{
	struct arena arena;
	struct facts facts;
	uint32_t marks;
	static uint8_t copy[ROW_BYTES];
	memcpy(copy, row->value, row->value_bytes);
	assert_int_equal(arena_open(&arena, 4 << 20), STATUS_OK);
	assert_int_equal(manifests_decode((struct span){ copy, row->value_bytes }, &arena, &marks, &facts), STATUS_OK);
	facts_here(&facts, site_no);
	assert_true(facts_encoded_bytes_max(&facts) + 2 <= ROW_BYTES);
	row->value_bytes = 2 + facts_encode(&facts, row->value + 2);
	arena_close(&arena);
}

/* A row of a site in headquarters' numbers. */
static inline void
translate(const struct store *here, enum table table, uint32_t site_no, const struct walk *walk, struct translated *out)
{
	enum { NOTE_TERMINAL = 8, MACHINE_TERMINAL_BEFORE_END = 12 };
	uint64_t lsn;
	memcpy(out->key, walk->key.data, out->key_bytes = walk->key.bytes);
	memcpy(out->value, walk->value.data, out->value_bytes = walk->value.bytes);
	struct key key = { 0 };
	struct span from = walk->key;
	switch (table) {
	case TABLE_manifests:
		manifest_here(out, site_no);
		break;
	case TABLE_machines:
		from.data += from.bytes - MACHINE_TERMINAL_BEFORE_END;
		from.bytes = 4;
		key_be(&key, block_terminal(site_no, (uint32_t)key_take_be(&from, 4)), 4);
		memcpy(out->key + out->key_bytes - MACHINE_TERMINAL_BEFORE_END, key.bytes, 4);
		break;
	case TABLE_notes:
		value_put(out->value + NOTE_TERMINAL, block_terminal(site_no, (uint32_t)value_get(out->value + NOTE_TERMINAL, 4)),
		    4);
		if (sscanf((const char *)out->key, "quarantine:%lu", &lsn) == 1)
			out->key_bytes =
			    1 + (size_t)snprintf((char *)out->key, KEY_BYTES_MAX, "quarantine:%lu", lsn_here(here, site_no, lsn));
		break;
	case TABLE_quarantine:
		key_be(&key, lsn_here(here, site_no, key_take_be(&from, 8)), 8);
		memcpy(out->key, key.bytes, key.used);
		value_put(out->value + 2, lsn_here(here, site_no, value_get(out->value + 2, 8)), 8);
		break;
	case TABLE_conflicts:
		key_be(&key, block_terminal(site_no, (uint32_t)key_take_be(&from, 4)), 4);
		memcpy(out->key, key.bytes, key.used);
		value_put(out->value, lsn_here(here, site_no, value_get(out->value, 8)), 8);
		break;
	default:
		break;
	}
}

static inline uint64_t
check_rows_of(const struct book *site, const struct store *here, enum table table, uint32_t site_no)
{
	static struct translated row;
	struct store there;
	struct walk walk;
	struct span value;
	uint64_t rows = 0;
	assert_int_equal(store_begin_read(site->env, &there, NULL), STATUS_OK);
	assert_int_equal(walk_open(&there, table, &walk), STATUS_OK);
	for (enum status s = walk_first(&walk); s == STATUS_OK; s = walk_next(&walk), rows++) {
		translate(here, table, site_no, &walk, &row);
		enum status found = store_get(here, table, (struct span){ row.key, row.key_bytes }, &value);
		if (found != STATUS_OK || value.bytes != row.value_bytes || memcmp(value.data, row.value, value.bytes) != 0)
			fail_msg("table %s: row %llu of site %u is %s at headquarters", table_name(table), (unsigned long long)rows,
			    site_no, found == STATUS_OK ? "another" : "missing");
	}
	walk_close(&walk);
	store_abort(&there);
	return rows;
}

static inline void
check_together(const struct book *sites, const struct book *hq)
{
	static const enum table tables[] = { TABLE_tonnage, TABLE_passages, TABLE_names, TABLE_review, TABLE_manifests,
		TABLE_machines, TABLE_notes, TABLE_quarantine, TABLE_conflicts };
	struct store here;
	assert_int_equal(store_begin_read(hq->env, &here, NULL), STATUS_OK);
	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
		uint64_t rows = 0;
		for (size_t i = 0; i < SITES; i++)
			rows += check_rows_of(&sites[i], &here, tables[t], SITE_FIRST + (uint32_t)i);
		if (rows != store_rows(&here, tables[t]))
			fail_msg("table %s: the sites have %llu rows, headquarters has %llu", table_name(tables[t]),
			    (unsigned long long)rows, (unsigned long long)store_rows(&here, tables[t]));
	}
	store_abort(&here);
}

#endif
