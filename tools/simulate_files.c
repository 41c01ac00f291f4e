/* NDJSON for each simulated terminal. */
#include "simulate_files.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "json.h"

enum { PATH_BYTES = 512 };

struct simulate_files {
	const struct simulation *simulation;
	char dir[PATH_BYTES];
	FILE *file[SIMULATION_TERMINALS_MAX];
};

static enum status
cannot(const char *path, struct reason *why)
{
	return reason_say(why, STATUS_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
}

static enum status
open_file(const struct simulate_files *files, const char *name, FILE **out, struct reason *why)
{
	char path[PATH_BYTES + 64];
	snprintf(path, sizeof path, "%s/%s", files->dir, name);
	FILE *file = fopen(path, "we");
	if (file == NULL)
		return cannot(path, why);
	*out = file;
	return STATUS_OK;
}

enum status
simulate_files_open(const char *dir, const struct simulation *simulation, struct simulate_files **out, struct reason *why)
{
	if (strlen(dir) >= PATH_BYTES)
		return reason_say(why, STATUS_USAGE, "--out: a path of less than %d bytes is expected", PATH_BYTES);
	if (mkdir(dir, 0777) != 0 && errno != EEXIST)
		return cannot(dir, why);
	struct simulate_files *files = calloc(1, sizeof *files);
	if (files == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "there is no memory for files");
	files->simulation = simulation;
	memcpy(files->dir, dir, strlen(dir) + 1);
	enum status status = STATUS_OK;
	for (uint32_t i = 0; status == STATUS_OK && i < simulation_terminals(simulation); i++) {
		char name[64];
		snprintf(name, sizeof name, "%s.ndjson", simulation_terminal(simulation, i)->name);
		status = open_file(files, name, &files->file[i], why);
	}
	if (status != STATUS_OK)
		simulate_files_close(&files);
	else
		*out = files;
	return status;
}

void
simulate_files_close(struct simulate_files **files)
{
	if (*files == NULL)
		return;
	for (size_t i = 0; i < SIMULATION_TERMINALS_MAX; i++)
		if ((*files)->file[i] != NULL)
			(void)fclose((*files)->file[i]);
	free(*files);
	*files = NULL;
}

enum status
simulate_files_write(struct simulate_files *files, const struct simulated_event *event, struct reason *why)
{
	assert(event->message != NULL && files->file[event->terminal] != NULL);
	json_t *value = NULL;
	enum status status = json_write(&event->message->base, true, &value);
	if (status != STATUS_OK)
		return reason_say(why, status, "there is no memory for a line of JSON");
	FILE *file = files->file[event->terminal];
	bool fine = json_dumpf(value, file, JSON_COMPACT) == 0 && fputc('\n', file) != EOF;
	json_decref(value);
	return fine ? STATUS_OK : cannot(simulation_terminal(files->simulation, event->terminal)->name, why);
}

static void
describe(const struct simulation *simulation, FILE *file)
{
	fprintf(file,
	    "# The simulated terminals, as in the registry but for their keys (public_key) and numbers (terminal_no). For each "
	    "NAME:\n"
	    "#   juyan keys make NAME.key\n"
	    "#   juyan keys authorise NAME.key.pub --name NAME --ports PORT --kinds KIND,KIND --data DIR\n"
	    "#   juyan send NAME.ndjson --key NAME.key --data DIR\n"
	    "terminals:\n");
	for (uint32_t i = 0; i < simulation_terminals(simulation); i++) {
		const struct simulation_terminal *terminal = simulation_terminal(simulation, i);
		fprintf(file, "  - name: %s\n    ports: [%s]\n    kinds: [", terminal->name, terminal->port);
		for (size_t k = 0; terminal->kinds[k] != NULL; k++)
			fprintf(file, "%s%s", k > 0 ? ", " : "", terminal->kinds[k]);
		fprintf(file, "]\n");
	}
}

enum status
simulate_files_finish(struct simulate_files *files, struct reason *why)
{
	FILE *yaml = NULL;
	enum status status = open_file(files, "terminals.yaml", &yaml, why);
	if (status != STATUS_OK)
		return status;
	describe(files->simulation, yaml);
	if (fclose(yaml) != 0)
		status = cannot("terminals.yaml", why);
	for (uint32_t i = 0; i < simulation_terminals(files->simulation); i++) {
		if (fclose(files->file[i]) != 0 && status == STATUS_OK)
			status = cannot(simulation_terminal(files->simulation, i)->name, why);
		files->file[i] = NULL;
	}
	return status;
}
