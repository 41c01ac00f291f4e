/* Targets, the gate and the table of routes: what a request may say, and what it hears otherwise. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "routes.h"

static struct request request;
static struct problem problem;
static const char *allow;

static bool
find_as(enum http_method method, const char *target)
{
	const struct http_asked asked = { .method = method, .target = target };
	memset(&request, 0, sizeof request);
	allow = "";
	return routes_find(&asked, 1, &request, &problem, &allow) && routes_read(&request, &problem);
}

static bool
find(const char *target)
{
	return find_as(HTTP_GET, target);
}

static void
refused(const char *target, unsigned status, const char *parameter)
{
	assert_false(find(target));
	assert_int_equal(problem.status, status);
	assert_string_equal(problem.parameter, parameter);
}

static void
test_paths(void **state)
{
	(void)state;
	assert_true(find("/api/v1/live"));
	assert_string_equal(request.route->path, "/api/v1/live");
	assert_true(find("/api/v1/batches/ceke/B-1%2F2%20x"));
	assert_string_equal(request_text(&request, "port"), "ceke");
	assert_string_equal(request_text(&request, "batch_no"), "B-1/2 x");
	assert_true(find("/api/v1/quarantine/4711"));
	assert_int_equal(request_number(&request, "lsn"), 4711);
	refused("/api/v1/quarantine/0", 400, "lsn");
	refused("/api/v1/quarantine/x", 400, "lsn");
	refused("/api/v1/quarantine/9223372036854775808", 400, "lsn");
	refused("/api/v1/nothing", 404, "address");
	refused("/api", 404, "address");
	refused("/api/v1/batches/ceke", 404, "address");
}

static void
test_pages(void **state)
{
	(void)state;
	static const char *const pages[] = { "/", "/overview", "/batch/ceke/B-1?x=y", "/../etc/passwd", "/assets/x.js" };
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		assert_true(find(pages[i]));
		assert_int_equal(request.route->kind, ROUTE_PAGE);
	}
	assert_false(find_as(HTTP_POST, "/overview"));
	assert_int_equal(problem.status, 405);
}

static void
test_methods(void **state)
{
	(void)state;
	assert_true(find_as(HTTP_HEAD, "/api/v1/live"));
	assert_true(find_as(HTTP_DELETE, "/api/v1/session"));
	assert_false(find_as(HTTP_OTHER, "/api/v1/session"));
	assert_int_equal(problem.status, 405);
	assert_string_equal(allow, "GET, HEAD, POST, DELETE");
	assert_false(find_as(HTTP_POST, "/api/v1/live"));
	assert_string_equal(allow, "GET, HEAD");
	assert_false(find_as(HTTP_GET, "/api/v1/attention/notes"));
	assert_string_equal(allow, "POST");
}

static void
test_parameters(void **state)
{
	(void)state;
	assert_true(find("/api/v1/flow?port=ceke&day=2025-01-31"));
	assert_string_equal(request_text(&request, "day"), "2025-01-31");
	assert_true(find("/api/v1/flow"));
	assert_false(request_has(&request, "port"));
	assert_string_equal(request_text(&request, "port"), "");
	refused("/api/v1/flow?prot=ceke", 400, "prot");
	assert_string_equal(problem.expected, "perhaps port");
	refused("/api/v1/live?port=ceke", 400, "port");
	assert_string_equal(problem.expected, "no parameter");
	refused("/api/v1/flow?port=ceke&port=wuliji", 400, "port");
	refused("/api/v1/flow?day=2025-02-30", 400, "day");
	refused("/api/v1/flow?day=2025-02", 400, "day");
	refused("/api/v1/flow?port=", 400, "port");
	refused("/api/v1/flow?port=123456789012345678901234567890123", 400, "port");
	refused("/api/v1/calendar?year=1899", 400, "year");
	refused("/api/v1/calendar?year=+2025", 400, "year");
	refused("/api/v1/report", 400, "from");
	refused("/api/v1/report?from=2025-13", 400, "from");
	refused("/api/v1/report?from=2025&format=doc", 400, "format");
	refused("/api/v1/report?from=2025&format=cs", 400, "format");
	refused("/api/v1/report?from=2025&format=csv%20xlsx", 400, "format");
	assert_true(find("/api/v1/report?from=2025&to=2025-03&format=xlsx"));
	assert_string_equal(request_text(&request, "lang"), "en");
	assert_true(find("/api/v1/attention?noted=true"));
	assert_true(request_flag(&request, "noted"));
	refused("/api/v1/attention?noted=1", 400, "noted");
	refused("/api/v1/search?q=a", 400, "q");
	assert_true(find("/api/v1/search?q=%E8%92%99+L"));
	assert_string_equal(request_text(&request, "q"), "\xe8\x92\x99 L");
}

static void
test_what_is_no_target(void **state)
{
	(void)state;
	char long_one[3000];
	refused("api", 400, "address");
	refused("/api/v1/search?q=%", 400, "address");
	refused("/api/v1/search?q=%4", 400, "address");
	refused("/api/v1/search?q=%zz", 400, "address");
	refused("/api/v1/search?q=ab%00", 400, "address");
	refused("/api/v1/search?q=ab%ff", 400, "address");
	refused("/api/v1/search?q=ab%0a", 400, "address");
	refused("/a/b/c/d/e/f/g/h/i", 400, "address");
	refused("/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q", 400, "address");
	memset(long_one, 'a', sizeof long_one);
	long_one[0] = '/';
	long_one[sizeof long_one - 1] = '\0';
	refused(long_one, 400, "address");
}

static bool
body(const char *target, const char *text)
{
	const struct http_asked asked = { .method = HTTP_POST, .target = target, .body = { (const uint8_t *)text, strlen(text) } };
	memset(&request, 0, sizeof request);
	bool right = routes_find(&asked, 1, &request, &problem, &allow) && routes_read(&request, &problem) &&
	    routes_read_body(&asked, &request, &problem);
	if (!right) {
		json_decref(request.body);
		request.body = NULL;
	}
	return right;
}

static void
test_bodies(void **state)
{
	(void)state;
	const char *notes = "/api/v1/attention/notes", *settle = "/api/v1/quarantine/7";
	assert_true(body(notes, "{\"subject\":\"stuck:ceke/B-1\",\"note\":\"seen\",\"withdrawn\":true}"));
	assert_string_equal(request_text(&request, "note"), "seen");
	assert_true(request_flag(&request, "withdrawn"));
	json_decref(request.body);
	assert_false(body(notes, "{\"subject\":\"x\"}"));
	assert_string_equal(problem.parameter, "note");
	assert_false(body(notes, "{\"subject\":\"x\",\"note\":\"\"}"));
	assert_false(body(notes, "{\"subject\":\"x\",\"note\":1}"));
	assert_false(body(notes, "{\"subject\":\"x\",\"note\":\"a\\u0000b\"}"));
	assert_false(body(notes, "{\"subject\":\"x\",\"note\":\"a\",\"nite\":\"b\"}"));
	assert_string_equal(problem.expected, "perhaps note");
	assert_false(body(notes, "[]"));
	assert_false(body(notes, "{"));
	assert_false(body(notes, ""));
	assert_true(body(settle, "{\"action\":\"release\",\"reason\":\"checked\",\"event\":{}}"));
	assert_int_equal(request_number(&request, "lsn"), 7);
	assert_true(request_has(&request, "event"));
	json_decref(request.body);
	assert_false(body(settle, "{\"action\":\"free\",\"reason\":\"checked\"}"));
	assert_false(body(settle, "{\"action\":\"release\",\"reason\":\"checked\",\"event\":\"x\"}"));
	assert_false(body(settle, "{\"lsn\":8,\"action\":\"release\",\"reason\":\"checked\"}"));
	assert_false(body("/api/v1/session?name=x", "{\"name\":\"a\",\"password\":\"b\"}"));
}

/* ---- the gate ---- */

static unsigned
pass(const struct gate *gate, struct http_asked asked, bool for_programs)
{
	struct reason why = { "" };
	asked.hosts = asked.hosts == 0 ? 1 : asked.hosts;
	return gate_check(gate, &asked, for_programs, &why);
}

static void
test_hosts(void **state)
{
	(void)state;
	const struct gate local = { .loopback = true, .port = 4780, .names = "juyan.example" };
	const struct gate wide = { .tls = true, .port = 8443, .names = "juyan.example, 10.0.0.5" };
	static const char *const right[] = { "localhost:4780", "LOCALHOST:4780", "127.0.0.1:4780", "[::1]:4780" };
	static const char *const wrong[] = { "localhost", "localhost:80", "localhost:47800", "evil.example:4780",
		"localhost.evil:4780", "juyan.example:4781", "juyan.example.evil:4780", "127.0.0.1.evil:4780", "" };
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		assert_int_equal(pass(&local, (struct http_asked){ .host = right[i] }, true), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(pass(&local, (struct http_asked){ .host = wrong[i] }, true), 421);
	/* A name that was set holds here as well: it is a proxy's on this machine. */
	assert_int_equal(pass(&local, (struct http_asked){ .host = "juyan.example:4780" }, true), 0);
	assert_int_equal(pass(&local, (struct http_asked){ .host = "juyan.example" }, true), 0);
	assert_int_equal(pass(&local, (struct http_asked){ .host = NULL }, true), 400);
	assert_int_equal(pass(&local, (struct http_asked){ .host = right[0], .hosts = 2 }, true), 400);
	assert_int_equal(pass(&wide, (struct http_asked){ .host = "juyan.example:8443" }, true), 0);
	assert_int_equal(pass(&wide, (struct http_asked){ .host = "10.0.0.5:8443" }, true), 0);
	assert_int_equal(pass(&wide, (struct http_asked){ .host = "localhost:8443" }, true), 421);
	assert_int_equal(pass(&wide, (struct http_asked){ .host = "example:8443" }, true), 421);
}

static void
test_origins(void **state)
{
	(void)state;
	const struct gate gate = { .loopback = true, .port = 4780, .names = "" };
	struct http_asked post = { .method = HTTP_POST, .host = "localhost:4780", .content_type = "application/json" };
	struct http_asked get = { .method = HTTP_GET, .host = "localhost:4780" };
	assert_int_equal(pass(&gate, post, true), 0);
	post.origin = "http://localhost:4780";
	post.fetch_site = "same-origin";
	assert_int_equal(pass(&gate, post, true), 0);
	static const char *const elsewhere[] = { "http://evil.example", "null", "https://localhost:4780", "http://localhost:4781",
		"http://127.0.0.1:4780" };
	for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
		post.origin = elsewhere[i];
		assert_int_equal(pass(&gate, post, true), 403);
	}
	/* Behind a proxy with TLS of its own, for the name that was set alone. */
	const struct gate proxied = { .loopback = true, .port = 4780, .names = "juyan.example" };
	post.origin = "https://juyan.example";
	post.host = "juyan.example";
	assert_int_equal(pass(&proxied, post, true), 0);
	post.origin = "https://localhost:4780";
	post.host = "localhost:4780";
	assert_int_equal(pass(&proxied, post, true), 403);
	post.origin = NULL;
	post.fetch_site = "cross-site";
	assert_int_equal(pass(&gate, post, true), 403);
	post.fetch_site = "none";
	assert_int_equal(pass(&gate, post, true), 403);
	post.fetch_site = NULL;
	post.content_type = "text/plain";
	assert_int_equal(pass(&gate, post, true), 415);
	get.fetch_site = "cross-site"; /* a link from elsewhere may open the page, and reads nothing */
	assert_int_equal(pass(&gate, get, false), 0);
	assert_int_equal(pass(&gate, get, true), 403);
	get.fetch_site = "none";
	assert_int_equal(pass(&gate, get, true), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_what_is_no_target),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_origins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
