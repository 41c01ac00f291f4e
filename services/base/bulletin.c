/* The file of bulletin.h: one JSON object, put in place of the one before. */
#include "bulletin.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

static void
path_of(const char *data_dir, const char *service, const char *end, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%.400s/run/%.32s.json%s", data_dir, service, end);
}

void
bulletin_add(struct bulletin *bulletin, const char *name, int64_t value)
{
	assert(bulletin->n < BULLETIN_FIGURES && strlen(name) < BULLETIN_WORD_BYTES);
	struct bulletin_figure *figure = &bulletin->figures[bulletin->n++];
	snprintf(figure->name, sizeof figure->name, "%s", name);
	figure->value = value;
}

enum status
bulletin_write(const char *data_dir, const char *service, const struct bulletin *bulletin, struct reason *why)
{
	char path[PATH_BYTES], part[PATH_BYTES];
	path_of(data_dir, service, "", path);
	path_of(data_dir, service, ".part", part);
	json_t *figures = json_object();
	for (size_t i = 0; figures != NULL && i < bulletin->n; i++)
		json_object_set_new(figures, bulletin->figures[i].name, json_integer(bulletin->figures[i].value));
	json_t *root = json_pack("{s:s, s:s, s:s, s:I, s:I, s:o}", "state", bulletin->state, "trouble", bulletin->trouble,
	    "sentence", bulletin->sentence, "since_ms", (json_int_t)bulletin->since_ms, "told_ms", (json_int_t)bulletin->told_ms,
	    "figures", figures);
	if (root == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	bool fine = json_dump_file(root, part, JSON_COMPACT) == 0 && rename(part, path) == 0;
	json_decref(root);
	return fine ? STATUS_OK : reason_say(why, STATUS_SYSTEM, "%.160s: it cannot be written: %s", path, strerror(errno));
}

static bool
take_word(const json_t *root, const char *name, char *out, size_t bytes)
{
	const char *text = json_string_value(json_object_get(root, name));
	if (text == NULL || strlen(text) >= bytes)
		return false;
	snprintf(out, bytes, "%s", text);
	return true;
}

static bool
take_all(json_t *root, struct bulletin *out)
{
	const char *name;
	json_t *value;
	json_t *figures = json_object_get(root, "figures");
	if (!take_word(root, "state", out->state, sizeof out->state) ||
	    !take_word(root, "trouble", out->trouble, sizeof out->trouble) ||
	    !take_word(root, "sentence", out->sentence, sizeof out->sentence))
		return false;
	out->since_ms = json_integer_value(json_object_get(root, "since_ms"));
	out->told_ms = json_integer_value(json_object_get(root, "told_ms"));
	if (!json_is_object(figures) || json_object_size(figures) > BULLETIN_FIGURES)
		return false;
	json_object_foreach(figures, name, value)
	{
		if (strlen(name) >= BULLETIN_WORD_BYTES || !json_is_integer(value))
			return false;
		bulletin_add(out, name, json_integer_value(value));
	}
	return true;
}

enum status
bulletin_read(const char *data_dir, const char *service, struct bulletin *out, struct reason *why)
{
	char path[PATH_BYTES];
	struct bulletin bulletin = { .n = 0 };
	path_of(data_dir, service, "", path);
	if (access(path, F_OK) != 0)
		return reason_say(why, STATUS_NOT_FOUND, "no %.32s tells in %.160s how it stands", service, data_dir);
	json_t *root = json_load_file(path, 0, NULL);
	bool fine = root != NULL && take_all(root, &bulletin);
	json_decref(root);
	if (!fine)
		return reason_say(why, STATUS_SYNTAX, "%.160s: it cannot be read", path);
	*out = bulletin;
	return STATUS_OK;
}

void
bulletin_remove(const char *data_dir, const char *service)
{
	char path[PATH_BYTES];
	path_of(data_dir, service, "", path);
	unlink(path);
}
