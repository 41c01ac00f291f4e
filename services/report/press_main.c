/* See press.h: the press itself, in its own process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "press.h"
#include "press_line.h"
#include "report_words.h"

enum { ARENA_BYTES = 3 * DECODE_BYTES_MAX, WRONG = 2, FAILED = 3 };

struct asker {
	struct press_line line;
	struct arena arena; /* of one question and its answer */
	uint8_t *frame;     /* FRAME_BYTES_MAX */
};

/* ---- asking whoever began it ---- */

static enum status
take_answer(struct asker *asker, const Juyan__V1__Answer **out, struct reason *why)
{
	const ProtobufCMessage *message = NULL;
	unsigned kind;
	size_t n;
	enum status status = press_take_head(&asker->line, &kind, &n);
	if (status == STATUS_OK && kind == PRESS_FAILURE) {
		enum status failure;
		status = press_take_failure(&asker->line, n, &failure, why);
		return status == STATUS_OK ? failure : status;
	}
	if (status == STATUS_OK && (kind != PRESS_ANSWER || n > FRAME_BYTES_MAX))
		status = STATUS_UNDECODABLE;
	if (status == STATUS_OK)
		status = press_take(&asker->line, asker->frame, n);
	if (status == STATUS_OK)
		status =
		    wire_unpack(&juyan__v1__answer__descriptor, (struct span){ asker->frame, n }, &asker->arena, &message, why);
	if (status == STATUS_OK)
		*out = (const Juyan__V1__Answer *)message;
	return status;
}

static enum status
ask(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	struct asker *asker = user;
	struct span bytes;
	arena_reset(&asker->arena);
	enum status status = wire_pack(&question->base, FRAME_BYTES_MAX, &asker->arena, &bytes);
	if (status == STATUS_OK)
		status = press_give(&asker->line, PRESS_QUESTION, bytes.data, bytes.bytes);
	return status == STATUS_OK ? take_answer(asker, out, why) : status;
}

/* ---- setting and writing ---- */

static enum status
print(struct asker *asker, const struct press_order *order, struct reason *why)
{
	const struct source source = { .query = ask, .user = asker };
	char name[REPORT_FILE_NAME_BYTES];
	struct report *report = NULL;
	struct report_file file = { 0 };
	enum status status = report_open(&source, &order->asked, &report, why);
	if (status == STATUS_OK)
		status = report_write(report, order->format, order->lang, &file, why);
	if (status == STATUS_OK) {
		report_file_name(report, order->format, name);
		status = press_give(&asker->line, PRESS_NAME, name, strlen(name));
	}
	if (status == STATUS_OK)
		status = press_give(&asker->line, PRESS_FILE, file.data, file.bytes);
	report_file_close(&file);
	report_close(&report);
	return status;
}

/* ---- its bounds ---- */

static bool
limit(int resource, rlim_t most)
{
	struct rlimit limits;
	if (getrlimit((__rlimit_resource_t)resource, &limits) != 0)
		return false;
	limits.rlim_cur = most < limits.rlim_max ? most : limits.rlim_max;
	limits.rlim_max = limits.rlim_cur;
	return setrlimit((__rlimit_resource_t)resource, &limits) == 0;
}

/* Sanitizers take terabytes of address space for their own. */
static bool
bound(int64_t memory_mib, int64_t seconds)
{
	alarm((unsigned)seconds); /* in case nobody is left to end it */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	if (!limit(RLIMIT_AS, (rlim_t)memory_mib * 1024 * 1024))
		return false;
#endif
	(void)memory_mib;
	return limit(RLIMIT_CORE, 0);
}

static bool
number_of(const char *text, int64_t min, int64_t max, int64_t *out)
{
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	*out = number;
	return errno == 0 && end != text && *end == '\0' && number >= min && number <= max;
}

static bool
read_order(int argc, char **argv, struct press_order *out, int64_t *seconds)
{
	if (argc != 10)
		return false;
	out->asked = (struct report_asked){ .fresh = strcmp(argv[6], "1") == 0, .from = argv[7], .to = argv[8], .port = argv[9] };
	return number_of(argv[1], 1, INT32_MAX, &out->memory_mib) && number_of(argv[2], 1, 24 * 60 * 60, seconds) &&
	    report_format_of(argv[3], &out->format) && report_lang_of(argv[4], &out->lang) &&
	    number_of(argv[5], INT64_MIN, INT64_MAX, &out->asked.now_ms);
}

int
press_main(int argc, char **argv)
{
	struct press_order order = { .source = NULL };
	struct reason why = { "" };
	int64_t seconds;
	struct asker asker = { .line = { .fd = STDIN_FILENO, .until_ms = INT64_MAX } };
	if (!read_order(argc, argv, &order, &seconds)) {
		fprintf(stderr, "juyan " PRESS_WORD ": this is for the dashboard's own use\n");
		return WRONG;
	}
	if (!bound(order.memory_mib, seconds) || (asker.frame = malloc(FRAME_BYTES_MAX)) == NULL ||
	    arena_open(&asker.arena, ARENA_BYTES) != STATUS_OK) {
		free(asker.frame);
		return FAILED;
	}
	enum status status = print(&asker, &order, &why);
	if (status != STATUS_OK && press_give_failure(&asker.line, status, &why) != STATUS_OK)
		status = STATUS_CLOSED;
	arena_close(&asker.arena);
	free(asker.frame);
	return status == STATUS_CLOSED ? FAILED : 0;
}
