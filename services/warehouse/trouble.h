/*
 * What may be wrong between the service and PostgreSQL: kinds that an operator can act on, from PostgreSQL's codes; and how long to
 * wait before the next try. Pure.
 */
#ifndef JUYAN_WAREHOUSE_TROUBLE_H
#define JUYAN_WAREHOUSE_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

#define TROUBLE_LIST(X) \
	X(NONE, "none", "it is well") \
	X(AWAY, "away", "PostgreSQL cannot be reached, or shuts down") \
	X(SLOW, "slow", "PostgreSQL did not answer in time") \
	X(FULL, "full", "PostgreSQL has no room") \
	X(READ_ONLY, "read_only", "PostgreSQL takes no writes here: a standby, or set so") \
	X(VERSION, "version", "this is no PostgreSQL that is supported") \
	X(RIGHTS, "rights", "the role may not do this, or may not log in") \
	X(SCHEMA, "schema", "the schema in the database is not this program's") \
	X(OTHER_PAST, "other_past", "the warehouse holds another past of this ledger") \
	X(OTHER_LEDGER, "other_ledger", "a port of this ledger is written by another") \
	X(CONTENDED, "contended", "another transaction was in the way") \
	X(SETTING, "setting", "the connection string cannot be used") \
	X(LEDGER, "ledger", "the ledger cannot be read") \
	X(ODD, "odd", "PostgreSQL refused")

#define X(name, text, sentence) TROUBLE_##name,
enum trouble { TROUBLE_LIST(X) TROUBLES };
#undef X

const char *trouble_name(enum trouble trouble);
const char *trouble_sentence(enum trouble trouble);

/* Whether it passes only when a person has mended something. */
bool trouble_lasts(enum trouble trouble);

/* From the five characters of an SQLSTATE; NULL or empty: AWAY. */
enum trouble trouble_of_state(const char *state);
/* From what libpq says where it could not connect, which has no code. */
enum trouble trouble_of_connecting(const char *message);

/* The pause before try number `tries` (from 1): from a quarter of a second doubled up to a minute. */
int64_t trouble_pause_ms(unsigned tries);

#endif
