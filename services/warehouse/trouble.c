/* The rules of trouble.h. */
#include "trouble.h"

#include <assert.h>
#include <string.h>

enum { PAUSE_FIRST_MS = 250, PAUSE_MOST_MS = 60000 };

static const struct {
	const char *name;
	const char *sentence;
} rows[] = {
#define X(name, text, sentence) { text, sentence },
	TROUBLE_LIST(X)
#undef X
};

const char *
trouble_name(enum trouble trouble)
{
	assert(trouble < TROUBLES);
	return rows[trouble].name;
}

const char *
trouble_sentence(enum trouble trouble)
{
	assert(trouble < TROUBLES);
	return rows[trouble].sentence;
}

bool
trouble_lasts(enum trouble trouble)
{
	switch (trouble) {
	case TROUBLE_VERSION:
	case TROUBLE_RIGHTS:
	case TROUBLE_SCHEMA:
	case TROUBLE_OTHER_PAST:
	case TROUBLE_OTHER_LEDGER:
	case TROUBLE_SETTING:
	case TROUBLE_LEDGER:
		return true;
	default:
		return false;
	}
}

/* Whole codes stand before the classes that they belong to. */
static const struct {
	const char *begins;
	enum trouble trouble;
} states[] = {
	{ "25006", TROUBLE_READ_ONLY },
	{ "57014", TROUBLE_SLOW },
	{ "57P", TROUBLE_AWAY },
	{ "55P03", TROUBLE_SLOW },
	{ "53100", TROUBLE_FULL },
	{ "53200", TROUBLE_FULL },
	{ "53", TROUBLE_AWAY },
	{ "58030", TROUBLE_FULL },
	{ "08", TROUBLE_AWAY },
	{ "40", TROUBLE_CONTENDED },
	{ "23505", TROUBLE_CONTENDED },
	{ "42501", TROUBLE_RIGHTS },
	{ "28", TROUBLE_RIGHTS },
	{ "3D000", TROUBLE_RIGHTS },
	{ "3F000", TROUBLE_SCHEMA },
	{ "42P01", TROUBLE_SCHEMA },
	{ "42703", TROUBLE_SCHEMA },
};

enum trouble
trouble_of_state(const char *state)
{
	if (state == NULL || state[0] == '\0')
		return TROUBLE_AWAY;
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strncmp(state, states[i].begins, strlen(states[i].begins)) == 0)
			return states[i].trouble;
	return TROUBLE_ODD;
}

enum trouble
trouble_of_connecting(const char *message)
{
	static const struct {
		const char *part;
		enum trouble trouble;
	} parts[] = {
		{ "read-only", TROUBLE_READ_ONLY },
		{ "hot standby mode", TROUBLE_READ_ONLY },
		{ "timeout expired", TROUBLE_SLOW },
		{ "authentication", TROUBLE_RIGHTS },
		{ "no password", TROUBLE_RIGHTS },
		{ "pg_hba.conf", TROUBLE_RIGHTS },
		{ "role \"", TROUBLE_RIGHTS },
		{ "permission denied for database", TROUBLE_RIGHTS },
		{ "database \"", TROUBLE_RIGHTS },
		{ "invalid connection option", TROUBLE_SETTING },
		{ "missing \"=\"", TROUBLE_SETTING },
		{ "invalid URI", TROUBLE_SETTING },
		{ "out of memory", TROUBLE_AWAY },
	};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strstr(message, parts[i].part) != NULL)
			return parts[i].trouble;
	return TROUBLE_AWAY;
}

int64_t
trouble_pause_ms(unsigned tries)
{
	int64_t ms = PAUSE_FIRST_MS;
	for (unsigned i = 1; i < tries && ms < PAUSE_MOST_MS; i++)
		ms *= 2;
	return ms < PAUSE_MOST_MS ? ms : PAUSE_MOST_MS;
}
