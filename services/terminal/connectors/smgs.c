/*
 * SMGS consignments as XML, by the field list of Russia's electronic form: one bill in each document, with its wagons and goods. It
 * stands in attributes or elements, under names that can be set (label.h), for other railways' forms are not published.
 *
 * - Three units of mass meet in one bill: tare in centners, Tonnage in tonnes, goods in kilograms.
 * - Tonnage stands where the paper has box 9, what the wagon can carry. That is no load; only a setting makes one of it.
 * - A wagon that was uncoupled or unloaded on the way does not cross with the others: it is left out, and so is what the bill says
 *   of all wagons together. What was reloaded stands on other wagons of the same bill, whose total holds.
 * - Doc_ID is another one in each version of a bill, Main_ID the same in all: the waybill, where it has no number.
 */
#include "connector.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "choice.h"
#include "label.h"
#include "rail.h"
#include "source_key.h"
#include "xml.h"

enum smgs_field {
	BILL,
	WAYBILL,
	MAIN_ID,
	DOC_ID,
	TRAIN,
	CARRIAGE,
	WAGON,
	TARE,
	TONNAGE,
	LOAD,
	UNCOUPLED,
	UNLOADED,
	RELOADED,
	GOODS,
	DESCRIPTION,
	HS,
	GOODS_MASS,
	FIELDS
};

static const char *const defaults[FIELDS][2] = {
	[BILL] = { "bill", "RailwayBill|RWB|SMGS" },
	[WAYBILL] = { "waybill", "DocNumber|DocNo|Doc_Num|BillNumber|WaybillNumber|RegNum" },
	[MAIN_ID] = { "main_id", "Main_ID" },
	[DOC_ID] = { "doc_id", "Doc_ID" },
	[TRAIN] = { "train", "TrainNumber|TrainNo|Train" },
	[CARRIAGE] = { "carriage", "CarriageType|Carriage" },
	[WAGON] = { "wagon", "CarriageNumber|WagonNumber" },
	[TARE] = { "tare", "Tare|TareWeight|TareMass|CarriageTare|WagTare" },
	[TONNAGE] = { "tonnage", "Tonnage" },
	[LOAD] = { "load", "CargoWeight|NetWeight|Netto|GoodsWeight" },
	[UNCOUPLED] = { "uncoupled", "IsUncoupled" },
	[UNLOADED] = { "unloaded", "isUnloaded" },
	[RELOADED] = { "reloaded", "isReloaded" },
	[GOODS] = { "goods", "GoodsType|Goods|GoodsInfo|Cargo" },
	[DESCRIPTION] = { "description", "GoodsName|GoodsDescription|Description|Name" },
	[HS] = { "hs", "GNG|GNGCode|HSCode" },
	[GOODS_MASS] = { "goods_mass", "GoodsWeight|Weight|GrossWeight|Mass" },
};

static const char *const batch_fields[] = { "waybill", "train", "file", NULL };

struct smgs {
	struct place place;
	struct rail_settings rail;
	struct label names[FIELDS];
	bool tonnage_is_load;
};

struct bill {
	const struct smgs *smgs;
	struct rail_list list;
	const struct xml_node *node;
	const char *waybill, *train, *key;
	bool left_out; /* some of its wagons */
};

/* ---- fields ---- */

/* An attribute of this name, or an element within; "" where there is none. */
static const char *
value_of(const struct bill *bill, const struct xml_node *node, enum smgs_field field)
{
	const struct label *names = &bill->smgs->names[field];
	for (const struct xml_attribute *a = node->attributes; a != NULL; a = a->next)
		if (label_has(names, a->name))
			return a->value;
	for (const struct xml_node *child = node->first; child != NULL; child = child->next)
		if (label_has(names, child->name))
			return child->text;
	return "";
}

/* A number that is cut would be another one's. */
static const char *
text_of(struct bill *bill, const struct xml_node *node, enum smgs_field field, size_t bytes_max, bool required)
{
	const char *text = value_of(bill, node, field);
	if (strlen(text) > bytes_max || !wire_text_clean(text, strlen(text)) || (required && text[0] == '\0')) {
		rail_refuse(&bill->list, node->line, "%s/%s is '%.40s'; expected %s, up to %zu bytes", node->name,
		    bill->smgs->names[field].field, text, required ? "a text that is there" : "a text", bytes_max);
		return "";
	}
	return text;
}

static bool
mass_of(struct bill *bill, const struct xml_node *node, enum smgs_field field, enum decimal_unit unit, int64_t *kg)
{
	const char *text = value_of(bill, node, field);
	struct span span = { (const uint8_t *)text, strlen(text) };
	struct reason why;
	int64_t mass;
	if (text[0] == '\0')
		return false;
	if (decimal_kg(span, (struct decimal_style){ '.', 0 }, unit, &mass, &why) != STATUS_OK || mass < 0) {
		rail_refuse(&bill->list, node->line, "%s/%s is '%.40s'; expected a mass of 0 or more, such as 1234.5", node->name,
		    bill->smgs->names[field].field, text);
		return false;
	}
	*kg = mass;
	return true;
}

static bool
flag_of(struct bill *bill, const struct xml_node *node, enum smgs_field field)
{
	const char *text = value_of(bill, node, field);
	bool yes = false;
	if (!label_flag(text, &yes))
		rail_refuse(&bill->list, node->line, "%s/%s is '%.40s'; expected 1 or 0", node->name,
		    bill->smgs->names[field].field, text);
	return yes;
}

/* The first below `node`, behind `at`, of a field's name. */
static const struct xml_node *
next_of(const struct bill *bill, enum smgs_field field, const struct xml_node *node, const struct xml_node *at)
{
	do
		at = xml_walk(node, at);
	while (at != NULL && !label_has(&bill->smgs->names[field], at->name));
	return at;
}

/* ---- wagons ---- */

static void
read_wagon(struct bill *bill, const struct xml_node *node)
{
	bool gone = flag_of(bill, node, UNCOUPLED), emptied = flag_of(bill, node, UNLOADED);
	const char *wagon = text_of(bill, node, WAGON, UNIT_ID_BYTES_MAX, true);
	if (gone || emptied) {
		findings_remark(bill->list.out, REMARK_differs, "line %lu: wagon %.32s is marked as %s: it is left out", node->line,
		    wagon, gone ? "uncoupled" : "unloaded");
		bill->left_out = true;
		return;
	}
	struct rail_row *row = rail_add(&bill->list, node->line);
	if (row == NULL)
		return;
	row->wagon = wagon;
	row->waybill = bill->waybill;
	row->reloaded = flag_of(bill, node, RELOADED);
	row->has_tare = mass_of(bill, node, TARE, DECIMAL_CENTNER, &row->tare_kg);
	row->has_load = mass_of(bill, node, LOAD, DECIMAL_KG, &row->load_kg);
	if (!row->has_load && bill->smgs->tonnage_is_load) {
		row->has_load = mass_of(bill, node, TONNAGE, DECIMAL_T, &row->load_kg);
		bill->list.load_unit = "t";
	}
}

/* ---- goods ---- */

static Juyan__V1__GoodsLine *
read_line(struct bill *bill, const struct xml_node *node)
{
	struct findings *out = bill->list.out;
	Juyan__V1__GoodsLine *line = findings_new(out, &juyan__v1__goods_line__descriptor);
	const char *hs = value_of(bill, node, HS);
	bool is_hs = strlen(hs) >= HS_DIGITS_MIN && strlen(hs) <= HS_DIGITS_MAX && strspn(hs, "0123456789") == strlen(hs);
	if (line == NULL)
		return NULL;
	line->description = findings_text(out, value_of(bill, node, DESCRIPTION), TEXT_BYTES_MAX);
	line->hs_code = findings_text(out, is_hs ? hs : "", HS_DIGITS_MAX);
	line->has_declared_kg = mass_of(bill, node, GOODS_MASS, DECIMAL_KG, &line->declared_kg);
	return line->description != NULL && line->hs_code != NULL ? line : NULL;
}

/* What the goods weigh together, where each line says it and every wagon of the bill is there. */
static bool
sum_of(const struct bill *bill, Juyan__V1__Waybill *waybill, int64_t *sum)
{
	bool all = true;
	*sum = 0;
	for (size_t i = 0; i < waybill->n_goods; i++) {
		Juyan__V1__GoodsLine *line = waybill->goods[i];
		all = all && line->has_declared_kg;
		*sum += line->has_declared_kg ? line->declared_kg : 0;
		if (bill->left_out) {
			line->has_declared_kg = false;
			line->declared_kg = 0;
		}
	}
	return all && !bill->left_out;
}

/* The bill's goods in place of the line that says nothing; the total of the goods, which is in kg, beats that of the wagons. */
static bool
fill_goods(struct bill *bill, Juyan__V1__ManifestLodged *lodged)
{
	Juyan__V1__Waybill *waybill = lodged->waybills[0];
	Juyan__V1__GoodsLine *nothing = waybill->goods[0];
	const struct xml_node *node = next_of(bill, GOODS, bill->node, bill->node);
	int64_t sum;
	if (node == NULL)
		return true;
	waybill->n_goods = 0;
	waybill->goods = NULL;
	for (; node != NULL; node = next_of(bill, GOODS, bill->node, node)) {
		if (waybill->n_goods == GOODS_MAX) {
			rail_refuse(&bill->list, node->line, "more than %d goods lines", GOODS_MAX);
			return false;
		}
		if (!findings_append(bill->list.out, &waybill->goods, &waybill->n_goods, read_line(bill, node)))
			return false;
	}
	if (!sum_of(bill, waybill, &sum)) {
		if (waybill->n_goods == 1 && nothing->has_declared_kg) { /* what the wagons say is of that one line */
			waybill->goods[0]->has_declared_kg = true;
			waybill->goods[0]->declared_kg = nothing->declared_kg;
		}
		return true;
	}
	if (sum > MASS_KG_MAX) {
		rail_refuse(&bill->list, bill->node->line, "goods of %" PRId64 " kg; expected at most a million tonnes", sum);
		return false;
	}
	if (waybill->has_declared_kg && waybill->declared_kg != sum)
		findings_remark(bill->list.out, REMARK_differs,
		    "waybill %.64s: its wagons carry %" PRId64 " kg and its goods weigh %" PRId64 " kg: the goods hold",
		    bill->waybill, waybill->declared_kg, sum);
	if (sum > (int64_t)lodged->n_units * UNIT_KG_MAX_RAIL)
		findings_remark(bill->list.out, REMARK_implausible,
		    "waybill %.64s: goods of %" PRId64 " kg, read in kg, on %zu wagons: is the unit right?", bill->waybill, sum,
		    lodged->n_units);
	waybill->has_declared_kg = true;
	waybill->declared_kg = sum;
	if (lodged->n_units == 1 && !lodged->units[0]->has_declared_kg) {
		lodged->units[0]->has_declared_kg = true;
		lodged->units[0]->declared_kg = sum;
	}
	return true;
}

/* ---- a document ---- */

static bool
find_bill(struct bill *bill, const struct xml_node *root)
{
	bill->node = label_has(&bill->smgs->names[BILL], root->name) ? root : next_of(bill, BILL, root, root);
	if (bill->node == NULL) {
		findings_remark(bill->list.out, REMARK_strange, "line %lu: the document %.40s has no RailwayBill; expected one",
		    root->line, root->name);
		return false;
	}
	const struct xml_node *second = bill->node != root ? next_of(bill, BILL, root, bill->node) : NULL;
	if (second != NULL)
		rail_refuse(&bill->list, second->line, "a second bill; expected one in each document");
	enum smgs_field number = value_of(bill, bill->node, WAYBILL)[0] != '\0' ? WAYBILL
	    : value_of(bill, bill->node, MAIN_ID)[0] != '\0'                    ? MAIN_ID
										: DOC_ID;
	bill->waybill = text_of(bill, bill->node, number, SHORT_TEXT_BYTES_MAX, true);
	bill->train = text_of(bill, bill->node, TRAIN, SHORT_TEXT_BYTES_MAX, false);
	return !bill->list.refused;
}

static bool
read_bill(struct bill *bill, Juyan__V1__ManifestLodged *lodged)
{
	const struct xml_node *node = next_of(bill, CARRIAGE, bill->node, bill->node);
	for (; node != NULL && bill->list.n < RAIL_ROWS_MAX; node = next_of(bill, CARRIAGE, bill->node, node))
		read_wagon(bill, node);
	if (node != NULL)
		rail_refuse(&bill->list, node->line, "more than %d wagons", UNITS_MAX);
	return !bill->list.refused && rail_fill(&bill->list, lodged) && fill_goods(bill, lodged) && !bill->list.refused;
}

static void
take(void *state, struct span bytes, const struct moment_of *when, struct findings *out)
{
	const struct smgs *smgs = state;
	struct bill bill = { .smgs = smgs };
	const struct xml_node *root = NULL;
	struct reason why;
	findings_message(out, bytes);
	enum status status = xml_read(bytes, out->arena, &root, &why);
	if (status != STATUS_OK) {
		findings_remark(out, REMARK_unreadable, "%s", why.text);
		out->full = out->full || status == STATUS_NO_MEMORY;
		return;
	}
	const char *file = rail_file(out, when->name);
	Juyan__V1__ManifestLodged *lodged = findings_new(out, &juyan__v1__manifest_lodged__descriptor);
	if (!rail_begin(&bill.list, out) || lodged == NULL || file == NULL)
		return;
	bill.list.tare_unit = "centners";
	if (!find_bill(&bill, root) || !read_bill(&bill, lodged))
		return;
	const char *values[] = { bill.waybill, bill.train, file };
	const char *template = smgs->rail.batch[0] != '\0' ? smgs->rail.batch : "{waybill}";
	char *batch = rail_batch(&bill.list, template, batch_fields, values);
	char *key = source_key(out, "%.200s/%016" PRIx64, value_of(&bill, bill.node, DOC_ID), source_hash(bytes));
	enum part part = strstr(template, "{waybill}") != NULL ? PART_WHOLE : PART_ADD;
	rail_lodge(&bill.list, &smgs->rail, part, batch, key, when->now_ms, lodged);
}

/* ---- the connector ---- */

static enum status
open(const struct yaml_node *settings, const struct place *place, void **state, struct reason *why)
{
	struct smgs *smgs = calloc(1, sizeof *smgs);
	if (smgs == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for a reader of consignments");
	smgs->place = *place;
	for (size_t i = 0; i < FIELDS; i++)
		label_default(&smgs->names[i], defaults[i][0], defaults[i][1]);
	enum status status = rail_configure(settings, batch_fields, &smgs->rail, why);
	if (status == STATUS_OK)
		status = choice_of(settings, "tonnage", "capacity", "load", &smgs->tonnage_is_load, why);
	if (status == STATUS_OK && settings != NULL)
		status = label_set(smgs->names, FIELDS, yaml_get(settings, "names"), "names", why);
	if (status == STATUS_OK)
		*state = smgs;
	else
		free(smgs);
	return status;
}

static void
close(void **state)
{
	free(*state);
	*state = NULL;
}

static const struct connector_setting settings[] = {
	{ "direction", rail_direction_prose },
	{ "counts", rail_counts_prose },
	{ "batch",
	    "what makes the batch number: {waybill} (default), {train}, {file}; without {waybill} several bills make one batch" },
	{ "tonnage", "what Tonnage is: capacity (default: what the wagon can carry, no load) or load" },
	{ "names",
	    "names of elements and attributes by field: bill, waybill, main_id, doc_id, train, carriage, wagon, tare, tonnage, "
	    "load,"
	    " uncoupled, unloaded, reloaded, goods, description, hs, goods_mass; each one name or a list" },
	{ NULL, NULL },
};

const struct connector smgs_connector = {
	.name = "smgs",
	.about = "SMGS consignments as XML",
	.feed = FEED_DOCUMENT,
	.settings = settings,
	.open = open,
	.take = take,
	.close = close,
};

bool
smgs_guess(struct span bytes, const char *file_name)
{
	(void)file_name;
	size_t n = bytes.bytes < 4096 ? bytes.bytes : 4096;
	return memmem(bytes.data, n, "RailwayBill", 11) != NULL || memmem(bytes.data, n, "CarriageType", 12) != NULL;
}
