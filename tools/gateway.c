/* `juyan gateway`: takes events from programs of this machine, keeps them on its disk, and brings them to the centre. */
#include "gateway.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway_parts.h"
#include "log.h"
#include "notify.h"
#include "options.h"
#include "tool.h"

enum {
	SPEAKERS_MAX = 64,
	KEY_SPOOL_MIB = 0x100,
	KEY_CONFIG,
	KEY_CHECK,
	KEY_SOURCE,
	KEY_CONNECTOR,
	KEY_SET,
	KEY_JSON,
	FULL_PAUSE_MS = 1000,
	END_MS = 10000,
	MIB_MAX = 1 << 20
};

struct gateway {
	struct tool_connection connection;
	const char *spool;
	const char *listen;
	long spool_mib;
	struct gateway_command machines;
	struct juyan *juyan;
	struct gateway_ear ear;
	struct notify notify;
	int listener; /* -1: none */
	int signals;
	struct speaker *speakers[SPEAKERS_MAX];
	size_t n;
	uint64_t wrong;
	bool full; /* somebody waits for room */
	bool told_to_end;
};

static const struct argp_option options[] = {
	{ "spool", 'S', "DIR", 0, "where events wait for the centre: a folder on a disk of this machine", 1 },
	{ "spool-mib", KEY_SPOOL_MIB, "N", 0, "how large the spool may grow (default: 1024)", 1 },
	{ "listen", 'l', "PATH", 0, "take events over a Unix socket at this path, and go on until a signal", 1 },
	{ NULL, 0, NULL, 0, "Beside the port's machines:", 3 },
	{ "config", KEY_CONFIG, "FILE", 0, "listen to the machines that this file names, until a signal", 3 },
	{ "check", KEY_CHECK, "FILE", 0, "show what would become of a file, or a recording, in a machine's format; nothing is sent",
	    3 },
	{ "source", KEY_SOURCE, "NAME", 0, "--check: with the settings of this source of --config", 3 },
	{ "connector", KEY_CONNECTOR, "NAME", 0, "--check: by this connector (default: the one whose format it looks like)", 3 },
	{ "set", KEY_SET, "NAME=VALUE", 0, "--check: a setting of the connector; may be said again", 3 },
	{ "json", KEY_JSON, NULL, 0, "--check, waiting, raw: for programs", 3 },
	{ 0 },
};

static const char description[] =
    "Takes events, keeps them on this machine's disk, and brings them to the centre as soon as it is there. Or listens to the "
    "port's "
    "machines in their own formats, and makes the events itself (--config)."
    "\vWithout --listen the events come from the standard input, one in JSON on each line, and the gateway ends when that has "
    "ended and the centre has everything, or after ten seconds: what is left waits in the spool for the next start. With --listen "
    "PATH programs of this machine connect to PATH, write such lines, and read one answer for each, in order: "
    "{\"line\":1,\"taken\":true} means that the event is on this machine's disk and will reach the centre; "
    "{\"line\":1,\"wrong\":\"…\"} says what is wrong with it; {\"line\":1,\"full\":\"…\"} that the spool is full.\n\n"
    "The centre may be away for days. A spool belongs to one key; one process at a time works on it.\n\n"
    "With --config FILE it listens to gates, scales, vehicles and offices as FILE says, until a signal; 'waiting' shows what waits "
    "for "
    "its manifest or its vehicle there, 'raw NUMBER' a message as it came. --check FILE tells beforehand what becomes of a "
    "file.\n\n"
    "Exit codes: 0 all was taken, or it was told to end; 1 a line, or something in the checked file, was wrong; 2 the command line "
    "or "
    "the configuration cannot be; 3 this machine failed.";

/* What the machines' gateway takes; false: it is none of its options. */
static bool
parse_machines(struct gateway_command *command, int key, char *text, struct argp_state *state)
{
	switch (key) {
	case KEY_CONFIG:
		command->config = text;
		return true;
	case KEY_CHECK:
		command->check = text;
		return true;
	case KEY_SOURCE:
		command->source = text;
		return true;
	case KEY_CONNECTOR:
		command->connector = text;
		return true;
	case KEY_SET:
		if (strchr(text, '=') == NULL || command->n == GATEWAY_SETTINGS_MAX)
			argp_error(state, "--set '%s': expected NAME=VALUE, at most %d times", text, GATEWAY_SETTINGS_MAX);
		else
			command->settings[command->n++] = text;
		return true;
	case KEY_JSON:
		return command->json = true;
	default:
		return false;
	}
}

static void
parse_argument(struct gateway_command *command, char *text, struct argp_state *state)
{
	if (command->action == NULL && (strcmp(text, "waiting") == 0 || strcmp(text, "raw") == 0))
		command->action = text;
	else if (command->action != NULL && strcmp(command->action, "raw") == 0 && command->object == NULL)
		command->object = text;
	else
		argp_error(state, "'%s' is not expected here", text);
}

static void
check_options(const struct gateway *gateway, struct argp_state *state)
{
	const struct gateway_command *machines = &gateway->machines;
	bool lines = gateway->spool != NULL || gateway->listen != NULL;
	if (machines->action != NULL && machines->config == NULL)
		argp_error(state, "%s: --config FILE says which gateway", machines->action);
	if (machines->action != NULL && strcmp(machines->action, "raw") == 0 && machines->object == NULL)
		argp_error(state, "raw: the number of a message is expected behind it");
	if (lines && (machines->config != NULL || machines->check != NULL))
		argp_error(state, "--spool and --listen are for lines of JSON; with --config and --check they do not go together");
	if (machines->check == NULL && (machines->source != NULL || machines->connector != NULL || machines->n > 0))
		argp_error(state, "--source, --connector and --set belong to --check FILE");
	if (machines->config == NULL && machines->check == NULL && gateway->spool == NULL)
		argp_error(state, "--spool DIR says where events wait for the centre; or --config FILE which machines are heard");
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct gateway *gateway = state->input;
	char *end;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &gateway->connection;
		return 0;
	case 'S':
		gateway->spool = text;
		return 0;
	case 'l':
		gateway->listen = text;
		return 0;
	case KEY_SPOOL_MIB:
		gateway->spool_mib = strtol(text, &end, 10);
		if (*end != '\0' || gateway->spool_mib < 1 || gateway->spool_mib > MIB_MAX)
			argp_error(state, "--spool-mib '%s': expected a number from 1 to %d", text, MIB_MAX);
		return 0;
	case ARGP_KEY_ARG:
		parse_argument(&gateway->machines, text, state);
		return 0;
	case ARGP_KEY_END:
		check_options(gateway, state);
		return 0;
	default:
		return parse_machines(&gateway->machines, key, text, state) ? 0 : ARGP_ERR_UNKNOWN;
	}
}

static char *
add_help(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_POST_DOC ? gateway_explain(text) : (char *)(uintptr_t)text;
}

static const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 2 }, { 0 } };
static const struct argp argp = { options, parse, "\nwaiting\nraw NUMBER", description, children, add_help, NULL };

/* ---- opening ---- */

void
gateway_on_notice(void *user, enum juyan_notice notice, const char *sentence)
{
	static const char *const names[] = {
		[JUYAN_CONNECTED] = "connected",
		[JUYAN_AWAY] = "away",
		[JUYAN_NOT_LET_IN] = "not_let_in",
		[JUYAN_QUARANTINED] = "quarantined",
		[JUYAN_FILLS] = "spool_fills",
		[JUYAN_ROOM_AGAIN] = "room_again",
		[JUYAN_CENTRE_LOST] = "centre_lost",
		[JUYAN_KEY_TWICE] = "key_twice",
		[JUYAN_REFUSED] = "refused",
	};
	struct gateway_ear *ear = user;
	uint64_t withheld;
	char quoted[LOG_QUOTED_BYTES];
	bool good = notice == JUYAN_CONNECTED || notice == JUYAN_ROOM_AGAIN;
	if (log_affords(&ear->budgets[notice], &withheld))
		log_say(ear->log, good ? LOG_INFO : LOG_WARNING, "gateway", names[notice], "why=%s withheld=%" PRIu64,
		    log_quoted(sentence, quoted), withheld);
}

/* A socket that a gateway before this one left behind is taken away; one that somebody answers on is not. */
static enum status
clear_path(const struct sockaddr_un *address, struct reason *why)
{
	struct stat stat;
	if (lstat(address->sun_path, &stat) != 0)
		return STATUS_OK;
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool lives = probe >= 0 && connect(probe, (const struct sockaddr *)address, sizeof *address) == 0;
	if (probe >= 0)
		close(probe);
	if (!S_ISSOCK(stat.st_mode))
		return reason_say(why, STATUS_USAGE, "--listen: %s is there already, and no socket", address->sun_path);
	if (lives)
		return reason_say(why, STATUS_IN_USE, "--listen: another process listens at %s", address->sun_path);
	return unlink(address->sun_path) == 0 ? STATUS_OK
					      : reason_say(why, STATUS_SYSTEM, "%s: %s", address->sun_path, strerror(errno));
}

static enum status
listen_at(struct gateway *gateway, struct reason *why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(gateway->listen) >= sizeof address.sun_path)
		return reason_say(why, STATUS_USAGE, "--listen: a path of less than %zu bytes is expected",
		    sizeof address.sun_path);
	memcpy(address.sun_path, gateway->listen, strlen(gateway->listen) + 1);
	enum status status = clear_path(&address, why);
	if (status != STATUS_OK)
		return status;
	gateway->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t before = umask(0117); /* the owner and his group */
	int bound = gateway->listener < 0 ? -1 : bind(gateway->listener, (const struct sockaddr *)&address, sizeof address);
	umask(before);
	if (bound != 0 || listen(gateway->listener, SPEAKERS_MAX) != 0)
		return reason_say(why, STATUS_SYSTEM, "--listen: %s: %s", gateway->listen, strerror(errno));
	return STATUS_OK;
}

static enum status
take_signals(struct gateway *gateway, struct reason *why)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	gateway->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return gateway->signals >= 0 ? STATUS_OK : reason_say(why, STATUS_SYSTEM, "no signalfd: %s", strerror(errno));
}

static enum status
admit(struct gateway *gateway, int fd, bool answers, struct reason *why)
{
	if (answers) /* the standard input may be a terminal that others use after us: it is read when poll says so */
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	struct speaker *speaker = speaker_open(fd, answers, answers ? "a program" : "stdin");
	if (speaker == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for who speaks");
	gateway->speakers[gateway->n++] = speaker;
	return STATUS_OK;
}

/* ---- the loop ---- */

static void
accept_some(struct gateway *gateway)
{
	int fd;
	while (gateway->n < SPEAKERS_MAX && (fd = accept4(gateway->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		if (admit(gateway, fd, true, NULL) != STATUS_OK)
			close(fd);
}

static void
dismiss(struct gateway *gateway, size_t i)
{
	speaker_close(&gateway->speakers[i]);
	gateway->speakers[i] = gateway->speakers[--gateway->n];
}

/* How long nothing need be done; -1: for ever. A manager that watches hears three times in the silence that it bears. */
static int
pause_ms(const struct gateway *gateway)
{
	int64_t watchdog_ms = gateway->notify.watchdog_ms;
	int ms = watchdog_ms <= 0 ? -1 : watchdog_ms < 3 ? 1 : (int)(watchdog_ms / 3 < INT_MAX ? watchdog_ms / 3 : INT_MAX);
	return gateway->full && (ms < 0 || ms > FULL_PAUSE_MS) ? FULL_PAUSE_MS : ms;
}

/* Waits for a signal (true), a new speaker, or lines and room for answers. */
static bool
wait_for_some(struct gateway *gateway)
{
	struct pollfd fds[SPEAKERS_MAX + 2] = { { .fd = gateway->signals, .events = POLLIN },
		{ .fd = gateway->n < SPEAKERS_MAX ? gateway->listener : -1, .events = POLLIN } };
	bool ready = false;
	for (size_t i = 0; i < gateway->n; i++) {
		fds[i + 2] =
		    (struct pollfd){ .fd = speaker_fd(gateway->speakers[i]), .events = speaker_wants(gateway->speakers[i]) };
		ready = ready || speaker_has_line(gateway->speakers[i]);
		if (fds[i + 2].events == 0)
			fds[i + 2].fd = -1;
	}
	notify_say(&gateway->notify, "WATCHDOG=1");
	if (poll(fds, gateway->n + 2, ready && !gateway->full ? 0 : pause_ms(gateway)) < 0)
		return false;
	for (size_t i = gateway->n; i-- > 0;)
		if (fds[i + 2].revents != 0 && !speaker_move(gateway->speakers[i], fds[i + 2].revents))
			dismiss(gateway, i);
	if (fds[1].revents != 0)
		accept_some(gateway);
	struct signalfd_siginfo signal; /* taken, so that it does not end the process later */
	return fds[0].revents != 0 && read(gateway->signals, &signal, sizeof signal) == sizeof signal;
}

/* One turn of each speaker, so that none waits for another's thousands. */
static enum status
deal(struct gateway *gateway, struct reason *why)
{
	gateway->full = false;
	for (size_t i = 0; i < gateway->n; i++) {
		if (!speaker_has_line(gateway->speakers[i]))
			continue;
		enum juyan_result result =
		    speaker_deal(gateway->speakers[i], gateway->juyan, &gateway->wrong, why->text, sizeof why->text);
		if (result == JUYAN_BROKEN || result == JUYAN_SETTING)
			return STATUS_SYSTEM;
		gateway->full = gateway->full || result == JUYAN_FULL;
	}
	for (size_t i = gateway->n; i-- > 0;)
		if (!speaker_move(gateway->speakers[i], 0))
			dismiss(gateway, i);
	return STATUS_OK;
}

static enum status
run(struct gateway *gateway, struct reason *why)
{
	enum status status = STATUS_OK;
	while (status == STATUS_OK && !gateway->told_to_end && (gateway->listener >= 0 || gateway->n > 0)) {
		gateway->told_to_end = wait_for_some(gateway);
		if (!gateway->told_to_end)
			status = deal(gateway, why);
	}
	return status;
}

/* Whoever sends a second signal does not want to wait: from here on it ends the process. */
static void
say_end(struct gateway *gateway)
{
	struct juyan_state state;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (!gateway->told_to_end)
		juyan_flush(gateway->juyan, END_MS);
	juyan_state(gateway->juyan, &state);
	if (state.confirmed < state.taken)
		log_say(gateway->ear.log, LOG_WARNING, "gateway", "left_in_spool", "events=%" PRIu64,
		    state.taken - state.confirmed);
}

static enum status
open_all(struct gateway *gateway, struct reason *why)
{
	struct tool_address address;
	enum status status = tool_address(&gateway->connection, "ingest", &address, why);
	key_pair_wipe(&address.keys);
	if (status == STATUS_OK)
		status = take_signals(gateway, why);
	if (status == STATUS_OK && gateway->listen != NULL)
		status = listen_at(gateway, why);
	else if (status == STATUS_OK)
		status = admit(gateway, STDIN_FILENO, false, why);
	if (status == STATUS_OK)
		status = log_open(stderr, LOG_INFO, &gateway->ear.log);
	if (status == STATUS_OK)
		status = notify_open(&gateway->notify, why);
	if (status != STATUS_OK)
		return status;
	const struct juyan_options spool = {
		.centre = address.endpoint,
		.key_file = address.key_path,
		.centre_key_file = address.server_key_path,
		.spool_folder = gateway->spool,
		.spool_bytes = (uint64_t)gateway->spool_mib << 20,
		.on_notice = gateway_on_notice,
		.user = &gateway->ear,
	};
	enum juyan_result result = juyan_open(&spool, &gateway->juyan, why->text, sizeof why->text);
	return result == JUYAN_OK ? STATUS_OK : result == JUYAN_SETTING ? STATUS_SETTING : STATUS_SYSTEM;
}

int
tool_gateway(int argc, char **argv)
{
	struct gateway gateway = { .spool_mib = 1024, .listener = -1, .signals = -1, .notify.fd = -1 };
	struct reason why = { "" };
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &gateway);
	if (gateway.machines.check != NULL)
		return gateway_check(&gateway.machines);
	if (gateway.machines.config != NULL)
		return gateway.machines.action != NULL ? gateway_look(&gateway.machines) : gateway_machines(&gateway.machines);
	enum status status = open_all(&gateway, &why);
	if (status == STATUS_OK) {
		notify_say(&gateway.notify, "READY=1\nSTATUS=taking events");
		status = run(&gateway, &why);
		notify_say(&gateway.notify, "STOPPING=1");
	}
	if (gateway.juyan != NULL)
		say_end(&gateway);
	while (gateway.n > 0)
		dismiss(&gateway, gateway.n - 1);
	if (gateway.listener >= 0)
		close(gateway.listener);
	if (gateway.listener >= 0 && status == STATUS_OK)
		unlink(gateway.listen);
	juyan_close(&gateway.juyan);
	notify_close(&gateway.notify);
	log_close(&gateway.ear.log);
	if (status != STATUS_OK)
		return tool_fail("gateway", status, &why);
	return gateway.wrong == 0 || gateway.listen != NULL ? TOOL_FINE : TOOL_WRONG; /* whoever spoke was answered */
}
