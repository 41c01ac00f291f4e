/* See late.h. Looks are those of the last weeks that are complete by now, and today's own, which says what has come since. */
#include "late.h"

#include <stdlib.h>
#include <string.h>

#include "archive.h"

struct port_known {
	char port[PORT_BYTES_MAX + 1];
	int64_t kg[COMPLETION_LAGS];
};

struct late_look {
	int64_t origin;
	size_t n; /* 0: it tells nothing */
	struct port_known *ports;
};

void
late_close(struct late *late)
{
	for (size_t i = 0; i < late->n; i++)
		free(late->looks[i].ports);
	free(late->looks);
	*late = (struct late){ 0 };
}

/* Leaves of one port stand together. */
static bool
begins_port(const struct leaf *leaf, size_t i)
{
	return i == 0 || strcmp(leaf[i].key.port, leaf[i - 1].key.port) != 0;
}

/* What the leaves of `port` have on the last days up to `last`. */
static void
sum_port(const struct inputs *inputs, const char *port, int64_t last, int64_t kg[COMPLETION_LAGS])
{
	memset(kg, 0, COMPLETION_LAGS * sizeof *kg);
	for (size_t i = 0; i < inputs->n; i++)
		for (int64_t lag = 0; strcmp(inputs->leaf[i].key.port, port) == 0 && lag < COMPLETION_LAGS; lag++)
			if (last - lag >= inputs->first_day && last - lag <= inputs->origin)
				kg[lag] += inputs->leaf[i].past_kg[last - lag - inputs->first_day];
}

/* A look after days of silence is one of a broken line, not of usual lateness. */
static enum status
take_look(const struct kept *kept, struct late_look *look)
{
	const struct inputs *inputs = &kept->inputs;
	if (inputs->silent_days > 0)
		return STATUS_OK;
	look->ports = calloc(inputs->n + 1, sizeof *look->ports);
	if (look->ports == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < inputs->n; i++) {
		if (!begins_port(inputs->leaf, i))
			continue;
		struct port_known *known = &look->ports[look->n++];
		memcpy(known->port, inputs->leaf[i].key.port, sizeof known->port);
		sum_port(inputs, known->port, inputs->origin, known->kg);
	}
	return STATUS_OK;
}

static const struct late_look *
find(const struct late *late, int64_t origin)
{
	for (size_t i = 0; i < late->n; i++)
		if (late->looks[i].origin == origin)
			return &late->looks[i];
	return NULL;
}

static enum status
read_look(struct late *late, const char *dir, int64_t origin)
{
	struct kept kept = { 0 };
	char passed[SENTENCE_BYTES_MAX];
	struct reason ignored;
	struct late_look *grown = reallocarray(late->looks, late->n + 1, sizeof *grown);
	if (grown == NULL)
		return STATUS_NO_MEMORY;
	late->looks = grown;
	late->looks[late->n] = (struct late_look){ .origin = origin };
	enum status status = archive_find(dir, origin, &kept, passed, &ignored);
	if (status == STATUS_OK && kept.inputs.origin == origin)
		status = take_look(&kept, &late->looks[late->n]);
	kept_close(&kept);
	late->n++;
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* Whether every day of a look at this origin is complete by now, or it is today's own. */
static bool
is_wanted(const struct inputs *all, int64_t origin)
{
	return origin == all->origin || origin <= all->origin - COMPLETION_LAGS;
}

static enum status
read_looks(struct late *late, const char *dir, const struct inputs *all)
{
	int64_t *days = NULL;
	size_t n = 0, taken = 0;
	enum status status = archive_days(dir, &days, &n);
	while (status == STATUS_OK && n-- > 0 && taken <= COMPLETION_LOOKS) {
		if (!is_wanted(all, days[n]))
			continue;
		taken++;
		if (find(late, days[n]) == NULL)
			status = read_look(late, dir, days[n]);
	}
	free(days);
	return status;
}

/* ---- one port ---- */

static const struct port_known *
known_of(const struct late_look *look, const char *port)
{
	for (size_t i = 0; i < look->n; i++)
		if (strcmp(look->ports[i].port, port) == 0)
			return &look->ports[i];
	return NULL;
}

static void
learn_port(const struct late *late, const struct inputs *all, const char *port, struct completion *out)
{
	struct completion_look looks[COMPLETION_LOOKS];
	double come[COMPLETION_LAGS];
	size_t n = 0;
	for (size_t lag = 0; lag < COMPLETION_LAGS; lag++)
		come[lag] = 1.0;
	for (size_t i = 0; i < late->n; i++) {
		const struct port_known *known = known_of(&late->looks[i], port);
		int64_t origin = late->looks[i].origin, now[COMPLETION_LAGS];
		if (known == NULL || !is_wanted(all, origin))
			continue;
		sum_port(all, port, origin, now);
		for (size_t lag = 0; origin == all->origin && lag < COMPLETION_LAGS; lag++)
			come[lag] = known->kg[lag] > 0 && now[lag] > 0 ? (double)now[lag] / (double)known->kg[lag] : 1.0;
		if (origin == all->origin || n == COMPLETION_LOOKS)
			continue;
		memcpy(looks[n].known_kg, known->kg, sizeof known->kg);
		memcpy(looks[n++].now_kg, now, sizeof now);
	}
	completion_learn(looks, n, come, out);
}

enum status
late_learn(struct late *late, const char *dir, struct inputs *all)
{
	enum status status = dir == NULL ? STATUS_OK : read_looks(late, dir, all);
	struct completion *made = calloc(all->n + 1, sizeof *made);
	size_t n = 0;
	if (made == NULL)
		status = STATUS_NO_MEMORY;
	for (size_t i = 0; status == STATUS_OK && i < all->n; i++) {
		if (!begins_port(all->leaf, i))
			continue;
		memcpy(made[n].port, all->leaf[i].key.port, sizeof made[n].port);
		learn_port(late, all, made[n].port, &made[n]);
		n += made[n].looks > 0;
	}
	if (status != STATUS_OK) {
		free(made);
		return status;
	}
	free(all->completion);
	all->completion = made;
	all->n_completions = n;
	inputs_mark(all);
	return STATUS_OK;
}
