/*
 * The service of dashboard.h: reads its settings and refuses those that are not safe, opens the parts, takes its turns. Ending:
 * no new requests, then the lanes (each answers what it has), then the streams, then http.
 */
#include "dashboard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "desk_parts.h"

enum {
	SECOND_MS = 1000,
	KEEP_MS = 10 * 60 * 1000,
	QUESTION_MS = 15000,
	REPORT_MS = 30000,
	FORESIGHT_MS = 60000,
	DECISION_MS = 25000,
	PORTS_TRIED = 20,  /* beyond the default one, where another program has it */
	OTHER_FILES = 256, /* besides two for each session, as process.c counts them */
	FILE_BYTES_MAX = 256 * 1024,
	ADDRESS_BYTES = 64
};

struct listen {
	char address[ADDRESS_BYTES]; /* in numbers, without brackets */
	uint16_t port;
	bool loopback, by_default;
};

/* ---- settings ---- */

static enum status
read_listen(const struct config *config, struct listen *out, struct reason *why)
{
	const char *text = config->dashboard_listen, *colon = strrchr(text, ':');
	struct config defaults;
	struct in_addr four;
	struct in6_addr six;
	char *end;
	config_defaults(&defaults);
	out->by_default = strcmp(text, defaults.dashboard_listen) == 0;
	if (colon == NULL || colon == text || (size_t)(colon - text) >= sizeof out->address)
		return reason_say(why, STATUS_SETTING, "dashboard_listen '%.64s': expected: ADDRESS:PORT such as 127.0.0.1:4780",
		    text);
	bool bracketed = text[0] == '[' && colon[-1] == ']';
	snprintf(out->address, sizeof out->address, "%.*s", (int)(colon - text) - 2 * bracketed, text + bracketed);
	unsigned long port = strtoul(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end != '\0' || port > UINT16_MAX)
		return reason_say(why, STATUS_SETTING, "dashboard_listen '%.64s': expected: a port from 0 to 65535", text);
	out->port = (uint16_t)port;
	if (strcmp(out->address, "localhost") == 0)
		snprintf(out->address, sizeof out->address, "127.0.0.1");
	if (inet_pton(AF_INET, out->address, &four) == 1)
		out->loopback = ntohl(four.s_addr) >> 24 == 127;
	else if (inet_pton(AF_INET6, out->address, &six) == 1)
		out->loopback = IN6_IS_ADDR_LOOPBACK(&six);
	else
		return reason_say(why, STATUS_SETTING, "dashboard_listen '%.64s': expected: an address in numbers, or localhost",
		    text);
	return STATUS_OK;
}

enum status
desk_read_file(const char *setting, const char *path, bool secret, char **out, struct reason *why)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	enum status status = STATUS_OK;
	if (fd < 0 || fstat(fd, &info) != 0)
		status = reason_say(why, STATUS_SETTING, "%s: %.128s: %s", setting, path, strerror(errno));
	else if (info.st_size > FILE_BYTES_MAX || !S_ISREG(info.st_mode))
		status = reason_say(why, STATUS_SETTING, "%s: %.128s is no such file", setting, path);
	else if (secret && (info.st_mode & S_IRWXO) != 0)
		status = reason_say(why, STATUS_SETTING, "%s: %.128s can be read by everybody; expected: chmod 600", setting, path);
	else if ((text = calloc(1, (size_t)info.st_size + 1)) == NULL)
		status = reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	else if (read(fd, text, (size_t)info.st_size) != info.st_size)
		status = reason_say(why, STATUS_SETTING, "%s: %.128s cannot be read", setting, path);
	if (fd >= 0)
		close(fd);
	if (status != STATUS_OK)
		free(text);
	else
		*out = text;
	return status;
}

/* Beyond this machine nothing goes in clear, and nobody is let in unknown. */
static enum status
check_safe(const struct desk *desk, const struct listen *listen, struct reason *why)
{
	const struct config *config = desk->kit->config;
	bool certificate = config->dashboard_certificate[0] != '\0', key = config->dashboard_key[0] != '\0';
	if (certificate != key)
		return reason_say(why, STATUS_SETTING, "dashboard_certificate and dashboard_key are set together or not at all");
	if (listen->loopback)
		return STATUS_OK;
	if (!certificate)
		return reason_say(why, STATUS_SETTING,
		    "dashboard_listen %.64s is beyond this machine: that takes "
		    "dashboard_certificate and dashboard_key (TLS)",
		    config->dashboard_listen);
	if (desk->accounts.n == 0)
		return reason_say(why, STATUS_SETTING,
		    "dashboard_listen %.64s is beyond this machine: that takes at least one user "
		    "('juyan users add')",
		    config->dashboard_listen);
	return STATUS_OK;
}

/* ---- opening ---- */

/* A default that another program has is no reason to keep terminals waiting: the next free port does, and is announced. */
static enum status
listen_at(struct desk *desk, const struct listen *listen, struct http_options *options, struct reason *why)
{
	enum status status = STATUS_IN_USE;
	for (int i = 0; status == STATUS_IN_USE && i <= (listen->by_default ? PORTS_TRIED : 0); i++) {
		options->port = (uint16_t)(listen->port + i);
		status = http_open(options, &desk->http, why);
	}
	if (status == STATUS_IN_USE && listen->by_default) {
		options->port = 0;
		status = http_open(options, &desk->http, why);
	}
	return status == STATUS_IN_USE ? STATUS_SETTING : status;
}

static enum status
open_http(struct desk *desk, struct reason *why)
{
	const struct config *config = desk->kit->config;
	struct listen listen = { .port = 0 };
	char *certificate = NULL, *key = NULL, url[ADDRESS_BYTES + 32];
	enum status status = read_listen(config, &listen, why);
	desk->gate = (struct gate){ .loopback = listen.loopback, .names = config->dashboard_names };
	bool six = strchr(listen.address, ':') != NULL;
	snprintf(desk->gate.own, sizeof desk->gate.own, "%s%s%s", six ? "[" : "", listen.address, six ? "]" : "");
	if (status == STATUS_OK)
		status = check_safe(desk, &listen, why);
	if (status == STATUS_OK && config->dashboard_certificate[0] != '\0')
		status = desk_read_file("dashboard_certificate", config->dashboard_certificate, false, &certificate, why);
	if (status == STATUS_OK && config->dashboard_key[0] != '\0')
		status = desk_read_file("dashboard_key", config->dashboard_key, true, &key, why);
	desk->gate.tls = certificate != NULL;
	struct http_options options = { .address = listen.address,
		.loopback = listen.loopback,
		.certificate = certificate,
		.key = key,
		.other_files = 2 * (unsigned)config->sessions_max + OTHER_FILES,
		.handle = reception_handle,
		.user = desk,
		.counters = desk->kit->counters };
	/* Requests may come before this returns: they are told to come again. */
	if (status == STATUS_OK)
		status = listen_at(desk, &listen, &options, why);
	if (key != NULL)
		memset(key, 0, strlen(key));
	free(key);
	free(certificate);
	if (status != STATUS_OK)
		return status;
	desk->gate.port = http_port(desk->http);
	atomic_store(&desk->ready, true);
	snprintf(url, sizeof url, "%s://%s:%u/", desk->gate.tls ? "https" : "http", desk->gate.own, desk->gate.port);
	if (desk->kit->announce != NULL)
		desk->kit->announce(desk->kit->announce_user, "dashboard", url);
	return STATUS_OK;
}

static void
work(void *user, struct easel *easel, const struct request *request, struct http_answer *out)
{
	reception_make(user, easel, request, out);
}

static enum status
open_lanes(struct desk *desk, struct reason *why)
{
	static const struct {
		const char *name;
		size_t room;
		int deadline_ms;
	} lanes[DESK_LANES] = { [LANE_QUESTIONS] = { "questions", WAITING_MAX, QUESTION_MS },
		[LANE_REPORTS] = { "reports", 16, REPORT_MS },
		[LANE_FORESIGHT] = { "foresight", 32, FORESIGHT_MS },
		[LANE_DECISIONS] = { "decisions", 16, DECISION_MS } };
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < DESK_LANES; i++) {
		const struct waiting_options options = { desk->kit, lanes[i].name, lanes[i].room, lanes[i].deadline_ms, work,
			desk };
		status = waiting_open(&options, &desk->lanes[i], why);
	}
	return status;
}

/* Where nobody needs to log in there are no sessions, and nothing ends. */
static bool
goes_on(void *user, uint64_t session)
{
	struct desk *desk = user;
	return session == 0 ? entry_open(desk) : sessions_goes_on(desk->sessions, session, desk_ms(desk) / 1000);
}

static enum status
open_parts(struct desk *desk, struct reason *why)
{
	const struct events_options events = { .counters = desk->kit->counters,
		.of_one_max = (unsigned)desk->kit->config->dashboard_session_listeners,
		.goes_on = goes_on,
		.user = desk };
	enum status status = sessions_open(&desk->sessions, why);
	if (status == STATUS_OK)
		status = tries_open(&desk->tries, why);
	if (status == STATUS_OK)
		status = entry_load(desk, why);
	if (status == STATUS_OK)
		status = entry_remember(desk, why);
	if (status == STATUS_OK)
		status = entry_read_scraper(desk, why);
	if (status == STATUS_OK)
		status = recent_open(&desk->recent, why);
	if (status == STATUS_OK)
		status = events_open(&events, &desk->events, why);
	if (status == STATUS_OK)
		status = present_open(desk->kit, desk->events, &desk->present, why);
	if (status == STATUS_OK)
		status = deciding_open(desk->kit, &desk->stop, &desk->deciding, why);
	if (status == STATUS_OK)
		status = open_lanes(desk, why);
	return status == STATUS_OK ? open_http(desk, why) : status;
}

/* ---- the service ---- */

static void
close_dashboard(void **self)
{
	struct desk *desk = *self;
	if (desk == NULL)
		return;
	atomic_store(&desk->stop, true);
	for (size_t i = 0; i < DESK_LANES; i++)
		waiting_stop(desk->lanes[i]);
	events_end(desk->events);
	http_close(&desk->http);
	for (size_t i = 0; i < DESK_LANES; i++)
		waiting_close(&desk->lanes[i]);
	deciding_close(&desk->deciding);
	present_close(&desk->present);
	events_close(&desk->events);
	recent_close(&desk->recent);
	tries_close(&desk->tries);
	if (desk->lasting != NULL)
		entry_keep(desk, true);
	lasting_close(&desk->lasting);
	sessions_close(&desk->sessions);
	accounts_close(&desk->accounts);
	pthread_mutex_destroy(&desk->mutex);
	free(desk);
	*self = NULL;
}

static enum status
open_dashboard(const struct service_kit *kit, void **self, struct reason *why)
{
	struct desk *desk = calloc(1, sizeof *desk);
	if (desk == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	desk->kit = kit;
	pthread_mutex_init(&desk->mutex, NULL);
	enum status status = kit->config->dashboard_listen[0] == '\0' ? STATUS_OK : open_parts(desk, why);
	if (status != STATUS_OK) {
		void *half = desk;
		close_dashboard(&half);
		return status;
	}
	*self = desk;
	return STATUS_OK;
}

static void
look_after(struct desk *desk)
{
	struct reason why = { "" };
	char quoted[LOG_QUOTED_BYTES];
	if (desk_ms(desk) < desk->watch_ms)
		return;
	desk->watch_ms = desk_ms(desk) + SECOND_MS;
	http_watch(desk->http);
	events_tick(desk->events);
	enum status status = entry_load(desk, &why);
	if (status != STATUS_OK)
		log_say(desk->kit->log, LOG_ERROR, "dashboard", "users_lost", "status=%s why=%s", status_name(status),
		    log_quoted(why.text, quoted));
	entry_keep(desk, desk_ms(desk) >= desk->keep_ms);
	if (desk_ms(desk) >= desk->keep_ms)
		desk->keep_ms = desk_ms(desk) + KEEP_MS;
}

static enum status
step(void *self, int wait_ms, struct reason *why)
{
	struct desk *desk = self;
	if (desk->http == NULL) /* not wanted: a pause is all there is to do */
		return bus_wait_with(NULL, 0, -1, wait_ms);
	look_after(desk);
	return present_step(desk->present, wait_ms, why);
}

const struct service dashboard_service = {
	.name = "dashboard",
	.help = "shows what the ledger knows, in a browser",
	.writes = false,
	.open = open_dashboard,
	.step = step,
	.close = close_dashboard,
};
