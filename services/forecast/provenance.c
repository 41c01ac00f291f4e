/* What an answer rests on, in words; and texts in arenas. */
#include <string.h>

#include "civil.h"
#include "outlook.h"

char *
outlook_text(struct arena *arena, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = arena_take(arena, bytes);
	return copy == NULL ? NULL : memcpy(copy, text, bytes);
}

char *
outlook_day(struct arena *arena, int64_t day)
{
	char text[CIVIL_TEXT_BYTES];
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	civil_format((uint32_t)(year * 10000 + month * 100 + dom), PERIOD_DAY, text);
	return outlook_text(arena, text);
}

static bool
concerns(const char *port, struct outlook_ports ports)
{
	for (size_t i = 0; i < ports.n; i++)
		if (strcmp(ports.ports[i], port) == 0)
			return true;
	return ports.n == 0 || port[0] == '\0';
}

static bool
add_notes(const struct world_notes *notes, struct outlook_ports ports, struct arena *arena, Juyan__V1__Provenance *out)
{
	for (size_t i = 0; notes != NULL && i < notes->n; i++) {
		if (!concerns(notes->port[i], ports))
			continue;
		out->notes[out->n_notes] = outlook_text(arena, notes->text[i]);
		if (out->notes[out->n_notes] == NULL)
			return false;
		out->n_notes++;
	}
	return true;
}

enum status
outlook_provenance(const struct world *world, struct outlook_ports ports, const struct world_notes *extra, struct arena *arena,
    Juyan__V1__Provenance **out)
{
	Juyan__V1__Provenance *made = arena_take(arena, sizeof *made);
	if (made == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__provenance__init(made);
	made->origin = outlook_day(arena, world->leaves.origin);
	made->lsn = world->inputs.lsn;
	made->seed = world->making.seed;
	made->paths = (uint32_t)world->making.paths;
	made->model = outlook_text(arena, world->model);
	made->program = outlook_text(arena, JUYAN_VERSION);
	made->backtest = outlook_text(arena, world->backtest);
	made->notes = arena_take(arena, (2 * WORLD_NOTES_MAX + 1) * sizeof *made->notes);
	if (made->origin == NULL || made->model == NULL || made->program == NULL || made->backtest == NULL || made->notes == NULL ||
	    !add_notes(&world->notes, ports, arena, made) || !add_notes(extra, ports, arena, made))
		return STATUS_NO_MEMORY;
	*out = made;
	return STATUS_OK;
}
