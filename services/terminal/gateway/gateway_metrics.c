/* See gateway_metrics.h. */
#include "gateway_metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

/* X(name, type, prose, value) of the gateway as a whole. */
#define STANDING_LIST(X) \
	X(turns_total, counter, "turns of its loop", standing->turns) \
	X(messages_total, counter, "messages entered into the book, in its life", standing->book.messages) \
	X(events_total, counter, "events made, in the book's life", standing->book.events) \
	X(waiting_units, gauge, "events that wait for a manifest", standing->book.waiting_units) \
	X(waiting_weighings, gauge, "weighings that wait for a vehicle", standing->book.waiting_weighings) \
	X(raw_bytes, gauge, "raw messages kept", standing->book.raw_bytes) \
	X(outbox_events, gauge, "events that the spool has not taken yet", standing->book.outbox) \
	X(book_full, gauge, "1: the book is full, and nothing more is read", (uint64_t)standing->book_full) \
	X(spool_full, gauge, "1: the spool is full, and events wait in the book", (uint64_t)standing->spool_full) \
	X(spool_taken_total, counter, "events taken into the spool, in its life", standing->spool.taken) \
	X(spool_confirmed_total, counter, "of these, on the centre's disk", standing->spool.confirmed) \
	X(spool_used_bytes, gauge, "of the spool", standing->spool.used_bytes) \
	X(spool_room_bytes, gauge, "that the spool may have", standing->spool.room_bytes) \
	X(centre_connected, gauge, "1: the centre answers", (uint64_t)standing->spool.connected) \
	X(centre_heard_timestamp_seconds, gauge, "when something was heard of the centre last", \
	    (uint64_t)(standing->spool.heard / 1000))

static void
head(FILE *out, const char *name, const char *type, const char *prose)
{
	fprintf(out, "# HELP juyan_gateway_%s %s\n# TYPE juyan_gateway_%s %s\n", name, prose, name, type);
}

/* Names of sources and connectors need no escaping: gateway_config.c lets none in that would. */
static void
of_source(FILE *out, const char *name, const struct machine_source *source, uint64_t value)
{
	fprintf(out, "juyan_gateway_%s{source=\"%s\",connector=\"%s\"} %" PRIu64 "\n", name, source->name, source->connector->name,
	    value);
}

static void
print_sources(const struct gateway_config *config, FILE *out)
{
	head(out, "source_up", "gauge", "1: what it speaks to is there");
	for (size_t i = 0; i < config->n; i++)
		of_source(out, "source_up", &config->sources[i], !config->sources[i].health.away);
	head(out, "source_open_connections", "gauge", "connections now");
	for (size_t i = 0; i < config->n; i++)
		of_source(out, "source_open_connections", &config->sources[i], config->sources[i].open_now);
	head(out, "source_heard_timestamp_seconds", "gauge", "when something was heard of it last");
	for (size_t i = 0; i < config->n; i++)
		of_source(out, "source_heard_timestamp_seconds", &config->sources[i],
		    (uint64_t)(config->sources[i].heard_ms / 1000));
#define X(name, prose) \
	head(out, "source_" #name "_total", "counter", prose); \
	for (size_t i = 0; i < config->n; i++) \
		of_source(out, "source_" #name "_total", &config->sources[i], config->sources[i].tally.name);
	SOURCE_TALLY_LIST(X)
#undef X
}

void
gateway_metrics_print(const struct gateway_config *config, const struct gateway_standing *standing, FILE *out)
{
#define X(name, type, prose, value) \
	head(out, #name, #type, prose); \
	fprintf(out, "juyan_gateway_" #name " %" PRIu64 "\n", value);
	STANDING_LIST(X)
#undef X
	head(out, "remarks_total", "counter", "remarks, in the book's life");
	for (int i = 0; i < REMARKS; i++)
		fprintf(out, "juyan_gateway_remarks_total{remark=\"%s\"} %" PRIu64 "\n", remark_name((enum remark)i),
		    standing->book.remarks[i]);
	print_sources(config, out);
}

void
gateway_metrics_write(const struct gateway_config *config, const struct gateway_standing *standing, struct log *log)
{
	char draft[PATH_BYTES], quoted[LOG_QUOTED_BYTES];
	static struct log_budget budget;
	uint64_t withheld;
	if (config->metrics[0] == '\0' || snprintf(draft, sizeof draft, "%s.tmp", config->metrics) >= (int)sizeof draft)
		return;
	FILE *out = fopen(draft, "we");
	bool good = out != NULL;
	if (good) {
		gateway_metrics_print(config, standing, out);
		good = fchmod(fileno(out), 0644) == 0 && !ferror(out);
		good = fclose(out) == 0 && good && rename(draft, config->metrics) == 0;
	}
	if (!good && log_affords(&budget, &withheld))
		log_say(log, LOG_WARNING, "gateway", "no_metrics", "why=%s", log_quoted(strerror(errno), quoted));
}
