/*
 * A train's wagon list as CSV: one batch for each train, all or nothing. Lines above the header are a title and are passed over;
 * the header is the first line that names the wagon and its load, or its waybill. A list has no time of its own: it holds from when
 * it came, until a later one of the same batch. How rows become a manifest, and what counts once, stands in rail.h.
 */
#include "wagons.h"

#include <stdlib.h>
#include <string.h>

#include "encoding.h"
#include "source_key.h"

static const char *const field_defaults[WAGONS_FIELDS][2] = {
	[FIELD_WAGON] = { "wagon", "车号|车辆号|车皮号|wagon|wagon no|wagon number|вагон|номер вагона|№ вагона" },
	[FIELD_WAYBILL] = { "waybill",
	    "货票号|票据号|运单号|waybill|waybill no|waybill number|накладная|номер накладной|№ накладной" },
	[FIELD_LOAD] = { "load", "载重|净重|货重|load|net|вес груза|масса груза|нетто" },
	[FIELD_TARE] = { "tare", "自重|皮重|tare|тара|масса тары|тара вагона" },
	[FIELD_GROSS] = { "gross", "总重|毛重|gross|брутто" },
	[FIELD_GOODS] = { "goods", "货物名称|品名|货名|goods|commodity|груз|наименование груза" },
	[FIELD_HS] = { "hs", "税号|hs编码|hs|hs code|гнг|код гнг|gng" },
	[FIELD_CONTAINER] = { "container", "箱号|集装箱号|container|containers|контейнер|номер контейнера" },
	[FIELD_TRAIN] = { "train", "车次|train|train no|train number|поезд|номер поезда|№ поезда" },
	[FIELD_BATCH] = { "batch", "货物运输批次号|批次号|batch|batch no" },
	[FIELD_DEPARTED] = { "departed", "发车时间|出发时间|发车日期|departed|date|дата|дата отправления" },
	[FIELD_RELOADED] = { "reloaded", "换装|reloaded|перегружен|перегруз" },
	[FIELD_ORDER] = { "order", "" }, /* these are in the lists, and nothing here counts by them */
	[FIELD_TYPE] = { "type", "" },
	[FIELD_LENGTH] = { "length", "" },
	[FIELD_DESTINATION] = { "destination", "" },
	[FIELD_CONSIGNEE] = { "consignee", "" },
};

const char *const wagons_batch_fields[] = { "train", "date", "batch", "file", NULL };

/* ---- settings ---- */

static enum status
read_units(const struct yaml_node *map, struct wagons *wagons, struct reason *why)
{
	if (map == NULL)
		return STATUS_OK;
	if (!yaml_is_map(map))
		return yaml_fail(map, why, "units: expected lines such as  tare: t");
	for (size_t i = 0; i < yaml_count(map); i++) {
		const char *text = yaml_text(yaml_value(map, i));
		size_t k = FIELD_LOAD;
		while (k <= FIELD_GROSS && strcmp(field_defaults[k][0], yaml_key(map, i)) != 0)
			k++;
		if (k > FIELD_GROSS)
			return yaml_fail(yaml_value(map, i), why, "units: '%.32s' is no mass; expected load, tare or gross",
			    yaml_key(map, i));
		if (text == NULL || !decimal_unit_of((struct span){ (const uint8_t *)text, strlen(text) }, &wagons->unit[k]))
			return yaml_fail(yaml_value(map, i), why, "units: expected " DECIMAL_UNIT_NAMES);
		wagons->unit_is_set[k] = true;
	}
	return STATUS_OK;
}

static enum status
read_sign(const struct yaml_node *settings, const char *name, const char *allowed, char *out, struct reason *why)
{
	const struct yaml_node *node = yaml_get(settings, name);
	const char *text = node != NULL ? yaml_text(node) : NULL;
	if (node == NULL)
		return STATUS_OK;
	if (text != NULL && strcmp(text, "tab") == 0)
		text = "\t";
	if (text == NULL || strlen(text) != 1 || strchr(allowed, *text) == NULL)
		return yaml_fail(node, why, "%s: expected one of  %s  in quotes%s", name, allowed[0] == '.' ? ". ," : ", ; |",
		    allowed[0] == '.' ? "" : ", or tab");
	*out = *text;
	return STATUS_OK;
}

static enum status
read_forms(const struct yaml_node *settings, struct wagons *wagons, struct reason *why)
{
	const struct yaml_node *encoding = yaml_get(settings, "encoding"), *time = yaml_get(settings, "time");
	struct reason expected = { "" };
	enum moment_zone zone;
	if (encoding != NULL && (yaml_text(encoding) == NULL || !encoding_knows(yaml_text(encoding))))
		return yaml_fail(encoding, why, "encoding: expected utf-8, gb18030, gbk, gb2312, windows-1251 or utf-16");
	if (encoding != NULL)
		snprintf(wagons->encoding, sizeof wagons->encoding, "%s", yaml_text(encoding));
	if (time != NULL &&
	    (yaml_text(time) == NULL || strlen(yaml_text(time)) >= sizeof wagons->time ||
		moment_form(yaml_text(time), &zone, &expected) != STATUS_OK))
		return yaml_fail(time, why, "time: expected %s", expected.text[0] != '\0' ? expected.text : "a form of times");
	if (time != NULL)
		snprintf(wagons->time, sizeof wagons->time, "%s", yaml_text(time));
	return STATUS_OK;
}

static enum status
configure(const struct yaml_node *settings, struct wagons *wagons, struct reason *why)
{
	enum status status = rail_configure(settings, wagons_batch_fields, &wagons->rail, why);
	if (settings == NULL || status != STATUS_OK)
		return status;
	if ((status = label_set(wagons->names, WAGONS_FIELDS, yaml_get(settings, "columns"), "columns", why)) == STATUS_OK)
		status = read_units(yaml_get(settings, "units"), wagons, why);
	if (status == STATUS_OK)
		status = read_sign(settings, "separator", ",;|\t", &wagons->separator, why);
	if (status == STATUS_OK)
		status = read_sign(settings, "decimal_mark", ".,", &wagons->style.mark, why);
	return status == STATUS_OK ? read_forms(settings, wagons, why) : status;
}

static enum status
open(const struct yaml_node *settings, const struct place *place, void **state, struct reason *why)
{
	struct wagons *wagons = calloc(1, sizeof *wagons);
	if (wagons == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for a reader of wagon lists");
	wagons->place = *place;
	wagons->style = (struct decimal_style){ '.', 0 };
	snprintf(wagons->time, sizeof wagons->time, "iso");
	for (size_t i = 0; i < WAGONS_FIELDS; i++) {
		label_default(&wagons->names[i], field_defaults[i][0], field_defaults[i][1]);
		wagons->unit[i] = DECIMAL_T; /* as China's lists have it */
	}
	enum status status = configure(settings, wagons, why);
	if (status == STATUS_OK)
		*state = wagons;
	else
		free(wagons);
	return status;
}

static void
close(void **state)
{
	free(*state);
	*state = NULL;
}

/* ---- a list ---- */

/* Where nothing is set: a batch column, else train and day, else the file's name. */
static const char *
template_of(const struct wagons *wagons, const struct wagons_words *words)
{
	if (wagons->rail.batch[0] != '\0')
		return wagons->rail.batch;
	if (words->batch[0] != '\0')
		return "{batch}";
	return words->train[0] != '\0' && words->date[0] != '\0' ? "{train}-{date}" : "{file}";
}

static void
take(void *state, struct span bytes, const struct moment_of *when, struct findings *out)
{
	const struct wagons *wagons = state;
	struct rail_list list;
	struct wagons_words words = { "", "", "" };
	findings_message(out, bytes);
	const char *file = rail_file(out, when->name);
	Juyan__V1__ManifestLodged *lodged = findings_new(out, &juyan__v1__manifest_lodged__descriptor);
	if (!rail_begin(&list, out) || lodged == NULL || file == NULL || !wagons_read(wagons, bytes, &list, &words) ||
	    !rail_fill(&list, lodged))
		return;
	const char *values[] = { words.train, words.date, words.batch, file };
	char *batch = rail_batch(&list, template_of(wagons, &words), wagons_batch_fields, values);
	char *key = source_key(out, "%.200s/%016llx", batch != NULL ? batch : "", (unsigned long long)source_hash(bytes));
	rail_lodge(&list, &wagons->rail, PART_WHOLE, batch, key, when->now_ms, lodged);
}

static const struct connector_setting settings[] = {
	{ "direction", rail_direction_prose },
	{ "counts", rail_counts_prose },
	{ "columns",
	    "names of the header by field: wagon, waybill, load, tare, gross, goods, hs, container, train, batch, departed, "
	    "reloaded;"
	    " each one name or a list; Chinese, English and Russian ones are known" },
	{ "units",
	    "of load, tare and gross: kg, t (default), centner or lb; a header that ends in its unit, such as 载重(t), says it "
	    "itself" },
	{ "batch",
	    "what makes the batch number: {train}, {date} (of departed), {batch}, {file}; default: {batch} where there is such a"
	    " column, else {train}-{date}, else {file}" },
	{ "encoding",
	    "utf-8, gb18030, gbk, gb2312, windows-1251 or utf-16; default: UTF-8 where the bytes are that, else GB18030" },
	{ "separator", "',', ';', '|' or tab; default: the one with which a header is found" },
	{ "decimal_mark", "'.' (default) or ','" },
	{ "time", "the form of departed: iso (default), or a picture such as DD.MM.YYYY hh:mm" },
	{ NULL, NULL },
};

const struct connector wagons_connector = {
	.name = "wagons",
	.about = "a train's wagon list as CSV",
	.feed = FEED_DOCUMENT,
	.settings = settings,
	.open = open,
	.take = take,
	.close = close,
};

bool
wagons_guess(struct span bytes, const char *file_name)
{
	static const char *const words[] = { "车号", "\xB3\xB5\xBA\xC5", "wagon", "Wagon", "вагон", "Вагон" };
	size_t n = strlen(file_name), look = bytes.bytes < 4096 ? bytes.bytes : 4096;
	if (n < 4 || strcasecmp(file_name + n - 4, ".csv") != 0)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (memmem(bytes.data, look, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}
