/* What a report takes from the registry: the ports' clocks, and what ports and commodity groups are called now. */
#include <stdint.h>
#include <string.h>

#include "report_parts.h"

/* What is asked of one kind of records. */
static enum status
ask_records(const struct source *source, const char *kind, const Juyan__V1__Registry **out, struct reason *why)
{
	Juyan__V1__RegistryAsk ask = JUYAN__V1__REGISTRY_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	ask.kind = (char *)(uintptr_t)kind; /* it is only read */
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &ask;
	enum status status = report_ask(source, &question, JUYAN__V1__ANSWER__SAY_REGISTRY, &answer, why);
	if (status == STATUS_OK)
		*out = answer->registry;
	return status;
}

/* Id and names of a record. Records come in order of id and valid_from, so that the latest name holds. */
static bool
name_of(const Juyan__V1__RegistryRecord *record, const char **id, const char *text[REPORT_LANGS])
{
	if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT) {
		const Juyan__V1__Port *port = record->port;
		*id = port->id;
		text[REPORT_ZH] = port->name_zh;
		text[REPORT_MN] = port->name_mn;
		text[REPORT_EN] = port->name_en;
		return true;
	}
	if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE) {
		const Juyan__V1__Place *place = record->place;
		*id = place->id;
		text[REPORT_ZH] = place->name_zh;
		text[REPORT_MN] = place->name_mn;
		text[REPORT_EN] = place->name_en;
		return true;
	}
	if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP) {
		const Juyan__V1__CommodityGroup *group = record->group;
		*id = group->id;
		text[REPORT_ZH] = group->name_zh;
		text[REPORT_MN] = group->name_mn;
		text[REPORT_EN] = group->name_en;
		return true;
	}
	return false;
}

static enum status
take_names(struct report *report, const Juyan__V1__Registry *records, struct report_name **out, size_t *n, struct reason *why)
{
	struct report_name *names = arena_take(&report->arena, (records->n_records + 1) * sizeof *names);
	size_t used = 0;
	if (names == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	for (size_t i = 0; i < records->n_records; i++) {
		const char *id, *text[REPORT_LANGS];
		if (!name_of(records->records[i], &id, text))
			continue;
		struct report_name *name = &names[used];
		if (used > 0 && strcmp(names[used - 1].id, id) == 0)
			name--;
		else
			used++;
		name->id = report_copy(report, id);
		bool whole = name->id != NULL;
		for (size_t lang = 0; lang < REPORT_LANGS; lang++) {
			name->text[lang] = report_copy(report, text[lang][0] != '\0' ? text[lang] : id);
			whole = whole && name->text[lang] != NULL;
		}
		if (!whole)
			return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	*out = names;
	*n = used;
	return STATUS_OK;
}

enum status
report_ask_registry(const struct source *source, struct report *report, struct registry **out, struct reason *why)
{
	const Juyan__V1__Registry *records;
	struct registry *registry = NULL;
	enum status status = ask_records(source, "port,place", &records, why);
	if (status == STATUS_OK)
		status =
		    registry_build((const Juyan__V1__RegistryRecord *const *)records->records, records->n_records, &registry, why);
	if (status == STATUS_OK && report != NULL)
		status = take_names(report, records, &report->ports, &report->n_ports, why);
	if (status == STATUS_OK && report != NULL)
		status = ask_records(source, "group", &records, why);
	if (status == STATUS_OK && report != NULL)
		status = take_names(report, records, &report->groups, &report->n_groups, why);
	if (status != STATUS_OK)
		registry_close(&registry);
	else
		*out = registry;
	return status;
}
