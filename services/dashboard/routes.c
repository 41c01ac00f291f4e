/* See routes.h. */
#include "routes.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "nearest.h"

/* ---- which route ---- */

static bool
is_page(const struct target *target)
{
	return target->n_parts == 0 ||
	    (strcmp(target->parts[0], "api") != 0 && strcmp(target->parts[0], "metrics") != 0 &&
		strcmp(target->parts[0], "healthz") != 0);
}

/* The parts of a pattern against those of the path; "{name}" takes any. */
static bool
fits(const char *pattern, const struct target *target, const char *taken[REQUEST_VALUES_MAX])
{
	size_t part = 0, n = 0;
	while (*pattern == '/') {
		const char *begin = pattern + 1, *end = begin + strcspn(begin, "/");
		if (part == target->n_parts)
			return false;
		if (*begin == '{')
			taken[n++] = target->parts[part];
		else if (strlen(target->parts[part]) != (size_t)(end - begin) ||
		    strncmp(begin, target->parts[part], (size_t)(end - begin)) != 0)
			return false;
		part++;
		pattern = end;
	}
	return part == target->n_parts;
}

static bool
say(struct problem *problem, unsigned status, const char *parameter, const char *expected, const char *detail)
{
	*problem = (struct problem){ .status = status };
	snprintf(problem->parameter, sizeof problem->parameter, "%.64s", parameter);
	snprintf(problem->expected, sizeof problem->expected, "%s", expected);
	reason_write(&problem->detail, "%s", detail);
	return false;
}

static const struct route *
page_route(void)
{
	for (size_t i = 0; i < routes; i++)
		if (route_table[i].kind == ROUTE_PAGE)
			return &route_table[i];
	abort();
}

/* "GET, HEAD, POST" of a path: all that the table knows are some of these. */
static const char *
allow_of(bool get, bool post, bool delete)
{
	return get && post && delete ? "GET, HEAD, POST, DELETE"
	    : get && post            ? "GET, HEAD, POST"
	    : post && delete         ? "POST, DELETE"
	    : post                   ? "POST"
	    : delete                 ? "DELETE"
				     : "GET, HEAD";
}

bool
routes_find(const struct http_asked *asked, int64_t now_ms, struct request *out, struct problem *problem, const char **allow)
{
	struct reason why = { "" };
	enum http_method method = asked->method == HTTP_HEAD ? HTTP_GET : asked->method;
	bool get = false, post = false, delete = false;
	enum status status = target_read(asked->target, &out->target, &why);
	out->now_ms = now_ms;
	out->route = NULL;
	if (status != STATUS_OK)
		return say(problem, 400, "address", "", why.text);
	for (size_t i = 0; out->route == NULL && i < routes && !is_page(&out->target); i++) {
		const struct route *route = &route_table[i];
		const char *taken[REQUEST_VALUES_MAX] = { NULL };
		if (route->kind == ROUTE_PAGE || !fits(route->path, &out->target, taken))
			continue;
		get = get || route->method == HTTP_GET;
		post = post || route->method == HTTP_POST;
		delete = delete || route->method == HTTP_DELETE;
		if (route->method != method)
			continue;
		out->route = route;
		for (size_t k = 0; k < REQUEST_VALUES_MAX; k++)
			out->values[k].text = taken[k];
	}
	if (is_page(&out->target)) {
		get = true;
		out->route = method == HTTP_GET ? page_route() : NULL;
	}
	if (out->route != NULL)
		return true;
	if (!get && !post && !delete)
		return say(problem, 404, "address", "", "there is no such address");
	*allow = allow_of(get, post, delete);
	return say(problem, 405, "method", *allow, "this address does not take this method");
}

/* ---- parameters ---- */

static size_t
parameters_of(const struct route *route)
{
	size_t n = 0;
	while (n < REQUEST_VALUES_MAX && route->parameters[n].name != NULL)
		n++;
	return n;
}

static bool
is_number(const char *text, int64_t min, int64_t max, int64_t *out)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || end == text || (text[0] != '-' && (text[0] < '0' || text[0] > '9')))
		return false;
	*out = value;
	return value >= min && value <= max;
}

/* A day, month or year: "2025-01-31", "2025-01", "2025". */
static bool
is_span(const char *text, int64_t *day)
{
	char whole[16];
	size_t bytes = strlen(text);
	if (bytes != 4 && bytes != 7 && bytes != 10)
		return false;
	snprintf(whole, sizeof whole, "%s%s", text, bytes == 4 ? "-01-01" : bytes == 7 ? "-01" : "");
	int64_t number;
	if (!civil_parse_day(whole, &number))
		return false;
	*day = number;
	return true;
}

static bool
is_choice(const char *text, const char *choices)
{
	size_t bytes = strlen(text);
	for (const char *word = choices; *word != '\0'; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ");
		if (length == bytes && strncmp(word, text, length) == 0)
			return true;
		word += length;
	}
	return false;
}

static void
say_expected(const struct parameter *parameter, char *out, size_t bytes)
{
	switch (parameter->kind) {
	case PARAMETER_TEXT:
		snprintf(out, bytes, "a text of %" PRId64 " to %" PRId64 " bytes", parameter->min, parameter->max);
		break;
	case PARAMETER_NUMBER:
		snprintf(out, bytes, "a whole number from %" PRId64 " to %" PRId64, parameter->min, parameter->max);
		break;
	case PARAMETER_FLAG:
		snprintf(out, bytes, "true or false");
		break;
	case PARAMETER_CHOICE:
		snprintf(out, bytes, "one of: %s", parameter->choices);
		break;
	case PARAMETER_DAY:
		snprintf(out, bytes, "a day such as 2025-01-31");
		break;
	case PARAMETER_SPAN:
		snprintf(out, bytes, "a day, month or year such as 2025-01-31, 2025-01 or 2025");
		break;
	}
}

static bool
take_value(const struct parameter *parameter, const char *text, int64_t *number)
{
	size_t bytes = strlen(text);
	switch (parameter->kind) {
	case PARAMETER_TEXT:
		return (int64_t)bytes >= parameter->min && (int64_t)bytes <= parameter->max;
	case PARAMETER_NUMBER:
		return is_number(text, parameter->min, parameter->max, number);
	case PARAMETER_FLAG:
		*number = strcmp(text, "true") == 0;
		return *number == 1 || strcmp(text, "false") == 0;
	case PARAMETER_CHOICE:
		return is_choice(text, parameter->choices);
	case PARAMETER_DAY:
		return bytes == 10 && is_span(text, number);
	case PARAMETER_SPAN:
		return is_span(text, number);
	}
	return false;
}

static bool
unknown(const struct route *route, size_t n, const char *name, struct problem *problem)
{
	struct nearest search = nearest_to(name);
	char expected[160];
	for (size_t i = 0; i < n; i++)
		if (strstr(route->path, route->parameters[i].name) == NULL || !strchr(route->path, '{'))
			nearest_offer(&search, route->parameters[i].name);
	snprintf(expected, sizeof expected, "%s%.64s", search.name == NULL ? "no parameter" : "perhaps ",
	    search.name == NULL ? "" : search.name);
	return say(problem, 400, name, expected, "this address has no such parameter");
}

static bool
take_parameter(struct request *request, size_t n, size_t from, const char *name, const char *value, struct problem *problem)
{
	const struct route *route = request->route;
	for (size_t i = from; i < n; i++) {
		if (strcmp(route->parameters[i].name, name) != 0)
			continue;
		if (request->values[i].text != NULL)
			return say(problem, 400, name, "once", "this parameter stands there twice");
		request->values[i].text = value;
		return true;
	}
	return unknown(route, n, name, problem);
}

static size_t
in_path(const struct route *route)
{
	size_t n = 0;
	for (const char *c = route->path; *c != '\0'; c++)
		n += *c == '{';
	return n;
}

bool
routes_read(struct request *request, struct problem *problem)
{
	const struct route *route = request->route;
	size_t n = parameters_of(route), from = in_path(route);
	if (route->kind == ROUTE_PAGE)
		return true; /* what a page's address says is the page's matter */
	for (size_t i = from; i < n; i++)
		request->values[i].text = NULL;
	if (route->method == HTTP_POST) /* the names are those of the body */
		n = from;
	for (size_t i = 0; i < request->target.n_parameters; i++)
		if (!take_parameter(request, n, from, request->target.parameters[i].name, request->target.parameters[i].value,
			problem))
			return false;
	for (size_t i = 0; i < n; i++) {
		const struct parameter *parameter = &route->parameters[i];
		char expected[160];
		say_expected(parameter, expected, sizeof expected);
		request->values[i].number = 0;
		if (request->values[i].text == NULL && parameter->required)
			return say(problem, 400, parameter->name, expected, "a parameter is missing");
		const char *text = request->values[i].text != NULL ? request->values[i].text : parameter->fallback;
		if (text != NULL && !take_value(parameter, text, &request->values[i].number))
			return say(problem, 400, parameter->name, expected, "a parameter is not what is expected");
	}
	return true;
}

/* ---- bodies ---- */

static bool
take_field(const struct parameter *field, const json_t *value, const char **text, int64_t *number)
{
	if (field->kind == PARAMETER_FLAG) {
		*number = json_is_true(value);
		*text = *number ? "true" : "false";
		return json_is_boolean(value);
	}
	if (field->max == 0) /* an object, which its reader checks */
		return json_is_object(value);
	*text = json_string_value(value);
	return *text != NULL && strlen(*text) == json_string_length(value) && take_value(field, *text, number);
}

bool
routes_read_body(const struct http_asked *asked, struct request *request, struct problem *problem)
{
	const struct route *route = request->route;
	size_t n = parameters_of(route), from = in_path(route);
	const char *name;
	json_t *value;
	json_error_t error;
	request->body = json_loadb((const char *)asked->body.data, asked->body.bytes, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(request->body))
		return say(problem, 400, "body", "a JSON object", request->body == NULL ? error.text : "the body is no object");
	json_object_foreach(request->body, name, value)
	{
		size_t i = from;
		while (i < n && strcmp(route->parameters[i].name, name) != 0)
			i++;
		if (i == n)
			return unknown(route, n, name, problem);
		char expected[160];
		say_expected(&route->parameters[i], expected, sizeof expected);
		request->values[i].text = "";
		if (!take_field(&route->parameters[i], value, &request->values[i].text, &request->values[i].number))
			return say(problem, 400, name, expected, "a field is not what is expected");
	}
	for (size_t i = from; i < n; i++)
		if (route->parameters[i].required && request->values[i].text == NULL)
			return say(problem, 400, route->parameters[i].name, "", "a field is missing");
	return true;
}

/* ---- for makers ---- */

static size_t
place_of(const struct request *request, const char *name)
{
	size_t n = parameters_of(request->route), i = 0;
	while (i < n && strcmp(request->route->parameters[i].name, name) != 0)
		i++;
	assert(i < n);
	return i;
}

const char *
request_text(const struct request *request, const char *name)
{
	size_t i = place_of(request, name);
	const char *fallback = request->route->parameters[i].fallback;
	return request->values[i].text != NULL ? request->values[i].text : fallback != NULL ? fallback : "";
}

int64_t
request_number(const struct request *request, const char *name)
{
	return request->values[place_of(request, name)].number;
}

bool
request_flag(const struct request *request, const char *name)
{
	return request_number(request, name) != 0;
}

bool
request_has(const struct request *request, const char *name)
{
	return request->values[place_of(request, name)].text != NULL;
}
