/* What tells how the service does, and what it already knows: health, metrics, the present, the contract. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulletin.h"
#include "desk_parts.h"

/* X(name, what it tells, how): of a struct bulletin `standing`. */
#define FIGURES(X) \
	X(position_events, "All up to this event is there.", standing.reached) \
	X(ledger_events, "Where the journal ends.", standing.lsn) \
	X(behind_events, "Events that are not there yet.", bulletin_behind(&standing, 0)) \
	X(behind_seconds, "How long the oldest of them has waited.", bulletin_lag_ms(&standing, now_ms) / 1000) \
	X(written_timestamp_seconds, "When something was written there last.", standing.reached_at_ms / 1000)

extern const unsigned char openapi_yaml[];
extern const size_t openapi_yaml_bytes;

/* What a service that brings the journal elsewhere tells of itself; false: it is off. */
static bool
standing_of(struct desk *desk, const char *service, struct bulletin *out)
{
	struct reason why;
	if (bulletin_read(desk->kit->config->data_dir, service, out, &why) != STATUS_OK)
		return false;
	uint64_t lsn = present_mark(desk->present).lsn;
	out->lsn = lsn > out->lsn ? lsn : out->lsn;
	return true;
}

/* One that has fallen silent stands in no way. */
static json_t *
standing_json(struct desk *desk, const char *service)
{
	struct bulletin standing;
	int64_t now_ms = clock_utc_ms(&desk->kit->clock);
	if (!standing_of(desk, service, &standing))
		return json_null();
	json_t *figures = json_object();
#define X(name, help, value) json_object_set_new(figures, #name, json_integer((json_int_t)(value)));
	FIGURES(X)
#undef X
	return json_pack("{s:s, s:s, s:s, s:I, s:o}", "state", bulletin_silent(&standing, now_ms) ? "silent" : standing.state,
	    "trouble", standing.trouble, "sentence", standing.why, "since_ms", (json_int_t)standing.since_ms, "figures", figures);
}

void
metrics_health(struct desk *desk, const struct request *request, struct http_answer *out)
{
	struct present_mark mark = present_mark(desk->present);
	struct body *live = present_live(desk->present);
	bool heard = mark.age_ms >= 0 && mark.age_ms < PRESENT_STALE_MS;
	const char *reason = !heard ? "the feed is not heard" : live == NULL || !mark.fresh ? "the ledger cannot be asked" : "";
	bool well = reason[0] == '\0';
	(void)request;
	desk_json(json_pack("{s:b, s:s, s:I, s:o, s:o, s:o}", "well", well, "reason", reason, "last_lsn", (json_int_t)mark.lsn,
		      "feed_age_ms", mark.age_ms < 0 ? json_null() : json_integer(mark.age_ms), "relay",
		      standing_json(desk, "relay"), "warehouse", standing_json(desk, "warehouse")),
	    out);
	out->status = well && out->status == 200 ? 200 : 503;
	body_drop(&live);
}

void
metrics_live(struct desk *desk, const struct request *request, struct http_answer *out)
{
	(void)request;
	*out = (struct http_answer){ .status = 200, .type = "application/json", .body = present_live(desk->present) };
	if (out->body != NULL)
		return;
	struct problem problem = { .status = 503, .retry_after_s = 2 };
	reason_write(&problem.detail, "nothing is known of the ledger yet");
	*out = problem_answer(&problem);
}

void
metrics_contract(struct desk *desk, const struct request *request, struct http_answer *out)
{
	(void)desk;
	(void)request;
	*out = (struct http_answer){ .status = 200,
		.type = "application/yaml",
		.still = { openapi_yaml, openapi_yaml_bytes },
		.cache = "no-cache" };
}

static void
gauge(FILE *out, const char *name, const char *help, double value)
{
	fprintf(out, "# HELP juyan_%s %s\n# TYPE juyan_%s gauge\njuyan_%s %.17g\n", name, help, name, name, value);
}

static void
write_gauges(struct desk *desk, FILE *out)
{
	struct present_mark mark = present_mark(desk->present);
	gauge(out, "dashboard_connections", "Connections that are open.", http_connections(desk->http));
	gauge(out, "dashboard_listeners", "Listeners of the event stream.", events_count(desk->events));
	gauge(out, "dashboard_sessions", "Sessions of users that are open.", sessions_count(desk->sessions, desk_ms(desk) / 1000));
	gauge(out, "dashboard_waiting_questions", "Requests that wait for the ledger.",
	    (double)waiting_count(desk->lanes[LANE_QUESTIONS]));
	gauge(out, "dashboard_waiting_reports", "Requests that wait for a report.",
	    (double)waiting_count(desk->lanes[LANE_REPORTS]));
	gauge(out, "dashboard_waiting_forecasts", "Requests that wait for the forecast.",
	    (double)waiting_count(desk->lanes[LANE_FORESIGHT]));
	gauge(out, "dashboard_waiting_decisions", "Logins, notes and settlements that wait.",
	    (double)waiting_count(desk->lanes[LANE_DECISIONS]));
	gauge(out, "ledger_last_lsn", "The last log sequence number that the dashboard knows of.", (double)mark.lsn);
	if (mark.received_at_ms > 0)
		gauge(out, "ledger_received_timestamp_seconds", "When the last event was received.",
		    (double)mark.received_at_ms / 1000);
	if (mark.age_ms >= 0)
		gauge(out, "feed_age_seconds", "Since when nothing was heard of the feed.", (double)mark.age_ms / 1000);
}

static void
write_standing(struct desk *desk, const char *service, FILE *out)
{
	struct bulletin standing;
	char name[64];
	int64_t now_ms = clock_utc_ms(&desk->kit->clock);
	if (!standing_of(desk, service, &standing))
		return;
	bool well = strcmp(standing.trouble, BULLETIN_WELL) == 0;
	snprintf(name, sizeof name, "%s_going", service);
	gauge(out, name, "1 while nothing is known to be wrong.", well);
	snprintf(name, sizeof name, "%s_stopped", service);
	gauge(out, name, "1 while nothing is brought, for a reason that a person has to mend.", !well && standing.lasts);
#define X(figure, help, value) \
	snprintf(name, sizeof name, "%s_%s", service, #figure); \
	gauge(out, name, help, (double)(value));
	FIGURES(X)
#undef X
	snprintf(name, sizeof name, "%s_told_age_seconds", service);
	gauge(out, name, "Since when it has not said how it stands.", (double)(now_ms - standing.told_ms) / 1000);
}

void
metrics_all(struct desk *desk, const struct request *request, struct http_answer *out)
{
	char *text = NULL;
	size_t bytes = 0;
	(void)request;
	*out = (struct http_answer){ .status = 500 };
	FILE *file = open_memstream(&text, &bytes);
	if (file == NULL)
		return;
	for (int i = 0; i < COUNTERS; i++) {
		const char *name = counter_name((enum counter)i);
		fprintf(file, "# HELP juyan_%s_total Count of %s.\n# TYPE juyan_%s_total counter\njuyan_%s_total %" PRIu64 "\n",
		    name, counter_meaning((enum counter)i), name, name, atomic_load(&desk->kit->counters->values[i]));
	}
	write_gauges(desk, file);
	write_standing(desk, "relay", file);
	write_standing(desk, "warehouse", file);
	if (fclose(file) == 0 && body_make(text, bytes, &out->body) == STATUS_OK) {
		out->status = 200;
		out->type = "text/plain; version=0.0.4; charset=utf-8";
	}
	free(text);
}
