/*
 * China's road manifest (公路舱单), one XML document at a time: the original manifest (MT1401), the pre-load manifest (MT2401), the
 * carriage confirmations of laden and empty vehicles (MT4401 to MT4406), and what customs answered (receipt.c).
 *
 * A document is one part of a batch's manifest: its waybills, or one vehicle. Which part, its function says:
 *   9 main data       they come to those that are there: each waybill, and each vehicle, may have a document of its own under
 *                     one batch. With `main_data: batch` its waybills are all that the batch has
 *   0 secondary data  mostly parties and addresses, which nothing counts by: see manifest_body.c
 *   2 add, 5 change   they come to those that are there; one of the same number is replaced
 *   3 delete          the waybills or the vehicle that it names go; a manifest that names no waybill goes as a whole
 *   T draft           nothing was lodged yet
 * Later documents replace earlier ones by SendTime. A driver's name and number (Master) go nowhere, or as a pseudonym (driver.h).
 */
#include "manifest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "choice.h"
#include "source_key.h"

struct manifest {
	struct place place;
	bool classification_is_hs, waybill_releases, main_is_whole;
};

static const struct manifest_type types[] = {
	{ "MT1401", JUYAN__V1__DIRECTION__IMPORT, false, false },
	{ "MT2401", JUYAN__V1__DIRECTION__EXPORT, false, false },
	{ "MT4401", JUYAN__V1__DIRECTION__IMPORT, true, false },
	{ "MT4402", JUYAN__V1__DIRECTION__EXPORT, true, false },
	{ "MT4403", JUYAN__V1__DIRECTION__IMPORT, true, true },
	{ "MT4404", JUYAN__V1__DIRECTION__EXPORT, true, true },
	{ "MT4405", JUYAN__V1__DIRECTION__IMPORT, true, true }, /* with empty containers */
	{ "MT4406", JUYAN__V1__DIRECTION__EXPORT, true, true },
};

/* ---- what it is ---- */

/* "MT1401" out of a longer name; NULL: none is in it. */
static const char *
type_within(const char *text)
{
	for (; (text = strstr(text, "MT")) != NULL; text++)
		if (strspn(text + 2, "0123456789") == 4)
			return text;
	return NULL;
}

/* The head says it; where it does not, the message's number or the namespace, which are made of it. */
static const char *
type_text(const struct xml_node *root)
{
	const char *found = type_within(xml_text(xml_at(root, "Head/MessageType")));
	if (found == NULL)
		found = type_within(xml_text(xml_at(root, "Head/MessageID")));
	for (const struct xml_attribute *a = root->attributes; a != NULL && found == NULL; a = a->next)
		found = type_within(a->value);
	return found;
}

static bool
find_type(struct manifest_reading *reading)
{
	const char *text = type_text(reading->root);
	for (size_t i = 0; text != NULL && i < sizeof types / sizeof types[0]; i++)
		if (strncmp(types[i].name, text, strlen(types[i].name)) == 0)
			reading->type = &types[i];
	if (reading->type == NULL && text != NULL)
		findings_remark(reading->out, REMARK_strange,
		    "the message type is %.6s; expected MT1401, MT2401, MT4401 to MT4406, or a receipt", text);
	else if (reading->type == NULL)
		findings_remark(reading->out, REMARK_strange,
		    "line %lu: a document %.40s without a message type; expected Manifest/Head/MessageType such as MT1401",
		    reading->root->line, reading->root->name);
	return reading->type != NULL;
}

/* False: nothing comes of the document. */
static bool
find_function(struct manifest_reading *reading)
{
	const char *text = xml_text(xml_at(reading->root, "Head/FunctionCode"));
	if (strcmp(text, "T") == 0) {
		findings_remark(reading->out, REMARK_no_change, "a draft of %s: nothing was lodged yet", reading->type->name);
		return false;
	}
	if (text[0] == '\0')
		manifest_lacks(reading, reading->root, "Head/FunctionCode", "9, 0, 2, 5 or 3");
	else if (strlen(text) != 1 || strchr("90253", text[0]) == NULL)
		findings_remark(reading->out, REMARK_strange, "the function of this %s is '%.20s'; expected 9, 0, 2, 5, 3 or T",
		    reading->type->name, text);
	else
		reading->function = text[0];
	return reading->function != '\0';
}

static bool
find_declaration(struct manifest_reading *reading)
{
	reading->declaration = xml_child(reading->root, "Declaration");
	if (reading->declaration == NULL)
		manifest_lacks(reading, reading->root, "Declaration", "the declaration itself");
	else if (xml_again(reading->declaration) != NULL)
		manifest_lacks(reading, xml_again(reading->declaration), "", "one Declaration in each document");
	return !reading->refused;
}

/* ---- what comes of it ---- */

/*
 * The message, its function, and which waybills or vehicles it is of: programs send each waybill by itself, and some of them under
 * one number.
 */
static char *
key_of(struct manifest_reading *reading, const char *message, const Juyan__V1__ManifestLodged *lodged)
{
	uint64_t hash = 0;
	for (size_t i = 0; i < lodged->n_waybills + lodged->n_units; i++) {
		const char *name =
		    i < lodged->n_waybills ? lodged->waybills[i]->waybill_no : lodged->units[i - lodged->n_waybills]->unit_id;
		hash = hash * UINT64_C(0x100000001B3) ^ source_hash((struct span){ (const uint8_t *)name, strlen(name) });
	}
	return source_key(reading->out, "%s/%c/%08" PRIx32, message, reading->function, (uint32_t)(hash ^ hash >> 32));
}

static void
lodge(struct manifest_reading *reading)
{
	struct findings *out = reading->out;
	enum part part = PART_ADD;
	char *message = manifest_text(reading, reading->root, "Head/MessageID", TEXT_BYTES_MAX, "the message's number");
	char *batch = manifest_text(reading, reading->declaration, "ID", BATCH_NO_BYTES_MAX, "a batch number of up to 64 bytes");
	int64_t at_ms = manifest_moment(reading, xml_at(reading->root, "Head/SendTime"));
	Juyan__V1__ManifestLodged *lodged = findings_new(out, &juyan__v1__manifest_lodged__descriptor);
	if (lodged == NULL)
		return;
	bool some = (reading->type->of_vehicle ? manifest_vehicles : manifest_waybills)(reading, lodged, &part);
	char *key = message != NULL ? key_of(reading, message, lodged) : NULL;
	char *message_no = message != NULL ? source_key(out, "%s", message) : NULL;
	if (!some || reading->refused || findings_full(out) || batch == NULL || key == NULL)
		return;
	Juyan__V1__Event *event = findings_event(out, JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED);
	if (event == NULL)
		return;
	event->occurred_at_ms = at_ms;
	event->batch_no = batch;
	event->source_key = key;
	event->manifest_lodged = lodged;
	lodged->direction = reading->type->direction;
	lodged->mode = JUYAN__V1__MODE__TRUCK;
	findings_last(out)->part = part;
	findings_last(out)->message_no = message_no;
	findings_last(out)->without_goods = reading->type->empty;
}

static void
take(void *state, struct span bytes, const struct moment_of *when, struct findings *out)
{
	const struct manifest *manifest = state;
	struct reason why;
	struct manifest_reading reading = { .out = out,
		.place = &manifest->place,
		.when = when,
		.classification_is_hs = manifest->classification_is_hs,
		.waybill_releases = manifest->waybill_releases,
		.main_is_whole = manifest->main_is_whole,
		.hash = source_hash(bytes) };
	findings_message(out, bytes);
	enum status status = xml_read(bytes, out->arena, &reading.root, &why);
	if (status != STATUS_OK) {
		findings_remark(out, REMARK_unreadable, "%s", why.text);
		out->full = out->full || status == STATUS_NO_MEMORY;
	} else if (receipt_is(reading.root))
		receipt_take(&reading);
	else if (find_type(&reading) && find_function(&reading) && find_declaration(&reading))
		lodge(&reading);
}

/* ---- the connector ---- */

static enum status
open(const struct yaml_node *settings, const struct place *place, void **state, struct reason *why)
{
	struct manifest made = { .place = *place };
	enum status status = choice_of(settings, "classification", "none", "hs", &made.classification_is_hs, why);
	if (status == STATUS_OK)
		status = choice_of(settings, "release", "batch", "waybill", &made.waybill_releases, why);
	if (status == STATUS_OK)
		status = choice_of(settings, "main_data", "waybill", "batch", &made.main_is_whole, why);
	if (status != STATUS_OK)
		return status;
	struct manifest *manifest = malloc(sizeof *manifest);
	if (manifest == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for a reader of manifests");
	*manifest = made;
	*state = manifest;
	return STATUS_OK;
}

static void
close(void **state)
{
	free(*state);
	*state = NULL;
}

static const struct connector_setting settings[] = {
	{ "classification",
	    "what Classification/ID of a goods line holds: none (default: it often is a UN number of dangerous goods) or"
	    " hs (taken as the HS code where it has 6 to 10 digits)" },
	{ "main_data",
	    "what a document of function 9 says: waybill (default: its waybills, and nothing of others of the batch) or batch (they"
	    " are all that the batch has)" },
	{ "release",
	    "what a release that names a waybill lets go: batch (default: only a release of the whole batch counts) or waybill"
	    " (the batch of that waybill: where a batch never has more than one)" },
	{ NULL, NULL },
};

const struct connector manifest_connector = {
	.name = "manifest",
	.about = "China's road manifests MT1401, MT2401, MT4401 to MT4406 and their receipts, as XML",
	.feed = FEED_DOCUMENT,
	.settings = settings,
	.open = open,
	.take = take,
	.close = close,
};

bool
manifest_guess(struct span bytes, const char *file_name)
{
	enum { LOOK_BYTES = 4096 };
	size_t n = bytes.bytes < LOOK_BYTES ? bytes.bytes : LOOK_BYTES;
	return strncmp(file_name, "CN_MT", 5) == 0 || memmem(bytes.data, n, "datamodel:standard:CN:MT", 24) != NULL ||
	    memmem(bytes.data, n, "<StatementCode>", 15) != NULL ||
	    (memmem(bytes.data, n, "<Manifest", 9) != NULL && memmem(bytes.data, n, "Head>", 5) != NULL);
}
