/* What is wrong with a request, as application/problem+json (RFC 9457). Pure. Any thread. */
#ifndef JUYAN_DASHBOARD_PROBLEM_H
#define JUYAN_DASHBOARD_PROBLEM_H

#include "http.h"

struct problem {
	unsigned status;
	struct reason detail;
	char parameter[72]; /* "": none in particular */
	char expected[160]; /* likewise */
	unsigned retry_after_s;
};

/* The HTTP status that follows from one of ours. */
unsigned problem_status(enum status status);
struct problem problem_of(enum status status, const struct reason *why);
/* A body is allocated; without memory there is none. */
struct http_answer problem_answer(const struct problem *problem);

#endif
