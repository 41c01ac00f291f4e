/* The server of `juyan bench load`, with its terminals in its registry: see bench_load_server.h. */
#include "bench_load_server.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "administer.h"
#include "bench_http.h"

enum { FIRST_NO = 100, AT_ONCE = 100, NAME_BYTES = 32 };

/* Everything that one RegistryChanged points to. */
struct entries {
	Juyan__V1__Terminal terminals[AT_ONCE];
	Juyan__V1__RegistryRecord records[AT_ONCE], *list[AT_ONCE];
	char names[AT_ONCE][NAME_BYTES];
};

static void
enter(struct entries *entries, size_t at, size_t no, const struct key_pair *keys)
{
	static char all[] = "*", *every[] = { all };
	Juyan__V1__Terminal *terminal = &entries->terminals[at];
	juyan__v1__terminal__init(terminal);
	juyan__v1__registry_record__init(&entries->records[at]);
	snprintf(entries->names[at], NAME_BYTES, "load %zu", no);
	terminal->terminal_no = (uint32_t)(FIRST_NO + no);
	terminal->name = entries->names[at];
	terminal->public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, (uint8_t *)(uintptr_t)keys->public_key };
	terminal->n_ports = terminal->n_kinds = 1;
	terminal->ports = terminal->kinds = every;
	entries->records[at].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	entries->records[at].terminal = terminal;
	entries->list[at] = &entries->records[at];
}

enum status
load_server_admit(const char *dir, const struct key_pair *keys, size_t n, struct reason *why)
{
	const struct tool_connection connection = { .data = dir };
	struct entries *entries = calloc(1, sizeof *entries);
	char by[] = "juyan bench", reason[] = "terminals of the load";
	enum status status = entries == NULL ? reason_say(why, STATUS_NO_MEMORY, "memory ran out") : STATUS_OK;
	for (size_t from = 0; from < n && status == STATUS_OK; from += AT_ONCE) {
		Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
		Juyan__V1__RegistryChanged changed = JUYAN__V1__REGISTRY_CHANGED__INIT;
		for (changed.n_put = 0; changed.n_put < AT_ONCE && from + changed.n_put < n; changed.n_put++)
			enter(entries, changed.n_put, from + changed.n_put, &keys[from + changed.n_put]);
		changed.put = entries->list;
		changed.by = by;
		changed.reason = reason;
		event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
		event.registry_changed = &changed;
		status = administer(&connection, &event, why);
	}
	free(entries);
	return status;
}

/* The server keeps others from looking into it: only who may do everything sees its descriptors. */
static size_t
count_files(const struct child *child)
{
	char path[64];
	size_t n = 0;
	snprintf(path, sizeof path, "/proc/%d/fd", child->pid);
	DIR *folder = opendir(path);
	if (folder == NULL)
		return 0;
	while (readdir(folder) != NULL)
		n++;
	closedir(folder);
	return n > 2 ? n - 2 : 0;
}

enum status
load_server_look(const struct child *child, struct load_look *out, struct reason *why)
{
	struct bench_body body = { 0 };
	struct load_look look = { .at_ns = bench_now_ns(), .cpu_s = child_cpu(child), .files = count_files(child) };
	child_memory(child, &look.peak_bytes, &look.own_bytes);
	enum status status = bench_http_get(child->http, "/metrics", false, &body, why);
	if (status != STATUS_OK)
		return status;
	for (int i = 0; i < COUNTERS; i++) {
		char name[96];
		int bytes = snprintf(name, sizeof name, "\njuyan_%s_total ", counter_name((enum counter)i));
		const char *found = strstr(body.text, name);
		look.counters[i] = found == NULL ? 0 : strtoull(found + bytes, NULL, 10);
	}
	bench_body_close(&body);
	*out = look;
	return STATUS_OK;
}
