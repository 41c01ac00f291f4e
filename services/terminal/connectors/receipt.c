/*
 * What customs answered to a manifest. Programs lay a receipt out in different ways, so that it is read anywhere in the tree: each
 * StatementCode with the StatementDescription beside it, or each ResponseType (its text, or Code and Text within), and the batch's
 * Declaration/ID. Each statement is a remark; what follows from it:
 *
 *   11 released            Released: customs says itself that the batch may go. Only where the receipt says nothing else.
 *   12 loading refused,    Inspected, HELD: the goods stay where they are, and nobody turned them back.
 *   13 unloading forbidden
 *   03 refused             ManifestDeleted, of the message that it answers: a document that customs refuses lodges nothing, and
 *                          its sender puts it right and sends it again. The book takes out what that message brought
 *                          (gateway/book.h). No goods were looked at, so that a hold would be an invented fact.
 *   01, 02, D, E1 …        a remark alone: the document is on its way through customs' machines.
 *
 * A release that names waybills is one of these waybills, not of their batch, unless the setting `release` says that it is. The
 * receipt of a deletion releases nothing. A receipt mostly names the message that it answers: where it names no batch, the batch
 * is the one that this message spoke of. One that names neither cannot be put anywhere: it is for a person.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "manifest.h"
#include "source_key.h"

enum { STATEMENTS_TOLD_MAX = 32, STATEMENTS_MAX = 4 * WAYBILLS_MAX };

struct statement {
	const char *code, *description, *waybill;
};

/* What all statements of a receipt come to. */
struct verdict {
	size_t statements, releases, refusals, waybills; /* `waybills`: releases and refusals that name one */
	struct statement hold, refusal;                  /* the first one; without a code: there is none */
};

static const struct {
	const char *code, *meaning;
} meanings[] = {
	{ "01", "accepted" },
	{ "02", "left to a person at customs" },
	{ "03", "the document is refused" },
	{ "11", "released" },
	{ "12", "loading is refused" },
	{ "13", "unloading is forbidden" },
	{ "T", "a draft" },
	{ "D", "deleted" },
	{ "0", "received" },
};

static const char *
meaning_of(const char *code)
{
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (strcmp(meanings[i].code, code) == 0)
			return meanings[i].meaning;
	return code[0] == 'E' ? "an error" : "a code that is not known here";
}

/* ---- finding ---- */

static bool
is_statement(const struct xml_node *node)
{
	return strcmp(node->name, "StatementCode") == 0 || strcmp(node->name, "ResponseType") == 0;
}

/* A document that declares goods or a vehicle is no receipt, whatever stands in its notes. */
bool
receipt_is(const struct xml_node *root)
{
	bool says = false;
	for (const struct xml_node *at = xml_walk(root, root); at != NULL; at = xml_walk(root, at)) {
		if (strcmp(at->name, "GoodsMeasure") == 0 || strcmp(at->name, "TransportEquipment") == 0 ||
		    strcmp(at->name, "Master") == 0)
			return false;
		says = says || is_statement(at);
	}
	return says;
}

/* `otherwise` describes a statement that has nothing beside it. */
static struct statement
statement_of(const struct xml_node *node, const char *otherwise)
{
	const struct xml_node *code = xml_child(node, "Code"), *text = xml_child(node, "Text"), *above = node->parent;
	struct statement statement = { xml_text(code != NULL ? code : node), xml_text(text), "" };
	if (statement.description[0] == '\0')
		statement.description = xml_text(xml_child(above, "StatementDescription"));
	if (statement.description[0] == '\0')
		statement.description = otherwise;
	for (; above != NULL && statement.waybill[0] == '\0'; above = above->parent)
		statement.waybill = xml_text(xml_at(above, "TransportContractDocument/ID"));
	return statement;
}

static const char *
batch_of(const struct xml_node *root)
{
	const struct xml_node *declaration = strcmp(root->name, "Declaration") == 0 ? root : xml_find(root, "Declaration");
	return xml_text(xml_child(declaration, "ID"));
}

/* ---- telling ---- */

static void
tell(struct manifest_reading *reading, const char *batch, const struct statement *statement)
{
	findings_remark(reading->out, REMARK_receipt, "batch %.64s%s%.64s: %.16s, %s%s%.100s",
	    batch[0] != '\0' ? batch : "(not named)", statement->waybill[0] != '\0' ? ", waybill " : "", statement->waybill,
	    statement->code, meaning_of(statement->code), statement->description[0] != '\0' ? ": " : "", statement->description);
}

static struct verdict
hear(struct manifest_reading *reading, const char *batch)
{
	struct verdict verdict = { .hold = { "", "", "" }, .refusal = { "", "", "" } };
	const struct xml_node *root = reading->root;
	const char *otherwise = xml_text(xml_find(root, "StatementDescription"));
	for (const struct xml_node *at = xml_walk(root, root); at != NULL; at = xml_walk(root, at)) {
		if (!is_statement(at) || verdict.statements == STATEMENTS_MAX)
			continue;
		struct statement statement = statement_of(at, otherwise);
		bool release = strcmp(statement.code, "11") == 0;
		bool hold = strcmp(statement.code, "12") == 0 || strcmp(statement.code, "13") == 0;
		bool refusal = strcmp(statement.code, "03") == 0;
		if (verdict.statements++ < STATEMENTS_TOLD_MAX)
			tell(reading, batch, &statement);
		verdict.releases += release;
		verdict.refusals += refusal;
		verdict.waybills += (release || refusal) && statement.waybill[0] != '\0';
		if (refusal && verdict.refusal.code[0] == '\0')
			verdict.refusal = statement;
		if (hold && verdict.hold.code[0] == '\0')
			verdict.hold = statement;
	}
	return verdict;
}

/*
 * The number of the message that is answered: one that stands beside what is answered, else the head's, which many programs copy
 * from it.
 */
static const char *
message_of(const struct xml_node *root)
{
	const struct xml_node *first = xml_find(root, "MessageID");
	for (const struct xml_node *at = first; at != NULL; at = xml_walk(root, at))
		if (strcmp(at->name, "MessageID") == 0 && strcmp(at->parent->name, "Head") != 0 && at->text[0] != '\0')
			return at->text;
	return xml_text(first);
}

static bool
is_number(const char *text, size_t bytes_max)
{
	return text[0] != '\0' && strlen(text) <= bytes_max && wire_text_clean(text, strlen(text));
}

/* An event of the whole batch, or NULL: refused, or no memory. */
static Juyan__V1__Event *
event_of(struct manifest_reading *reading, Juyan__V1__Event__WhatCase what, const char *code)
{
	struct findings *out = reading->out;
	const struct xml_node *root = reading->root, *time = xml_find(root, "SendTime");
	const char *message = xml_text(xml_find(root, "MessageID")), *answers = message_of(root), *batch = batch_of(root);
	/* Receipts of one message may all bear its number: the time parts them, or, where there is none, what they say. */
	char *key = time != NULL ? source_key(out, "%.200s/%.16s/%.20s", message, code, xml_text(time))
				 : source_key(out, "%.200s/%.16s/%016" PRIx64, message, code, reading->hash);
	bool named = is_number(batch, BATCH_NO_BYTES_MAX), answering = is_number(answers, TEXT_BYTES_MAX);
	if (batch[0] != '\0' ? !named : !answering) {
		findings_remark(out, REMARK_lacks,
		    "the receipt says %s of no batch; expected its number in Declaration/ID, or MessageID of what is answered",
		    code);
		return NULL;
	}
	int64_t at_ms = manifest_moment(reading, time);
	char *batch_no = findings_text(out, batch, BATCH_NO_BYTES_MAX);
	char *answered = answering ? source_key(out, "%s", answers) : NULL;
	Juyan__V1__Event *event =
	    !reading->refused && key != NULL && batch_no != NULL && !findings_full(out) ? findings_event(out, what) : NULL;
	if (event != NULL) {
		findings_last(out)->message_no = answered;
		event->occurred_at_ms = at_ms;
		event->batch_no = batch_no;
		event->source_key = key;
	}
	return event;
}

static void
hold(struct manifest_reading *reading, const struct statement *statement)
{
	char held[TEXT_BYTES_MAX + 1];
	snprintf(held, sizeof held, "%s%s%s%s%.300s", meaning_of(statement->code),
	    statement->waybill[0] != '\0' ? ", waybill " : "", statement->waybill, statement->description[0] != '\0' ? ": " : "",
	    statement->description);
	char *text = findings_text(reading->out, held, TEXT_BYTES_MAX);
	char *office = findings_text(reading->out, xml_text(xml_find(reading->root, "DeclarationOfficeID")), SHORT_TEXT_BYTES_MAX);
	if (text == NULL || office == NULL)
		return;
	Juyan__V1__Event *event = event_of(reading, JUYAN__V1__EVENT__WHAT_INSPECTED, statement->code);
	if (event == NULL)
		return;
	event->inspected->by = JUYAN__V1__AUTHORITY__CUSTOMS;
	event->inspected->outcome = JUYAN__V1__OUTCOME__HELD;
	event->inspected->held = text;
	event->inspected->officer = office;
}

/* It can only be of one message: which of a batch's documents is refused, nothing else says. */
static void
refuse(struct manifest_reading *reading, const struct statement *statement)
{
	char reason[TEXT_BYTES_MAX + 1];
	snprintf(reason, sizeof reason, "customs refused the document%s%.300s", statement->description[0] != '\0' ? ": " : "",
	    statement->description);
	char *text = findings_text(reading->out, reason, TEXT_BYTES_MAX);
	if (!is_number(message_of(reading->root), TEXT_BYTES_MAX)) {
		findings_remark(reading->out, REMARK_lacks,
		    "the receipt refuses a document and does not say which; expected its MessageID: what it lodged stays");
		return;
	}
	Juyan__V1__Event *event = text != NULL ? event_of(reading, JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED, statement->code) : NULL;
	if (event != NULL)
		event->manifest_deleted->reason = text;
}

static void
release(struct manifest_reading *reading)
{
	const struct xml_node *root = reading->root;
	char *office = findings_text(reading->out, xml_text(xml_find(root, "DeclarationOfficeID")), SHORT_TEXT_BYTES_MAX);
	char *document = source_key(reading->out, "%.200s", xml_text(xml_find(root, "MessageID")));
	if (office == NULL || document == NULL)
		return;
	Juyan__V1__Event *event = event_of(reading, JUYAN__V1__EVENT__WHAT_RELEASED, "11");
	if (event == NULL)
		return;
	event->released->office = office;
	event->released->document_no = document;
}

/* All statements say one and the same of the document as a whole; `word` is what they say. */
static bool
agree(struct manifest_reading *reading, const struct verdict *verdict, size_t saying, const char *word)
{
	if (saying < verdict->statements)
		findings_remark(reading->out, REMARK_differs, "%zu of %zu statements say %s: the batch is not %s by that", saying,
		    verdict->statements, word, word);
	else if (verdict->waybills > 0 && !reading->waybill_releases)
		findings_remark(reading->out, REMARK_no_change,
		    "a waybill is %s, not its batch; where a batch has one waybill alone, the setting is  release: waybill", word);
	else
		return true;
	return false;
}

void
receipt_take(struct manifest_reading *reading)
{
	struct findings *out = reading->out;
	struct verdict verdict = hear(reading, batch_of(reading->root));
	const char *function = xml_text(xml_find(reading->root, "FunctionCode"));
	if (verdict.statements == STATEMENTS_MAX)
		findings_remark(out, REMARK_strange, "a receipt with %d statements or more; expected a few", STATEMENTS_MAX);
	else if (verdict.releases + verdict.refusals == 0 && verdict.hold.code[0] == '\0')
		return;
	else if (strcmp(function, "3") == 0 && verdict.refusals > 0)
		findings_remark(out, REMARK_differs,
		    "customs refuses a deletion, which stays carried out here: it is for a person");
	else if (strcmp(function, "3") == 0)
		findings_remark(out, REMARK_no_change, "the receipt of a deletion: it releases nothing and holds nothing");
	else if (verdict.hold.code[0] != '\0')
		hold(reading, &verdict.hold);
	else if (verdict.releases > 0 && agree(reading, &verdict, verdict.releases, "released"))
		release(reading);
	else if (verdict.releases == 0 && agree(reading, &verdict, verdict.refusals, "refused"))
		refuse(reading, &verdict.refusal);
}
