/*
 * What the files of the dashboard share: the desk at which requests arrive. dashboard.c owns it. Each part has its own lock;
 * only the accounts stand under the desk's. Inside this folder alone.
 */
#ifndef JUYAN_DASHBOARD_DESK_PARTS_H
#define JUYAN_DASHBOARD_DESK_PARTS_H

#include <pthread.h>
#include <sodium.h>

#include "accounts.h"
#include "events.h"
#include "gate.h"
#include "lasting.h"
#include "present.h"
#include "recent.h"
#include "routes.h"
#include "service.h"
#include "tries.h"
#include "waiting.h"

/* In the order of enum route_kind, from ROUTE_QUESTION on. */
enum desk_lane { LANE_QUESTIONS, LANE_REPORTS, LANE_FORESIGHT, LANE_DECISIONS, DESK_LANES };

struct deciding;

struct desk {
	const struct service_kit *kit;
	struct gate gate;
	struct http *http;
	struct events *events;
	struct present *present;
	struct recent *recent;
	struct sessions *sessions;
	struct lasting *lasting; /* of the sessions, over a restart */
	struct tries *tries;
	struct deciding *deciding; /* of the lane of decisions */
	struct waiting *lanes[DESK_LANES];
	struct log_budget lost; /* of the lane of reports */
	atomic_bool ready;      /* the gate knows its port */
	atomic_bool stop;
	atomic_bool unkept;        /* the sessions' file cannot be written, and that has been told */
	int64_t watch_ms, keep_ms; /* when to look next, and to write down which sessions were used */
	uint64_t accounts_version;
	pthread_mutex_t mutex;
	bool scraped;                                    /* a token is set */
	unsigned char scraper[crypto_generichash_BYTES]; /* its hash */
	struct accounts accounts;                        /* under the mutex */
	bool accounts_lost;                              /* likewise: the file is there and cannot be read; nobody new is let in */
};

static inline int64_t
desk_ms(const struct desk *desk)
{
	return clock_monotonic_ns(&desk->kit->clock) / 1000000;
}

/* dashboard.c: a file of the settings, ended with a NUL; the caller frees it. A secret is refused where others can read it. */
enum status desk_read_file(const char *setting, const char *path, bool secret, char **out, struct reason *why) MUST_USE;

/* reception.c: what http calls. */
enum http_turn reception_handle(void *user, struct http_call *call);
/* The answer that a picture, or a file of the route's, makes; with an asker. Used by the lanes. */
void reception_make(struct desk *desk, struct easel *easel, const struct request *request, struct http_answer *out);

/* entry.c: who somebody is, and what becomes of it. */
bool entry_who(struct desk *desk, const struct http_asked *asked, struct session *out);
bool entry_open(struct desk *desk); /* nobody needs to log in: no accounts, and only this machine can ask */
void entry_whoami(struct desk *desk, const struct request *request, struct http_answer *out);
void entry_logout(struct desk *desk, const struct request *request, struct http_answer *out);
enum status entry_login(struct desk *desk, const struct request *request, struct http_answer *out,
    struct problem *problem) MUST_USE;
enum status entry_load(struct desk *desk, struct reason *why) MUST_USE; /* accounts, when their file has changed */
/* The sessions that the last process left, those whose accounts are what they were. After entry_load. */
enum status entry_remember(struct desk *desk, struct reason *why) MUST_USE;
/* What has begun and ended, into their file; `uses`: and when they were used. What fails is told, and tried again. */
void entry_keep(struct desk *desk, bool uses);
/* The token of our cookie; "" where there is none. */
void entry_token(const struct desk *desk, const char *cookie, char out[SESSION_TOKEN_BYTES]);
/* Whether the request has the token that opens what is made for scrapers, and nothing else. */
bool entry_scrapes(const struct desk *desk, const struct http_asked *asked);
enum status entry_read_scraper(struct desk *desk, struct reason *why) MUST_USE; /* its token, from its file */
/* For administrators: the sessions that are open, and ending one. */
void entry_sessions(struct desk *desk, const struct request *request, struct http_answer *out);
void entry_end_session(struct desk *desk, const struct request *request, struct http_answer *out);

/* metrics.c */
void metrics_health(struct desk *desk, const struct request *request, struct http_answer *out);
void metrics_all(struct desk *desk, const struct request *request, struct http_answer *out);
void metrics_live(struct desk *desk, const struct request *request, struct http_answer *out);
void metrics_contract(struct desk *desk, const struct request *request, struct http_answer *out);

/* deciding.c: in the lane of decisions. */
enum status deciding_open(const struct service_kit *kit, const atomic_bool *stop, struct deciding **out,
    struct reason *why) MUST_USE;
void deciding_close(struct deciding **deciding);
enum status deciding_note(struct desk *desk, const struct request *request, struct http_answer *out,
    struct problem *problem) MUST_USE;
enum status deciding_settle(struct desk *desk, const struct request *request, struct http_answer *out,
    struct problem *problem) MUST_USE;

/* assets.c: a file of the page by its path; for a page's path, index.html. */
bool assets_answer(const struct target *target, const struct http_asked *asked, struct http_answer *out);

/* A JSON text as an answer; the value is given up. */
void desk_json(json_t *json, struct http_answer *out);

#endif
