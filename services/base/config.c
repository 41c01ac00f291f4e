/*
 * The settings, all of them from CONFIG_LIST: each row says where its value stands, what it may be and what it is for. A config is
 * filled by defaults, then a file, then single settings; each writes only what it has checked.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "fold.h"
#include "log.h"
#include "wire.h"
#include "yaml.h"

enum kind { KIND_text, KIND_number };

struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *text; /* the default of a text */
	int64_t number;   /* the default of a number */
	int64_t min, max;
	const char *unit;
	const char *prose;
};

#define FALLBACK_text(fallback) .text = (fallback)
#define FALLBACK_number(fallback) .number = (fallback)
static const struct row rows[] = {
#define X(k, n, fallback, low, high, u, p) \
	{ .name = #n, \
		.kind = KIND_##k, \
		.offset = offsetof(struct config, n), \
		FALLBACK_##k(fallback), \
		.min = (low), \
		.max = (high), \
		.unit = (u), \
		.prose = (p) },
	CONFIG_LIST(X)
#undef X
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct row *
row_of(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static void
set_text(const struct row *row, struct config *config, const char *text)
{
	assert(row->kind == KIND_text && strlen(text) < CONFIG_TEXT_BYTES);
	snprintf((char *)config + row->offset, CONFIG_TEXT_BYTES, "%s", text);
}

static void
set_number(const struct row *row, struct config *config, int64_t number)
{
	assert(row->kind == KIND_number && number >= row->min && number <= row->max);
	memcpy((char *)config + row->offset, &number, sizeof number);
}

void
config_defaults(struct config *out)
{
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].kind == KIND_text)
			set_text(&rows[i], out, rows[i].text);
		else
			set_number(&rows[i], out, rows[i].number);
	}
}

/* ---- one value ---- */

static enum status
check_text(const struct row *row, const char *value, struct reason *why)
{
	size_t bytes = strlen(value);
	enum log_level level;
	struct config_endpoints endpoints;
	if (strcmp(row->name, "log_level") == 0 && !log_level_of(value, &level))
		return reason_say(why, STATUS_SETTING, "log_level is '%.32s'; expected: debug, info, warning or error", value);
	if ((int64_t)bytes < row->min || (int64_t)bytes > row->max)
		return reason_say(why, STATUS_SETTING, "%s has %zu bytes; expected: %lld to %lld", row->name, bytes,
		    (long long)row->min, (long long)row->max);
	if (!wire_text_clean(value, bytes))
		return reason_say(why, STATUS_SETTING, "%s holds control characters or is not UTF-8", row->name);
	struct reason inner = { "" };
	bool endpoints_of_zmq = strstr(row->name, "listen") != NULL && strcmp(row->name, "dashboard_listen") != 0;
	if (endpoints_of_zmq && config_endpoints(value, &endpoints, &inner) != STATUS_OK)
		return reason_say(why, STATUS_SETTING, "%s: %.200s", row->name, inner.text);
	return STATUS_OK;
}

static enum status
parse_number(const struct row *row, const char *value, int64_t *out, struct reason *why)
{
	char *end = NULL;
	errno = 0;
	bool digits = value[0] >= '0' && value[0] <= '9'; /* no setting is negative; blanks and a plus are not wanted */
	long long number = digits ? strtoll(value, &end, 10) : 0;
	if (!digits || *end != '\0' || errno != 0 || number < row->min || number > row->max)
		return reason_say(why, STATUS_SETTING, "%s is '%.32s'; expected: a whole number from %lld to %lld%s%s", row->name,
		    value, (long long)row->min, (long long)row->max, row->unit[0] == '\0' ? "" : " ", row->unit);
	*out = number;
	return STATUS_OK;
}

static enum status
unknown(const char *name, struct reason *why)
{
	char names[SENTENCE_BYTES_MAX] = "";
	size_t used = 0;
	for (size_t i = 0; i < ROWS && used < sizeof names; i++) {
		int n = snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ", rows[i].name);
		used += n < 0 ? sizeof names : (size_t)n;
	}
	return reason_say(why, STATUS_SETTING, "there is no setting '%.32s'; there are: %s", name, names);
}

enum status
config_set(struct config *config, const char *name, const char *value, struct reason *why)
{
	const struct row *row = row_of(name);
	if (row == NULL)
		return unknown(name, why);
	if (row->kind == KIND_text) {
		enum status status = check_text(row, value, why);
		if (status == STATUS_OK)
			set_text(row, config, value);
		return status;
	}
	int64_t number = 0;
	enum status status = parse_number(row, value, &number, why);
	if (status == STATUS_OK)
		set_number(row, config, number);
	return status;
}

/* ---- a file ---- */

/* A list of texts becomes one text with commas, so that `listen` may be written either way. */
static enum status
value_text(const struct yaml_node *node, char out[CONFIG_TEXT_BYTES], struct reason *why)
{
	if (yaml_text(node) != NULL && strlen(yaml_text(node)) < CONFIG_TEXT_BYTES) {
		snprintf(out, CONFIG_TEXT_BYTES, "%s", yaml_text(node));
		return STATUS_OK;
	}
	if (!yaml_is_list(node))
		return yaml_fail(node, why, "expected: one value of less than %d bytes", CONFIG_TEXT_BYTES);
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < yaml_count(node); i++) {
		const char *item = yaml_text(yaml_item(node, i));
		int n = item == NULL ? CONFIG_TEXT_BYTES
				     : snprintf(out + used, CONFIG_TEXT_BYTES - used, "%s%s", i == 0 ? "" : ",", item);
		used += (size_t)n;
		if (used >= CONFIG_TEXT_BYTES)
			return yaml_fail(yaml_item(node, i), why, "expected: texts of less than %d bytes together",
			    CONFIG_TEXT_BYTES);
	}
	return STATUS_OK;
}

static enum status
read_map(const struct yaml_node *root, struct config *config, struct reason *why)
{
	if (!yaml_is_map(root))
		return yaml_fail(root, why, "expected: settings, one 'name: value' a line");
	for (size_t i = 0; i < yaml_count(root); i++) {
		const struct yaml_node *node = yaml_value(root, i);
		char text[CONFIG_TEXT_BYTES];
		enum status status = value_text(node, text, why);
		if (status != STATUS_OK)
			return status;
		struct reason inner = { "" };
		if (config_set(config, yaml_key(root, i), text, &inner) != STATUS_OK)
			return yaml_fail(node, why, "%s", inner.text);
	}
	return STATUS_OK;
}

enum status
config_read(const char *path, struct config *config, struct reason *why)
{
	struct yaml *yaml = NULL;
	struct config fresh = *config;
	enum status status = yaml_open_file(path, &yaml, why);
	if (status == STATUS_OK && yaml_root(yaml) != NULL)
		status = read_map(yaml_root(yaml), &fresh, why);
	yaml_close(&yaml);
	if (status == STATUS_OK)
		*config = fresh;
	return status == STATUS_SYNTAX ? STATUS_SETTING : status;
}

/* ---- for people ---- */

void
config_explain(FILE *out)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		if (row->kind == KIND_text)
			fprintf(out, "  %s (default \"%s\")\n", row->name, row->text);
		else
			fprintf(out, "  %s: %lld to %lld %s (default %lld)\n", row->name, (long long)row->min, (long long)row->max,
			    row->unit, (long long)row->number);
		fold_print(row->prose, 6, 0, out);
	}
}

/* ---- endpoints ---- */

static enum status
take_endpoint(const char *from, size_t bytes, struct config_endpoints *out, struct reason *why)
{
	int shown = (int)(bytes < 64 ? bytes : 64);
	if (out->n == CONFIG_LISTEN_MAX)
		return reason_say(why, STATUS_SETTING, "more than %d endpoints", CONFIG_LISTEN_MAX);
	const char *colon = memrchr(from, ':', bytes);
	bool tcp = bytes > 6 && memcmp(from, "tcp://", 6) == 0 && colon > from + 6 && colon < from + bytes - 1;
	if (!tcp || bytes >= CONFIG_TEXT_BYTES)
		return reason_say(why, STATUS_SETTING, "'%.*s' is no endpoint; expected: tcp://ADDRESS:PORT", shown, from);
	snprintf(out->text[out->n], CONFIG_TEXT_BYTES, "%.*s", (int)bytes, from);
	return endpoint_check(out->text[out->n++], why);
}

enum status
config_endpoints(const char *listen, struct config_endpoints *out, struct reason *why)
{
	struct config_endpoints endpoints = { .n = 0 };
	const char *from = listen + strspn(listen, " ");
	while (*from != '\0') {
		size_t bytes = strcspn(from, ","), trimmed = bytes;
		while (trimmed > 0 && from[trimmed - 1] == ' ')
			trimmed--;
		enum status status = take_endpoint(from, trimmed, &endpoints, why);
		if (status != STATUS_OK)
			return status;
		from += bytes;
		if (*from == ',' && *(from += 1 + strspn(from + 1, " ")) == '\0')
			return reason_say(why, STATUS_SETTING, "an endpoint is expected behind the last comma");
	}
	*out = endpoints;
	return STATUS_OK;
}
