/*
 * What may be asked: one table of paths, methods, least roles and parameters with their bounds, from which requests are checked
 * before anybody sees them. The table is in route_table.c. Pure. Any thread.
 */
#ifndef JUYAN_DASHBOARD_ROUTES_H
#define JUYAN_DASHBOARD_ROUTES_H

#include "problem.h"
#include "request.h"

struct easel;

enum route_kind {
	ROUTE_PAGE,      /* a file of the page */
	ROUTE_NOW,       /* answered at once, by `now` */
	ROUTE_EVENTS,    /* the event stream */
	ROUTE_QUESTION,  /* asks query */
	ROUTE_REPORT,    /* asks query, and takes a while to set type */
	ROUTE_FORESIGHT, /* asks the forecast service as well */
	ROUTE_DECISION   /* logs in, or sends an event to ingest */
};

enum parameter_kind { PARAMETER_TEXT, PARAMETER_NUMBER, PARAMETER_FLAG, PARAMETER_CHOICE, PARAMETER_DAY, PARAMETER_SPAN };

struct parameter {
	const char *name; /* "{name}" in the path, else of the query */
	enum parameter_kind kind;
	bool required;
	int64_t min, max;     /* of texts: bytes */
	const char *choices;  /* "json csv xlsx pdf" */
	const char *fallback; /* NULL: "" */
};

/* A file to be kept; the caller frees bytes. */
struct route_file {
	char *bytes;
	size_t n;
	const char *type;
	char name[128];
};

struct route_reply; /* of decisions: see dashboard.h */
struct desk;

struct route {
	const char *path; /* "/api/v1/batches/{port}/{batch_no}" */
	enum http_method method;
	enum role least; /* ROLE_none: needs no session */
	bool scraped;    /* the token of those who scrape does as well */
	enum route_kind kind;
	struct parameter parameters[REQUEST_VALUES_MAX];
	int keep_ms; /* how long an answer may be given again while the log sequence number stays */
	enum status (*make)(struct easel *easel, const struct request *request, json_t **out, struct reason *why);
	/* Where the parameter `format` is not json. */
	enum status (*file)(struct easel *easel, const struct request *request, struct route_file *out, struct reason *why);
	void (*now)(struct desk *desk, const struct request *request, struct http_answer *out);
	enum status (*decide)(struct desk *desk, const struct request *request, struct http_answer *out, struct problem *problem);
};

extern const struct route route_table[];
extern const size_t routes;

/* False: *problem says why, and for 405 *allow which methods there are. Fills route, target, values. */
bool routes_find(const struct http_asked *asked, int64_t now_ms, struct request *out, struct problem *problem, const char **allow);
/* Reads what the query says; after the role is checked, so that strangers learn no names. */
bool routes_read(struct request *request, struct problem *problem);
/* The body of a POST against the route's fields: each named, of its kind, none unknown. */
bool routes_read_body(const struct http_asked *asked, struct request *request, struct problem *problem);

#endif
