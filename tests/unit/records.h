/*
 * Records of a registry for tests: each call adds one to `records`, made in static arrays, so that a test reads as a table. They
 * and their texts hold until records_start(), which is set-up and tear-down. One set for each test program, for one thread.
 */
#ifndef JUYAN_TESTS_RECORDS_H
#define JUYAN_TESTS_RECORDS_H

#include "registry.h"

enum { RECORDS_MAX = 64 };

typedef Juyan__V1__RegistryRecord Record;

extern const Record *records[RECORDS_MAX];
extern size_t records_n;

/* Takes all away. */
int records_start(void **unused);

/* A copy of the text, as the records hold theirs. */
char *text(const char *value);

/* An empty record, and one of each kind with what it must have. `prefixes`, `words`, `port_ids`, `kinds` are parted by commas. */
Record *record(const char *valid_from);
Juyan__V1__Port *port(const char *id, const char *valid_from, const char *offset, Juyan__V1__CountOn count_on);
Juyan__V1__CommodityGroup *group(const char *id, const char *valid_from, uint32_t rank, const char *prefixes, const char *words);
Juyan__V1__Terminal *terminal(uint32_t no, uint8_t key, const char *port_ids, const char *kinds);
void list(char ***out, size_t *n, const char *values);

/* The one that was added last. */
Record *last_record(void);

/* The registry of all of them: it fails the test when they are refused. The caller closes it. */
struct registry *build(void);

/* The records are refused with this status and a sentence that holds `part`. */
void refused(enum status expected, const char *part);

#endif
