/* What one document of wagons becomes: one part of a manifest, under a batch number made of what it says. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "choice.h"
#include "rail.h"

const char rail_direction_prose[] = "import or export: which way these trains go; required";
const char rail_counts_prose[] =
    "yes (default) or no: of the inner train's lists, whose cargo other documents count at the border; they only make remarks";

/* ---- settings ---- */

/* Every {name} of the template must be one of the fields. */
static enum status
check_template(const struct yaml_node *node, const char *text, const char *const *fields, struct reason *why)
{
	for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
		size_t bytes = strcspn(at + 1, "}"), i = 0;
		while (fields[i] != NULL && (strlen(fields[i]) != bytes || strncmp(fields[i], at + 1, bytes) != 0))
			i++;
		if (fields[i] == NULL || at[1 + bytes] != '}')
			return yaml_fail(node, why, "batch: '%.40s' is not known; the first of those that are is {%s}", at,
			    fields[0]);
	}
	return STATUS_OK;
}

static enum status
read_batch(const struct yaml_node *settings, const char *const *fields, struct rail_settings *out, struct reason *why)
{
	const struct yaml_node *node = yaml_get(settings, "batch");
	if (node == NULL)
		return STATUS_OK;
	const char *text = yaml_text(node);
	if (text == NULL || strlen(text) >= sizeof out->batch || strchr(text, '{') == NULL)
		return yaml_fail(node, why, "batch: expected a text in quotes, with what parts one batch from another in braces");
	snprintf(out->batch, sizeof out->batch, "%s", text);
	return check_template(node, text, fields, why);
}

enum status
rail_configure(const struct yaml_node *settings, const char *const *fields, struct rail_settings *out, struct reason *why)
{
	struct rail_settings made = { .counts = true };
	bool no = false;
	if (settings == NULL) {
		*out = made;
		return STATUS_OK;
	}
	const struct yaml_node *direction = yaml_get(settings, "direction");
	if (direction == NULL || yaml_text(direction) == NULL || !wire_direction_of(yaml_text(direction), &made.direction))
		return yaml_fail(direction != NULL ? direction : settings, why, "direction: expected import or export");
	made.knows_direction = true;
	enum status status = choice_of(settings, "counts", "yes", "no", &no, why);
	made.counts = !no;
	if (status == STATUS_OK)
		status = read_batch(settings, fields, &made, why);
	if (status == STATUS_OK)
		*out = made;
	return status;
}

/* ---- the batch ---- */

static size_t
index_of(const char *const *fields, const char *name, size_t bytes)
{
	size_t i = 0;
	while (fields[i] != NULL && (strlen(fields[i]) != bytes || strncmp(fields[i], name, bytes) != 0))
		i++;
	return i;
}

const char *
rail_file(struct findings *out, const char *name)
{
	const char *slash = strrchr(name, '/');
	char *stem = findings_text(out, slash != NULL ? slash + 1 : name, TEXT_BYTES_MAX);
	char *dot = stem != NULL ? strrchr(stem, '.') : NULL;
	if (dot != NULL && dot > stem)
		*dot = '\0';
	return stem;
}

char *
rail_batch(struct rail_list *list, const char *template, const char *const *fields, const char *const *values)
{
	char made[RAIL_TEMPLATE_BYTES * 4];
	size_t n = 0;
	while (*template != '\0' && n < sizeof made - 1) {
		if (*template != '{') {
			made[n++] = *template ++;
			continue;
		}
		size_t bytes = strcspn(++template, "}"), i = index_of(fields, template, bytes);
		if (fields[i] == NULL || values[i][0] == '\0') {
			rail_refuse(list, 1, "the batch number is made of {%.*s}, which the document does not say", (int)bytes,
			    template);
			return NULL;
		}
		int wrote = snprintf(made + n, sizeof made - n, "%s", values[i]);
		n = n + (size_t)wrote < sizeof made - 1 ? n + (size_t)wrote : sizeof made - 1;
		template += bytes + 1;
	}
	made[n] = '\0';
	if (n == 0 || n > BATCH_NO_BYTES_MAX || !wire_text_clean(made, n)) {
		rail_refuse(list, 1, "the batch number '%.80s' has %zu bytes; expected 1 to %d", made, n, BATCH_NO_BYTES_MAX);
		return NULL;
	}
	return findings_text(list->out, made, BATCH_NO_BYTES_MAX);
}

/* ---- the event ---- */

static void
tell(struct rail_list *list, const char *batch, const Juyan__V1__ManifestLodged *lodged)
{
	int64_t kg = 0;
	size_t unknown = 0;
	for (size_t i = 0; i < lodged->n_units; i++) {
		kg += lodged->units[i]->has_declared_kg ? lodged->units[i]->declared_kg : 0;
		unknown += !lodged->units[i]->has_declared_kg;
	}
	findings_remark(list->out, REMARK_no_change,
	    "%s: %zu wagons under %zu waybills with %" PRId64 " kg (%zu of unknown load): these documents count for nothing", batch,
	    lodged->n_units, lodged->n_waybills, kg, unknown);
}

void
rail_lodge(struct rail_list *list, const struct rail_settings *settings, enum part part, char *batch, char *key, int64_t at_ms,
    Juyan__V1__ManifestLodged *lodged)
{
	if (list->refused || findings_full(list->out) || batch == NULL || key == NULL)
		return;
	if (!settings->counts) {
		tell(list, batch, lodged);
		return;
	}
	Juyan__V1__Event *event = findings_event(list->out, JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED);
	if (event == NULL)
		return;
	lodged->direction = settings->direction;
	lodged->mode = JUYAN__V1__MODE__RAIL;
	event->occurred_at_ms = at_ms;
	event->batch_no = batch;
	event->source_key = key;
	event->manifest_lodged = lodged;
	struct finding *finding = findings_last(list->out);
	finding->part = part;
	finding->without_goods = lodged->n_waybills == 0;
	finding->whatever_direction = !settings->knows_direction;
}
