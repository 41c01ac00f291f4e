/*
 * `juyan gateway --check`: what would become of a file in a machine's format, for whoever stands beside the machine. It opens
 * nothing but the file and the configuration.
 */
#include "gateway_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "clock.h"
#include "gateway_config.h"
#include "json.h"
#include "tool.h"
#include "zip_members.h"

enum { FILE_BYTES_MAX = 64 * 1024 * 1024, SETTINGS_BYTES = 16 * 1024, VALUE_BYTES = 120, KIND_COLUMN = 18 };

struct check {
	const struct gateway_command *command;
	struct gateway_config config;
	const struct machine_source *source; /* NULL: none was named */
	struct yaml *set;                    /* of --set; NULL: none */
	struct place place;
	struct arena findings;
	const struct connector *before; /* told in the heading last */
	size_t events, remarks, wrong;
	bool parts; /* a manifest that is none by itself was among them */
};

/* ---- what was asked for ---- */

/* The settings of --set as one YAML document, so that the connector reads them as it reads its file. */
static enum status
read_set(struct check *check, struct reason *why)
{
	char text[SETTINGS_BYTES];
	size_t used = 0;
	for (size_t i = 0; i < check->command->n; i++) {
		const char *said = check->command->settings[i], *equals = strchr(said, '=');
		int n = snprintf(text + used, sizeof text - used, "%.*s: %s\n", (int)(equals - said), said, equals + 1);
		if (n < 0 || (size_t)n >= sizeof text - used)
			return reason_say(why, STATUS_USAGE, "--set: more than %d bytes of settings", SETTINGS_BYTES);
		used += (size_t)n;
	}
	if (used == 0)
		return STATUS_OK;
	enum status status = yaml_open_text("--set", text, used, &check->set, why);
	if (status == STATUS_OK && (yaml_root(check->set) == NULL || !yaml_is_map(yaml_root(check->set))))
		status = reason_say(why, STATUS_USAGE, "--set: expected NAME=VALUE");
	return status;
}

static enum status
read_command(struct check *check, struct reason *why)
{
	const struct gateway_command *command = check->command;
	check->place = (struct place){ "check", "ceke", 8 * 60, NULL };
	enum status status = read_set(check, why);
	if (status == STATUS_OK && command->config != NULL)
		status = gateway_config_read(command->config, &check->config, why);
	if (status != STATUS_OK)
		return status;
	if (command->config != NULL)
		check->place = (struct place){ "check", check->config.port, check->config.offset_minutes,
			check->config.sources[0].place.driver_key };
	if (command->connector != NULL)
		return gateway_config_connector(command->connector, check->set, why);
	if (command->source == NULL)
		return check->set == NULL ? STATUS_OK
					  : reason_say(why, STATUS_USAGE, "--set needs --connector NAME: whose setting it is");
	if (command->config == NULL || command->connector != NULL || check->set != NULL)
		return reason_say(why, STATUS_USAGE, "--source NAME is a source of --config FILE, with all that stands there");
	if ((check->source = gateway_config_source(&check->config, command->source)) == NULL)
		return reason_say(why, STATUS_USAGE, "%.128s has no source '%.32s'", command->config, command->source);
	check->place = check->source->place;
	return STATUS_OK;
}

static enum status
choose(const struct check *check, struct span bytes, const char *name, const struct connector **out, struct reason *why)
{
	const char *wanted = check->command->connector;
	*out = check->source != NULL ? check->source->connector
	    : wanted != NULL         ? connector_of(wanted)
				     : connector_guess(bytes, name);
	if (*out == NULL)
		*out = check->before; /* what stands in one zip is mostly of one kind */
	if (*out != NULL)
		return STATUS_OK;
	return reason_say(why, STATUS_SYNTAX, "%.100s looks like none of the formats; name one: --connector NAME", name);
}

/* ---- showing ---- */

/* The inner message of an event, as "name=value" and lists as JSON. */
static void
print_fields(json_t *said)
{
	const char *name;
	json_t *value;
	json_object_foreach(said, name, value)
	{
		char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		if (text != NULL && json_is_string(value))
			printf("  %s=%s", name, json_string_value(value));
		else if (text != NULL)
			printf("  %s=%.*s%s", name, VALUE_BYTES, text, strlen(text) > VALUE_BYTES ? "…" : "");
		free(text);
	}
}

static void
print_event(struct check *check, const struct finding *finding)
{
	const Juyan__V1__Event *event = finding->event;
	const char *kind = wire_event_kind(event);
	json_t *whole = NULL;
	char when[ASKING_TIME_BYTES];
	printf("  event   %-*s at %s", KIND_COLUMN, kind, asking_time(event->occurred_at_ms, check->place.offset_minutes, when));
	if (event->batch_no[0] != '\0')
		printf("  batch_no=%s", event->batch_no);
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
		printf("  (%s%s)", part_name(finding->part), finding->without_goods ? ", crosses empty" : "");
	else if (finding->message_no != NULL)
		printf("  (answers message %s)", finding->message_no);
	check->parts = check->parts || (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED && finding->part != PART_WHOLE);
	if (json_write(&event->base, true, &whole) == STATUS_OK)
		print_fields(json_object_get(whole, kind));
	json_decref(whole);
	if (event->source_key[0] != '\0')
		printf("  source_key=%s", event->source_key);
	putchar('\n');
}

static void
print_line(json_t *line)
{
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
}

static void
print_json(const struct finding *finding, const char *file)
{
	json_t *line = json_pack("{s:s, s:I}", "file", file, "message", (json_int_t)finding->message + 1);
	json_t *event = NULL;
	if (finding->event == NULL) {
		json_object_set_new(line, "remark", json_string(remark_name(finding->remark)));
		json_object_set_new(line, "text", json_string(finding->text));
	} else if (json_write(&finding->event->base, true, &event) == STATUS_OK) {
		json_object_set_new(line, "event", event);
		if (finding->event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
			json_object_set_new(line, "part", json_string(part_name(finding->part)));
	}
	print_line(line);
}

/* What is wrong with a file, a member of a zip, or an event; the rest goes on. */
static void
say_wrong(struct check *check, const char *name, size_t message, const char *sentence)
{
	check->wrong++;
	if (!check->command->json && message > 0)
		printf("  wrong   %s\n", sentence);
	else if (!check->command->json)
		printf("%s: wrong: %s\n", name, sentence);
	else
		print_line(json_pack("{s:s, s:I, s:s}", "file", name, "message", (json_int_t)message, "wrong", sentence));
}

static bool
is_wrong(enum remark remark)
{
	return remark == REMARK_unreadable || remark == REMARK_lacks || remark == REMARK_strange || remark == REMARK_broken_frame;
}

/*
 * Whether the centre would take the event, with what the gateway's book adds to it. A part of a manifest is not whole yet: that is
 * the book's to see.
 */
static enum status
would_be_taken(const struct check *check, Juyan__V1__Event *event, const struct finding *finding, struct reason *why)
{
	char batch[] = "of-its-manifest", unit[] = "of-its-lane", *port = strdup(check->place.port), *port_before = event->port;
	char *batch_before = event->batch_no;
	Juyan__V1__UnitWeighed *weighed = event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED ? event->unit_weighed : NULL;
	char *unit_before = weighed != NULL ? weighed->unit_id : NULL;
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED && finding->part != PART_WHOLE)
		return free(port), STATUS_OK;
	if (event->port[0] == '\0' && port != NULL)
		event->port = port;
	if (event->batch_no[0] == '\0' && wire_event_of_batch(event))
		event->batch_no = batch;
	if (weighed != NULL && weighed->unit_id[0] == '\0')
		weighed->unit_id = unit;
	enum status status = wire_event_check(event, why);
	event->port = port_before;
	event->batch_no = batch_before;
	if (weighed != NULL)
		weighed->unit_id = unit_before;
	free(port);
	return status;
}

static void
show(struct check *check, const struct findings *findings, const char *file)
{
	size_t message = SIZE_MAX;
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->list[i];
		struct reason why = { "" };
		bool refused = finding->event != NULL && would_be_taken(check, finding->event, finding, &why) != STATUS_OK;
		if (!check->command->json && finding->message != message)
			printf("message %zu, %zu bytes\n", finding->message + 1, findings->messages[finding->message].bytes);
		message = finding->message;
		if (check->command->json)
			print_json(finding, file);
		else if (finding->event != NULL)
			print_event(check, finding);
		else
			printf("  remark  %-*s %s\n", KIND_COLUMN, remark_name(finding->remark), finding->text);
		if (refused)
			fprintf(stderr, "%s: message %zu: the event would not be taken: %s\n", file, finding->message + 1,
			    why.text);
		check->events += finding->event != NULL;
		check->remarks += finding->event == NULL;
		check->wrong += refused || (finding->event == NULL && is_wrong(finding->remark));
	}
}

/* ---- reading ---- */

static enum status
check_document(struct check *check, struct span bytes, const char *name, struct reason *why)
{
	const struct connector *connector = NULL;
	struct clock clock = clock_system();
	struct findings findings;
	void *state = NULL;
	const struct yaml_node *settings = check->source != NULL ? check->source->settings
	    : check->set != NULL                                 ? yaml_root(check->set)
								 : NULL;
	enum status status = choose(check, bytes, name, &connector, why);
	if (status == STATUS_OK)
		status = connector->open(settings, &check->place, &state, why);
	if (status != STATUS_OK)
		return status;
	const struct moment_of when = { clock_utc_ms(&clock), connector->feed == FEED_STREAM ? "" : name };
	arena_reset(&check->findings);
	findings_open(&findings, &check->findings);
	if (connector->feed == FEED_STREAM && connector->line != NULL)
		connector->line(state, true, when.now_ms, &findings);
	connector->take(state, bytes, &when, &findings);
	if (connector->feed == FEED_STREAM && connector->pass != NULL) /* an idle scale says at least that it works */
		connector->pass(state, when.now_ms, &findings);
	connector->close(&state);
	if (!check->command->json && connector != check->before)
		printf("%s: as connector '%s' reads it (%s)\n", name, connector->name, connector->about);
	else if (!check->command->json)
		printf("%s\n", name);
	check->before = connector;
	show(check, &findings, name);
	if (findings_full(&findings))
		return reason_say(why, STATUS_TOO_LARGE, "it needs more memory than there is for one document");
	return findings.n > 0 ? STATUS_OK : reason_say(why, STATUS_SYNTAX, "nothing in it was understood");
}

static void
check_zip(struct check *check, struct span bytes, const char *name)
{
	struct zip_members *zip = NULL;
	struct reason why = { "" };
	const char *member = "";
	struct span data = { NULL, 0 };
	size_t members = 0;
	enum status status = zip_members_open(bytes, &zip, &why);
	if (status != STATUS_OK)
		say_wrong(check, name, 0, why.text);
	for (; zip != NULL; members++) {
		char path[512];
		status = zip_members_next(zip, &member, &data, &why);
		if (status == STATUS_OK && data.data == NULL && members == 0)
			say_wrong(check, name, 0, "there is nothing in it");
		if (status == STATUS_OK && data.data == NULL)
			break;
		snprintf(path, sizeof path, "%s/%s", name, member);
		if (status == STATUS_OK)
			status = check_document(check, data, path, &why);
		if (status != STATUS_OK)
			say_wrong(check, path, 0, why.text);
	}
	zip_members_close(&zip);
}

static enum status
read_whole(const char *path, uint8_t **data, size_t *bytes, struct reason *why)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	size_t room = (size_t)FILE_BYTES_MAX + 1, n = 0;
	uint8_t *buffer = file != NULL ? malloc(room) : NULL;
	if (buffer != NULL)
		n = fread(buffer, 1, room, file);
	enum status status = STATUS_OK;
	if (file == NULL || buffer == NULL || ferror(file))
		status = reason_say(why, STATUS_NOT_FOUND, "%.128s: it cannot be read: %s", path, strerror(errno));
	else if (n == room)
		status = reason_say(why, STATUS_TOO_LARGE, "%.128s: it has more than %d MiB", path, FILE_BYTES_MAX >> 20);
	if (file != NULL && file != stdin)
		fclose(file);
	if (status != STATUS_OK) {
		free(buffer);
		return status;
	}
	*data = buffer;
	*bytes = n;
	return STATUS_OK;
}

static void
check_file(struct check *check, struct span bytes)
{
	const char *path = check->command->check, *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	struct reason why = { "" };
	if (zip_members_are(bytes))
		check_zip(check, bytes, name);
	else if (check_document(check, bytes, name, &why) != STATUS_OK)
		say_wrong(check, name, 0, why.text);
	if (!check->command->json)
		printf("%zu event%s%s, %zu remark%s: %s\n", check->events, check->events == 1 ? "" : "s",
		    check->parts ? " (or parts of one)" : "", check->remarks, check->remarks == 1 ? "" : "s",
		    check->wrong > 0 ? "something is wrong" : "nothing is wrong");
}

int
gateway_check(const struct gateway_command *command)
{
	static struct check check;
	struct reason why = { "" };
	uint8_t *data = NULL;
	size_t bytes = 0;
	check.command = command;
	enum status status = read_command(&check, &why);
	if (status == STATUS_OK)
		status = arena_open(&check.findings, TURN_ARENA_BYTES);
	if (status == STATUS_OK)
		status = read_whole(command->check, &data, &bytes, &why);
	if (status == STATUS_OK)
		check_file(&check, (struct span){ data, bytes });
	free(data);
	arena_close(&check.findings);
	yaml_close(&check.set);
	gateway_config_close(&check.config);
	if (status != STATUS_OK)
		return tool_fail("gateway", status == STATUS_SYNTAX ? STATUS_SETTING : status, &why);
	return check.wrong > 0 ? TOOL_WRONG : TOOL_FINE;
}
