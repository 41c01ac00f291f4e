/* See pictures.h: from a request to the painter's pictures (painter.h) and to reports (report.h). */
#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "press.h"

enum {
	FORESIGHT_KEPT_MS = 60000, /* a forecast moves with days and corrections, not with the minute */
	FORESIGHT_WAIT_MS = 3000,  /* one that takes longer is shown when it is there: the service goes on with it */
	FORESIGHT_AGAIN_MS = 2000, /* after one that was not there */
	REST_MS = 10000,           /* for what is asked after it */
	YEAR_BYTES = 24
};

static struct painter *
painter_of(struct easel *easel, const struct request *request)
{
	if (easel->went_back != request->went_back)
		painter_forget(easel->painter);
	easel->went_back = request->went_back;
	painter_set_now(easel->painter, request->now_ms, request->fresh);
	return easel->painter;
}

enum status
picture_place(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	return painter_place(painter_of(easel, request), out, why);
}

/* Its mark is put in front by whoever tells it, with the age that it has then. */
enum status
picture_live(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	enum status status = painter_live(painter_of(easel, request), out, why);
	if (status == STATUS_OK)
		json_object_del(*out, "mark");
	return status;
}

enum status
picture_flow(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	return painter_flow(painter_of(easel, request), request_text(request, "port"), request_text(request, "day"), out, why);
}

enum status
picture_calendar(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	char year[YEAR_BYTES] = "";
	if (request_has(request, "year"))
		snprintf(year, sizeof year, "%lld", (long long)request_number(request, "year"));
	return painter_calendar(painter_of(easel, request), request_text(request, "port"), year, out, why);
}

enum status
picture_goods(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	return painter_goods(painter_of(easel, request), request_text(request, "port"), request_text(request, "from"),
	    request_text(request, "to"), out, why);
}

enum status
picture_search(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	return painter_search(painter_of(easel, request), request_text(request, "q"), out, why);
}

enum status
picture_batch(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	return painter_batch(painter_of(easel, request), request_text(request, "port"), request_text(request, "batch_no"), out,
	    why);
}

enum status
picture_attention(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	return painter_attention(painter_of(easel, request), request_text(request, "port"), request_flag(request, "noted"), out,
	    why);
}

enum status
picture_machines(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	return painter_machines(painter_of(easel, request), request_text(request, "port"), out, why);
}

enum status
picture_quarantined(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	return painter_quarantined(painter_of(easel, request), (uint64_t)request_number(request, "lsn"), out, why);
}

/* ---- the year ---- */

static int64_t
monotonic_ms(void)
{
	struct clock clock = clock_system();
	return clock_monotonic_ns(&clock) / 1000000;
}

static bool
is_kept(const struct easel *easel, const char *goal, int64_t now_ms)
{
	int64_t keep_ms = easel->foresight.reports != NULL ? FORESIGHT_KEPT_MS : FORESIGHT_AGAIN_MS;
	return easel->foresight.at_ms > 0 && now_ms - easel->foresight.at_ms < keep_ms && strcmp(easel->foresight.goal, goal) == 0;
}

/* Asks the forecast service anew where what is kept is old. One that fails leaves none: a stale forecast would say so nowhere. */
static void
look_ahead(struct easel *easel, const char *goal, struct reason *why_none)
{
	int64_t now_ms = monotonic_ms();
	reason_write(why_none, "the forecast is being made");
	if (is_kept(easel, goal, now_ms))
		return;
	if (easel->foresight.reports != NULL)
		juyan__v1__goal_reports__free_unpacked(easel->foresight.reports, NULL);
	easel->foresight.reports = NULL;
	easel->foresight.at_ms = now_ms;
	snprintf(easel->foresight.goal, sizeof easel->foresight.goal, "%s", goal);
	asker_set_end(easel->asker, now_ms + FORESIGHT_WAIT_MS);
	enum status status = painter_forecast(&easel->source, goal, &easel->foresight.reports, why_none);
	if (status != STATUS_OK)
		easel->foresight.reports = NULL;
	if (status == STATUS_TIMEOUT)
		reason_write(why_none, "the forecast is being made");
	asker_set_end(easel->asker, monotonic_ms() + REST_MS);
}

enum status
picture_overview(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	const char *goal = request_text(request, "goal");
	struct reason why_none = { "" };
	look_ahead(easel, goal, &why_none);
	return painter_overview(painter_of(easel, request), goal, easel->foresight.reports, why_none.text, out, why);
}

/* ---- reports ---- */

static enum report_lang
lang_of(const struct request *request)
{
	const char *lang = request_text(request, "lang");
	return strcmp(lang, "zh") == 0 ? REPORT_ZH : strcmp(lang, "mn") == 0 ? REPORT_MN : REPORT_EN;
}

/* Their libraries end the process when memory runs out, so it is not ours. */
static enum status
print_report(struct easel *easel, const struct report_asked *asked, enum report_format format, enum report_lang lang,
    char name[REPORT_FILE_NAME_BYTES], struct report_file *out, struct reason *why)
{
	const struct press_order order = { .source = &easel->source,
		.asked = *asked,
		.format = format,
		.lang = lang,
		.memory_mib = easel->kit->config->report_memory_mib,
		.until_ms = asker_end(easel->asker),
		.stop = easel->stop };
	return press_print(&order, name, out, why);
}

static enum status
write_report(struct easel *easel, const struct request *request, enum report_format format, enum report_lang lang, char *name,
    struct report_file *out, struct reason *why)
{
	const struct report_asked asked = { .from = request_text(request, "from"),
		.to = request_text(request, "to"),
		.port = request_text(request, "port"),
		.now_ms = request->now_ms,
		.fresh = request->fresh };
	struct report *report = NULL;
	if (format == REPORT_PDF || format == REPORT_XLSX)
		return print_report(easel, &asked, format, lang, name, out, why);
	enum status status = report_open(&easel->source, &asked, &report, why);
	if (status != STATUS_OK)
		return status;
	status = report_write(report, format, lang, out, why);
	report_file_name(report, format, name);
	report_close(&report);
	return status;
}

enum status
picture_report(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	char name[REPORT_FILE_NAME_BYTES];
	struct report_file file = { .data = NULL };
	enum status status = write_report(easel, request, REPORT_JSON, lang_of(request), name, &file, why);
	json_t *json = status == STATUS_OK ? json_loadb((const char *)file.data, file.bytes, 0, NULL) : NULL;
	report_file_close(&file);
	if (status == STATUS_OK && json == NULL)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK)
		*out = json;
	return status;
}

enum status
picture_report_file(struct easel *easel, const struct request *request, struct route_file *out, struct reason *why)
{
	enum report_format format;
	struct report_file file = { .data = NULL };
	struct route_file made = { .bytes = NULL };
	if (!report_format_of(request_text(request, "format"), &format))
		return reason_say(why, STATUS_SYNTAX, "'format' is json, csv, xlsx or pdf");
	enum status status = write_report(easel, request, format, lang_of(request), made.name, &file, why);
	made.bytes = status == STATUS_OK ? malloc(file.bytes + 1) : NULL;
	if (status == STATUS_OK && made.bytes == NULL)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK) {
		memcpy(made.bytes, file.data, file.bytes);
		made.n = file.bytes;
		made.type = report_media_type(format);
		*out = made;
	}
	report_file_close(&file);
	return status;
}
