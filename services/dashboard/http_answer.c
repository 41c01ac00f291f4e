/* See http.h: how a call is answered, at once, later, or as a stream. */
#include <assert.h>
#include <stdio.h>

#include "http_parts.h"

enum { STREAM_BLOCK_BYTES = 8 * 1024 };

static const struct {
	const char *name, *value;
} always[] = {
	{ "Content-Security-Policy",
	    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
	    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
};

static void
add(struct MHD_Response *response, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0' && MHD_add_response_header(response, name, value) != MHD_YES)
		assert(value[0] < ' '); /* nothing from outside stands in a header */
}

static void
add_headers(const struct http_call *call, struct MHD_Response *response, const struct http_answer *answer)
{
	char number[24], disposition[160];
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		add(response, always[i].name, always[i].value);
	if (call->http->tls)
		add(response, "Strict-Transport-Security", "max-age=31536000");
	add(response, "Cache-Control", answer->cache != NULL ? answer->cache : "no-store");
	add(response, "Content-Type", answer->type);
	add(response, "Content-Encoding", answer->encoding);
	if (answer->encoding != NULL || answer->still.data != NULL)
		add(response, "Vary", "Accept-Encoding");
	add(response, "Allow", answer->allow);
	add(response, "ETag", answer->etag);
	add(response, "Set-Cookie", answer->cookie);
	if (answer->retry_after_s > 0) {
		snprintf(number, sizeof number, "%u", answer->retry_after_s);
		add(response, "Retry-After", number);
	}
	if (answer->name[0] != '\0') {
		snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", answer->name);
		add(response, "Content-Disposition", disposition);
	}
}

static void
drop(void *body)
{
	struct body *held = body;
	body_drop(&held);
}

static struct MHD_Response *
response_of(struct http_answer *answer)
{
	struct body *body = answer->body;
	if (body == NULL)
		return MHD_create_response_from_buffer(answer->still.bytes, (void *)(uintptr_t)answer->still.data,
		    MHD_RESPMEM_PERSISTENT);
	struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(body->n, body->bytes, drop, body);
	if (response == NULL)
		body_drop(&body);
	answer->body = NULL;
	return response;
}

static ssize_t
read_stream(void *user, uint64_t position, char *out, size_t max)
{
	struct http_call *call = user;
	(void)position;
	ssize_t n = call->source.read(call->source.user, out, max);
	return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void
stream_gone(void *user)
{
	struct http_call *call = user;
	call->source.gone(call->source.user);
	http_call_drop(call);
}

enum MHD_Result
http_queue(struct http_call *call)
{
	if (call->streams) /* libmicrohttpd is done with a request before it is done with what streams to it */
		call->holders++;
	struct MHD_Response *response = call->streams
	    ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream, call, stream_gone)
	    : response_of(&call->answer);
	if (response == NULL) {
		if (call->streams)
			stream_gone(call);
		return MHD_NO;
	}
	add_headers(call, response, &call->answer);
	http_watch_state(&call->http->watch, call->guest, call->streams ? HTTP_STREAMING : HTTP_TAKING);
	enum MHD_Result result = MHD_queue_response(call->connection, call->answer.status, response);
	call->queued = true;
	MHD_destroy_response(response);
	return result;
}

enum http_turn
http_answer(struct http_call *call, const struct http_answer *answer)
{
	assert(!call->answered);
	call->answer = *answer;
	call->answered = true;
	return HTTP_ANSWERED;
}

enum http_turn
http_wait(struct http_call *call)
{
	assert(!call->answered);
	http_watch_state(&call->http->watch, call->guest, HTTP_WORKING);
	MHD_suspend_connection(call->connection);
	return HTTP_LATER;
}

void
http_done(struct http_call *call, const struct http_answer *answer)
{
	assert(!call->answered);
	call->answer = *answer;
	call->answered = true;
	MHD_resume_connection(call->connection); /* from here on the call may be gone */
}

enum http_turn
http_stream(struct http_call *call, const struct http_source *source)
{
	assert(!call->answered);
	call->answer = (struct http_answer){ .status = MHD_HTTP_OK, .type = "text/event-stream" };
	call->source = *source;
	call->answered = call->streams = true;
	return HTTP_ANSWERED;
}

void
http_stream_pause(struct http_call *call)
{
	MHD_suspend_connection(call->connection);
}

void
http_stream_go(struct http_call *call)
{
	MHD_resume_connection(call->connection);
}

void
http_stream_cut(struct http_call *call)
{
	http_watch_cut(&call->http->watch, &call->guest);
}

bool
http_stream_there(struct http_call *call)
{
	return http_watch_there(&call->http->watch, &call->guest);
}
