/*
 * A request to the dashboard behind libmicrohttpd, which reads the bytes of HTTP itself: target, Host, Origin, cookie, body. A
 * first byte says the method and the gate, then each header is a section of its own. What passes is answered with a picture of
 * a ledger, or refused with a sentence.
 *
 * reads: services/dashboard/target.c services/dashboard/routes.c services/dashboard/gate.c
 */
#include "check.h"

#include "fuzz.h"
#include "past.h"

#include "dashboard/desk_parts.h"
#include "dashboard/easel.h"

enum { ANSWER_BYTES = 4 * DECODE_BYTES_MAX };

static struct book book;
static struct easel easel;
/* A data folder in which no service has said how it stands. */
static const struct config config = { .data_dir = "/nonexistent" };
static const struct service_kit kit = { .config = &config };

static enum status
ask_book(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	const Juyan__V1__Answer *answer = NULL;
	(void)user;
	question->version = PROTOCOL_VERSION;
	enum status s = reader_answer(book.reader, question, fuzz_arena(0, ANSWER_BYTES), &answer, why);
	fuzz_holds(s == STATUS_OK);
	if (answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)
		return reason_say(why, (enum status)answer->failure->code, "%s", answer->failure->sentence);
	*out = answer;
	return s;
}

static void
shut(void)
{
	painter_close(&easel.painter);
}

static void
open_easel(void)
{
	struct reason why = { "" };
	past_open(&book);
	easel.kit = &kit;
	easel.source = (struct source){ .query = ask_book };
	fuzz_holds(painter_open(&easel.source, &easel.painter, &why) == STATUS_OK);
	atexit(shut);
}

static void
paint(const struct request *request)
{
	struct reason why = { "" };
	json_t *json = NULL;
	char *text;
	enum status s = request->route->make(&easel, request, &json, &why);
	if (s != STATUS_OK) {
		fuzz_holds(status_consequence(s) != STOP && why.text[0] != '\0');
		return;
	}
	text = json_dumps(json, JSON_COMPACT);
	fuzz_holds(text != NULL);
	free(text);
	json_decref(json);
}

/* Spreadsheets and pages take their time, and are made of the same figures. */
static void
make_file(const struct request *request)
{
	struct route_file file = { .bytes = NULL };
	struct reason why = { "" };
	if (strcmp(request_text(request, "format"), "csv") != 0)
		return;
	enum status s = request->route->file(&easel, request, &file, &why);
	fuzz_holds(s == STATUS_OK ? file.n > 0 : why.text[0] != '\0');
	free(file.bytes);
}

static void
serve(const struct http_asked *asked, struct request *request)
{
	struct problem problem = { .status = 0 };
	const struct route *route = request->route;
	bool right = routes_read(request, &problem) && (route->method != HTTP_POST || routes_read_body(asked, request, &problem));
	fuzz_holds(right || (problem.status == 400 && problem.detail.text[0] != '\0'));
	if (!right)
		return;
	for (size_t i = 0; i < REQUEST_VALUES_MAX && route->parameters[i].name != NULL; i++)
		fuzz_holds(request_text(request, route->parameters[i].name) != NULL);
	if (route->kind == ROUTE_QUESTION || route->kind == ROUTE_REPORT)
		paint(request);
	if (route->kind == ROUTE_REPORT)
		make_file(request);
}

static char *
header(struct span *input)
{
	struct span section = fuzz_section(input);
	while (section.bytes > 0 && section.data[section.bytes - 1] == '\n')
		section.bytes--;
	return fuzz_text(section);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes };
	if (easel.painter == NULL)
		open_easel();
	unsigned how = fuzz_byte(&input);
	char *target = header(&input), *host = header(&input), *origin = header(&input), *cookie = header(&input);
	struct http_asked asked = { .method = (enum http_method)(how % 5),
		.target = target,
		.host = host,
		.hosts = 1,
		.origin = origin[0] == '\0' ? NULL : origin,
		.cookie = cookie,
		.content_type = "application/json",
		.body = input };
	struct gate gate = { .loopback = (how & 8) == 0, .port = 4780, .names = "border.example, juyan", .own = "10.0.0.1" };
	struct request *request = calloc(1, sizeof *request);
	struct problem problem = { .status = 0 };
	struct reason why = { "" };
	const char *allow = NULL;
	fuzz_holds(request != NULL);
	gate_check(&gate, &asked, true, &why);
	const struct desk desk = { .gate = gate };
	entry_token(&desk, asked.cookie, request->token);
	fuzz_holds(strlen(request->token) < SESSION_TOKEN_BYTES);
	if (routes_find(&asked, MIDNIGHT, request, &problem, &allow))
		serve(&asked, request);
	else
		fuzz_holds(problem.status == 400 || problem.status == 404 || (problem.status == 405 && allow != NULL));
	json_decref(request->body);
	free(request);
	free(target);
	free(host);
	free(origin);
	free(cookie);
	return 0;
}
