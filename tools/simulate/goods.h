/*
 * What crosses the border: a catalogue of goods with HS codes and descriptions as clerks write them in Chinese, Mongolian and
 * English, and the commodity group to which each way of writing leads. The groups are those of the registry that Juyan is
 * shipped with (tools/registry.yaml), put down here a second time so that the tally does not lean on what it tests. Owns
 * nothing; any thread.
 */
#ifndef JUYAN_SIMULATE_GOODS_H
#define JUYAN_SIMULATE_GOODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random.h"

enum goods_language { GOODS_ZH, GOODS_MN, GOODS_EN, GOODS_LANGUAGES };

enum goods_traffic {
	GOODS_BULK_IMPORT,  /* coal in the main, and ores: full road trains */
	GOODS_SMALL_IMPORT, /* wool, meat, animals: ordinary trucks */
	GOODS_EXPORT,
};

/* The group of crossings without goods. */
enum { GOODS_GROUP_EMPTY = 0 };

/* Any goods of this traffic, by their usual share. */
uint8_t goods_draw(enum goods_traffic traffic, struct random *random);
uint8_t goods_coal(struct random *random);

const char *goods_hs(uint8_t goods);
const char *goods_text(uint8_t goods, enum goods_language language);

/* The group (an index) of a line that is written so; with_hs: its HS code stands beside the text. */
uint8_t goods_group(uint8_t goods, enum goods_language language, bool with_hs);
size_t goods_groups(void);
const char *goods_group_id(uint8_t group);

#endif
