/* See press.h: the side that begins a press, answers its questions and takes its file. */
#include "press.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "press_line.h"
#include "report_words.h"

extern char **environ;

enum { NUMBER_BYTES = 24, PIECE_BYTES = 64 * 1024, ARENA_BYTES = 3 * DECODE_BYTES_MAX };

struct press {
	const struct press_order *order;
	struct press_line line;
	pid_t pid;
	struct arena arena; /* of one question */
	uint8_t *frame;     /* FRAME_BYTES_MAX */
};

/* ---- beginning and ending ---- */

/* Only the socket goes with it. It is to be killed whatever this thread does with signals, and to die with who began it. */
static enum status
spawn(const struct press_order *order, char *const argv[], int fd, pid_t *pid)
{
	const char *program = order->program != NULL ? order->program : "/proc/self/exe";
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, broken;
	sigemptyset(&none);
	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	if (posix_spawn_file_actions_init(&actions) != 0)
		return STATUS_NO_MEMORY;
	if (posix_spawnattr_init(&attributes) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return STATUS_NO_MEMORY;
	}
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &broken);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int failed = posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	if (failed == 0)
		failed = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (failed == 0)
		failed = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	if (failed == 0)
		failed = posix_spawn(pid, program, &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return failed == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static const char *
text_of(const char *text)
{
	return text == NULL ? "" : text;
}

static enum status
begin(struct press *press, struct reason *why)
{
	const struct press_order *order = press->order;
	struct clock clock = clock_system();
	int64_t left_ms = order->until_ms - clock_monotonic_ns(&clock) / 1000000;
	char memory[NUMBER_BYTES], seconds[NUMBER_BYTES], now[NUMBER_BYTES];
	const char *argv[] = { "juyan", PRESS_WORD, memory, seconds, report_format_name(order->format),
		report_lang_code(order->lang), now, order->asked.fresh ? "1" : "0", text_of(order->asked.from),
		text_of(order->asked.to), text_of(order->asked.port), NULL };
	int ends[2];
	snprintf(memory, sizeof memory, "%" PRId64, order->memory_mib);
	snprintf(seconds, sizeof seconds, "%" PRId64, left_ms < 0 ? 1 : left_ms / 1000 + 1);
	snprintf(now, sizeof now, "%" PRId64, order->asked.now_ms);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return reason_say(why, STATUS_SYSTEM, "no socket for the report: %s", strerror(errno));
	enum status status = spawn(order, (char *const *)(uintptr_t)argv, ends[1], &press->pid);
	close(ends[1]);
	press->line.fd = ends[0];
	if (status != STATUS_OK)
		return reason_say(why, status, "the report's process cannot be started");
	return STATUS_OK;
}

/* It has said what it had to say, or is not wanted any more. How it ended: one that had ended by itself is not killed again. */
static int
end(struct press *press)
{
	int how = 0;
	if (press->line.fd >= 0)
		close(press->line.fd);
	if (press->pid > 0) {
		kill(press->pid, SIGKILL);
		while (waitpid(press->pid, &how, 0) < 0 && errno == EINTR)
			continue;
	}
	arena_close(&press->arena);
	free(press->frame);
	return how;
}

/* ---- what it says ---- */

static enum status
answer_question(struct press *press, size_t n)
{
	struct reason why = { "" };
	const ProtobufCMessage *message = NULL;
	const Juyan__V1__Answer *answer = NULL;
	struct span bytes;
	if (n > FRAME_BYTES_MAX)
		return STATUS_UNDECODABLE;
	enum status status = press_take(&press->line, press->frame, n);
	if (status != STATUS_OK)
		return status;
	arena_reset(&press->arena);
	status = wire_unpack(&juyan__v1__question__descriptor, (struct span){ press->frame, n }, &press->arena, &message, &why);
	if (status != STATUS_OK)
		return status;
	Juyan__V1__Question question = *(const Juyan__V1__Question *)message; /* the source fills in version and nonce */
	const struct source *source = press->order->source;
	status = source->query(source->user, &question, &answer, &why);
	if (status == STATUS_OK)
		status = wire_pack(&answer->base, FRAME_BYTES_MAX, &press->arena, &bytes);
	return status == STATUS_OK ? press_give(&press->line, PRESS_ANSWER, bytes.data, bytes.bytes)
				   : press_give_failure(&press->line, status, &why);
}

static enum status
take_name(struct press *press, size_t n, char name[REPORT_FILE_NAME_BYTES])
{
	if (n == 0 || n >= REPORT_FILE_NAME_BYTES)
		return STATUS_UNDECODABLE;
	enum status status = press_take(&press->line, name, n);
	name[n] = '\0';
	return status == STATUS_OK && !wire_text_clean(name, n) ? STATUS_UNDECODABLE : status;
}

static enum status
take_file(struct press *press, size_t n, struct report_file *out)
{
	enum status status = STATUS_OK;
	if (n > REPORT_FILE_BYTES_MAX)
		return STATUS_UNDECODABLE;
	while (status == STATUS_OK && n > 0 && !out->failed) {
		size_t piece = n < PIECE_BYTES ? n : PIECE_BYTES;
		status = press_take(&press->line, press->frame, piece);
		if (status == STATUS_OK)
			report_file_add(out, press->frame, piece);
		n -= piece;
	}
	return status == STATUS_OK && out->failed ? STATUS_NO_MEMORY : status;
}

/* OK once the file is here. `said`: the press itself says why not, in `why`. */
static enum status
listen_to(struct press *press, char name[REPORT_FILE_NAME_BYTES], struct report_file *out, bool *said, struct reason *why)
{
	enum status status = STATUS_OK;
	bool named = false;
	while (status == STATUS_OK) {
		unsigned kind;
		size_t n;
		status = press_take_head(&press->line, &kind, &n);
		if (status != STATUS_OK)
			break;
		if (kind == PRESS_FILE && named)
			return take_file(press, n, out);
		if (kind == PRESS_QUESTION) {
			status = answer_question(press, n);
		} else if (kind == PRESS_NAME) {
			status = take_name(press, n, name);
			named = true;
		} else if (kind == PRESS_FAILURE) {
			enum status failure;
			status = press_take_failure(&press->line, n, &failure, why);
			*said = status == STATUS_OK;
			status = *said ? failure : status;
		} else {
			status = STATUS_UNDECODABLE;
		}
	}
	return status;
}

/* ---- the face ---- */

/* What is wrong with a press is nothing that its reader could have asked otherwise. */
static enum status
explain(enum status status, int how, const struct press_order *order, struct reason *why)
{
	switch (status) {
	case STATUS_TIMEOUT:
		return reason_say(why, status, "the report was not ready in time");
	case STATUS_INTERRUPTED:
		return reason_say(why, status, "the service stops");
	case STATUS_CLOSED:
		return reason_say(why, STATUS_NO_MEMORY,
		    "the report's process ended by %s %d: perhaps %" PRId64 " MiB (report_memory_mib) are too few",
		    WIFSIGNALED(how) ? "signal" : "code", WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how), order->memory_mib);
	case STATUS_NO_MEMORY:
		return reason_say(why, status, "memory ran out");
	default:
		return reason_say(why, STATUS_SYSTEM, "the report's process cannot be understood");
	}
}

enum status
press_print(const struct press_order *order, char name[REPORT_FILE_NAME_BYTES], struct report_file *out, struct reason *why)
{
	struct press press = { .order = order,
		.line = { .fd = -1, .until_ms = order->until_ms, .stop = order->stop },
		.frame = malloc(FRAME_BYTES_MAX) };
	struct report_file file = { 0 };
	bool said = false;
	if (press.frame == NULL || arena_open(&press.arena, ARENA_BYTES) != STATUS_OK) {
		free(press.frame);
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	}
	enum status status = begin(&press, why);
	said = status != STATUS_OK;
	if (status == STATUS_OK)
		status = listen_to(&press, name, &file, &said, why);
	int how = end(&press);
	if (status == STATUS_OK) {
		*out = file;
		return STATUS_OK;
	}
	report_file_close(&file);
	return said ? status : explain(status, how, order, why);
}
