/* See problem.h. */
#include "problem.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	unsigned status;
	const char *title;
} titles[] = {
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 415, "Unsupported Media Type" },
	{ 421, "Misdirected Request" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};

unsigned
problem_status(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return 200;
	case STATUS_NOT_FOUND:
		return 404;
	case STATUS_NOT_AUTHORISED:
	case STATUS_REVOKED:
		return 403;
	case STATUS_NOT_WAITING:
	case STATUS_CONTRADICTION:
		return 409;
	default:
		return status_consequence(status) == REFUSE ? 400 : 503;
	}
}

struct problem
problem_of(enum status status, const struct reason *why)
{
	struct problem problem = { .status = problem_status(status), .detail = *why };
	if (problem.detail.text[0] == '\0')
		reason_write(&problem.detail, "%s", status_sentence(status));
	problem.retry_after_s = problem.status == 503 ? 5 : 0;
	return problem;
}

static const char *
title_of(unsigned status)
{
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Refused";
}

struct http_answer
problem_answer(const struct problem *problem)
{
	struct http_answer answer = { .status = problem->status, .retry_after_s = problem->retry_after_s };
	json_t *json = json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank", "title", title_of(problem->status), "status",
	    (int)problem->status, "detail", problem->detail.text);
	if (json != NULL && problem->parameter[0] != '\0')
		json_object_set_new(json, "parameter", json_string(problem->parameter));
	if (json != NULL && problem->expected[0] != '\0')
		json_object_set_new(json, "expected", json_string(problem->expected));
	char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
	if (text != NULL && body_make(text, strlen(text), &answer.body) == STATUS_OK)
		answer.type = "application/problem+json";
	free(text);
	json_decref(json);
	return answer;
}
