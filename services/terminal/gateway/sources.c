/* The list of all kinds of sources, and what they share: see sources.h. */
#include "sources.h"

#include <inttypes.h>

static const struct source_kind *const kinds[] = { &listen_kind, &connect_kind, &serial_kind, &files_kind, &mqtt_kind };

const struct source_kind *
source_kind_at(size_t i)
{
	return i < sizeof kinds / sizeof kinds[0] ? kinds[i] : NULL;
}

void
source_say(struct machine_source *source, enum log_level level, const char *event, const char *where, const char *why)
{
	char name[LOG_QUOTED_BYTES], place[LOG_QUOTED_BYTES], reason[LOG_QUOTED_BYTES];
	uint64_t withheld;
	if (!log_affords(&source->budgets[level > LOG_INFO], &withheld))
		return;
	log_say(source->log, level, "gateway", event, "source=%s where=%s%s%s withheld=%" PRIu64, log_quoted(source->name, name),
	    log_quoted(where, place), why[0] != '\0' ? " why=" : "", why[0] != '\0' ? log_quoted(why, reason) : "", withheld);
}

const char *
source_text(const struct machine_source *source, const char *name)
{
	const struct yaml_node *node = yaml_get(source->settings, name);
	return node != NULL ? yaml_text(node) : NULL;
}

enum status
source_number(const struct machine_source *source, const char *name, int64_t min, int64_t max, int64_t fallback, int64_t *out,
    struct reason *why)
{
	const struct yaml_node *node = yaml_get(source->settings, name);
	*out = fallback;
	return node == NULL ? STATUS_OK : yaml_number(node, name, min, max, out, why);
}
