/*
 * The way of a request: is it for us (gate), what is it (routes), who asks (entry), may he, is it right; then the page, the
 * present, an answer that is still true, or a place in a lane. In libmicrohttpd's threads; nothing here waits.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_parts.h"
#include "easel.h"

static enum http_turn
refuse(struct desk *desk, struct http_call *call, const struct problem *problem, const char *allow)
{
	struct http_answer answer = problem_answer(problem);
	answer.allow = allow;
	count(desk->kit->counters, COUNTER_requests_refused, 1);
	return http_answer(call, &answer);
}

static enum http_turn
refuse_with(struct desk *desk, struct http_call *call, unsigned status, const char *sentence)
{
	struct problem problem = { .status = status };
	reason_write(&problem.detail, "%s", sentence);
	problem.retry_after_s = status == 503 ? 2 : status == 429 ? 10 : 0;
	return refuse(desk, call, &problem, NULL);
}

static void
set_etag(const struct body *body, uint64_t lsn, char out[64])
{
	unsigned char hash[16];
	char hex[33];
	crypto_generichash(hash, sizeof hash, (const unsigned char *)body->bytes, body->n, NULL, 0);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	snprintf(out, 64, "\"%" PRIu64 "-%.20s\"", lsn, hex);
}

/* A 304 where the asker has this very answer. */
static void
compare(const struct http_asked *asked, struct http_answer *answer)
{
	const char *has = asked->if_none_match;
	if (answer->status != 200 || answer->etag[0] == '\0' || has == NULL)
		return;
	if (strcmp(has, "*") != 0 && strstr(has, answer->etag) == NULL)
		return;
	body_drop(&answer->body);
	answer->status = 304;
	answer->type = NULL;
	answer->still = (struct span){ NULL, 0 };
	answer->encoding = NULL;
}

static enum http_turn
give(struct desk *desk, struct http_call *call, struct http_answer *answer)
{
	compare(http_asked(call), answer);
	count(desk->kit->counters, answer->status < 400 ? COUNTER_requests_answered : COUNTER_requests_refused, 1);
	return http_answer(call, answer);
}

void
desk_json(json_t *json, struct http_answer *out)
{
	char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
	*out = (struct http_answer){ .status = 500 };
	if (text != NULL && body_make(text, strlen(text), &out->body) == STATUS_OK) {
		out->status = 200;
		out->type = "application/json";
	}
	free(text);
	json_decref(json);
}

/* ---- made in a lane ---- */

static enum status
make_json(struct desk *desk, struct easel *easel, const struct request *request, struct http_answer *out, struct reason *why)
{
	json_t *json = NULL;
	enum status status = request->route->make(easel, request, &json, why);
	if (status != STATUS_OK)
		return status;
	uint64_t lsn = asker_lsn(easel->asker);
	if (json_object_get(json, "mark") == NULL &&
	    json_object_set_new(json, "mark", present_mark_json(desk->present, lsn, request->now_ms)) != 0) {
		json_decref(json);
		return STATUS_NO_MEMORY;
	}
	count(desk->kit->counters, COUNTER_pictures_made, 1);
	desk_json(json, out);
	if (out->body == NULL)
		return STATUS_NO_MEMORY;
	set_etag(out->body, lsn, out->etag);
	if (request->route->keep_ms > 0 && request->kept_as[0] != '\0')
		recent_put(desk->recent, request->kept_as, lsn, desk_ms(desk) + request->route->keep_ms, out->body);
	return STATUS_OK;
}

/* What no other way of asking would mend is the operator's matter too. */
static void
complain(struct desk *desk, enum status status, const struct reason *why)
{
	char quoted[LOG_QUOTED_BYTES];
	uint64_t withheld;
	if (status_consequence(status) != REFUSE && log_affords(&desk->lost, &withheld))
		log_say(desk->kit->log, LOG_WARNING, "dashboard", "no_report", "status=%s why=%s withheld=%" PRIu64,
		    status_name(status), log_quoted(why->text, quoted), withheld);
}

static enum status
make_file(struct desk *desk, struct easel *easel, const struct request *request, struct http_answer *out, struct reason *why)
{
	struct route_file file = { .bytes = NULL };
	enum status status = request->route->file(easel, request, &file, why);
	if (status != STATUS_OK) {
		complain(desk, status, why);
		return status;
	}
	*out = (struct http_answer){ .status = 200, .type = file.type };
	snprintf(out->name, sizeof out->name, "%s", file.name);
	status = body_make(file.bytes, file.n, &out->body);
	free(file.bytes);
	return status;
}

void
reception_make(struct desk *desk, struct easel *easel, const struct request *request, struct http_answer *out)
{
	const struct route *route = request->route;
	struct reason why = { "" };
	struct problem problem = { .status = 0 };
	enum status status;
	if (route->decide != NULL) {
		status = route->decide(desk, request, out, &problem);
		if (status != STATUS_OK && problem.status == 0)
			problem = problem_of(status, &problem.detail);
	} else {
		bool file = route->file != NULL && strcmp(request_text(request, "format"), "json") != 0;
		status = file ? make_file(desk, easel, request, out, &why) : make_json(desk, easel, request, out, &why);
		if (status != STATUS_OK)
			problem = problem_of(status, &why);
		if (status == STATUS_UNKNOWN_PORT)
			snprintf(problem.parameter, sizeof problem.parameter, "port");
	}
	if (status != STATUS_OK)
		*out = problem_answer(&problem);
	count(desk->kit->counters, status == STATUS_OK ? COUNTER_requests_answered : COUNTER_requests_refused, 1);
}

/* ---- answered at once ---- */

static enum http_turn
give_page(struct desk *desk, struct http_call *call, const struct request *request)
{
	struct http_answer answer = { .status = 200 };
	if (!assets_answer(&request->target, http_asked(call), &answer))
		return refuse_with(desk, call, 404, "there is no such file");
	return give(desk, call, &answer);
}

static enum http_turn
give_events(struct desk *desk, struct http_call *call, const struct request *request)
{
	enum http_turn turn;
	if (http_asked(call)->method == HTTP_HEAD)
		return give(desk, call, &(struct http_answer){ .status = 200, .type = "text/event-stream" });
	switch (events_listen(desk->events, call, request->who.number, http_asked(call)->last_event_id, &turn)) {
	case EVENTS_TAKEN:
		count(desk->kit->counters, COUNTER_requests_answered, 1);
		return turn;
	case EVENTS_TOO_MANY:
		return refuse_with(desk, call, 429, "you have as many event streams open as one may have");
	case EVENTS_NO_ROOM:
		break;
	}
	count(desk->kit->counters, COUNTER_requests_busy, 1);
	return refuse_with(desk, call, 503, "there are as many listeners as there may be");
}

static bool
give_kept(struct desk *desk, struct http_call *call, const struct request *request, enum http_turn *turn)
{
	struct http_answer answer = { .status = 200, .type = "application/json" };
	uint64_t lsn = present_mark(desk->present).lsn;
	if (request->route->keep_ms == 0 || !present_mark(desk->present).fresh)
		return false;
	answer.body = recent_find(desk->recent, http_asked(call)->target, lsn, desk_ms(desk));
	if (answer.body == NULL)
		return false;
	set_etag(answer.body, lsn, answer.etag);
	*turn = give(desk, call, &answer);
	return true;
}

/* Takes the request over where it goes into a lane (it is NULL then). */
static enum http_turn
serve(struct desk *desk, struct http_call *call, struct request **held)
{
	struct request *request = *held;
	struct http_answer answer = { .status = 500 };
	enum http_turn turn;
	switch (request->route->kind) {
	case ROUTE_PAGE:
		return give_page(desk, call, request);
	case ROUTE_NOW:
		request->route->now(desk, request, &answer);
		return give(desk, call, &answer);
	case ROUTE_EVENTS:
		return give_events(desk, call, request);
	case ROUTE_QUESTION:
	case ROUTE_REPORT:
	case ROUTE_FORESIGHT:
	case ROUTE_DECISION:
		break;
	}
	if (give_kept(desk, call, request, &turn))
		return turn;
	*held = NULL;
	return waiting_put(desk->lanes[request->route->kind - ROUTE_QUESTION], call, request);
}

/* ---- the way ---- */

static enum http_turn
admit(struct desk *desk, struct http_call *call, struct request **held)
{
	struct request *request = *held;
	const struct http_asked *asked = http_asked(call);
	struct problem problem = { .status = 0 };
	const char *allow = NULL;
	struct reason why = { "" };
	struct present_mark mark = present_mark(desk->present);
	request->fresh = mark.fresh;
	request->went_back = mark.went_back;
	/* Whom it is for is asked of the address as it is understood: "/%61pi/" is "/api/". */
	bool found = routes_find(asked, clock_utc_ms(&desk->kit->clock), request, &problem, &allow);
	bool for_programs = !found || request->route->kind != ROUTE_PAGE;
	unsigned status = gate_check(&desk->gate, asked, for_programs, &why);
	if (status != 0)
		return refuse_with(desk, call, status, why.text);
	if (!found)
		return refuse(desk, call, &problem, allow);
	if (strlen(asked->target) < sizeof request->kept_as)
		memcpy(request->kept_as, asked->target, strlen(asked->target) + 1);
	memcpy(request->address, asked->address, sizeof request->address);
	entry_token(desk, asked->cookie, request->token);
	bool known = entry_who(desk, asked, &request->who);
	if (!known && request->route->scraped && entry_scrapes(desk, asked)) {
		request->who.role = request->route->least;
		known = true;
	}
	if (request->route->least != ROLE_none && !known)
		return refuse_with(desk, call, 401, "log in first");
	if (request->route->least > request->who.role)
		return refuse_with(desk, call, 403, "your role does not allow this");
	if (!routes_read(request, &problem))
		return refuse(desk, call, &problem, NULL);
	if (request->route->method == HTTP_POST && !routes_read_body(asked, request, &problem))
		return refuse(desk, call, &problem, NULL);
	return serve(desk, call, held);
}

enum http_turn
reception_handle(void *user, struct http_call *call)
{
	struct desk *desk = user;
	if (!atomic_load(&desk->ready) || atomic_load(&desk->stop))
		return refuse_with(desk, call, 503, "the service starts or stops");
	struct request *request = calloc(1, sizeof *request);
	if (request == NULL)
		return refuse_with(desk, call, 503, "memory ran out");
	enum http_turn turn = admit(desk, call, &request);
	request_free(request);
	return turn;
}
