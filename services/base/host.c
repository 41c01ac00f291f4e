/*
 * A process full of services. host_open takes its steps in order and host_close undoes them in reverse; both run in the main
 * thread. Each service lives in a thread of its own from its open to its close. What threads share with the main one stands under
 * one mutex.
 */
#include "host.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "door.h"
#include "lock.h"
#include "process.h"
#include "watchdog.h"

enum {
	SERVICES_MAX = 8,
	ENDPOINTS_MAX = SERVICES_MAX * (CONFIG_LISTEN_MAX + 1),
	PATH_BYTES = CONFIG_TEXT_BYTES + 64,
	STEP_WAIT_MS = 50, /* how long a stop may go unnoticed by a service that has nothing to do */
	TICK_MS = 1000,
	REAP_MS = 60 * 1000,        /* how often dead readers' slots are freed */
	LEDGER_WAIT_MS = 10 * 1000, /* how long a process that only reads waits for another one to make the ledger */
	LEDGER_TURN_MS = 100
};

struct runner {
	struct host *host;
	const struct service *service;
	struct watchdog_loop *loop;
	int lock_fd;
	pthread_t thread;
	bool started; /* there is a thread to join */
	atomic_bool stop;
	/* Under the host's mutex: */
	bool opened;
	enum status status;
	struct reason why;
};

struct endpoint {
	const char *service;
	char text[DOOR_ENDPOINT_BYTES];
};

struct host {
	struct config config;
	struct service_kit kit;
	struct counters counters;
	struct key_pair keys;
	host_prepare prepare;
	struct process_signals signals;
	int stopped_fd; /* an eventfd: readable when a service has stopped by itself */
	struct log_budget budget;
	struct watchdog watchdog;
	struct watchdog_loop loops[SERVICES_MAX]; /* one for each runner */
	pthread_mutex_t mutex;
	pthread_cond_t opened;
	size_t n;
	struct runner runners[SERVICES_MAX];
	size_t n_endpoints; /* written while a service opens and the main thread waits for it */
	struct endpoint endpoints[ENDPOINTS_MAX];
};

/* ---- the steps of opening, in their order ---- */

static enum status
open_process(struct host *host, struct reason *why)
{
	enum status status = process_prepare(host->config.sessions_max, why);
	if (status == STATUS_OK)
		status = process_signals_open(&host->signals, why);
	if (status == STATUS_OK)
		status = notify_open(&host->watchdog.notify, why);
	if (status != STATUS_OK)
		return status;
	host->stopped_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return host->stopped_fd < 0 ? reason_say(why, STATUS_SYSTEM, "an event descriptor cannot be made: %s", strerror(errno))
				    : STATUS_OK;
}

static enum status
open_folder(const char *path, struct reason *why)
{
	struct stat info;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return reason_say(why, STATUS_SYSTEM, "%s: the folder cannot be made: %s", path, strerror(errno));
	if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
		return reason_say(why, STATUS_SYSTEM, "%s: it is no folder", path);
	return STATUS_OK;
}

static enum status
open_folders(struct host *host, struct reason *why)
{
	static const char *const folders[] = { "", "/keys", "/run" };
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		char path[PATH_BYTES];
		snprintf(path, sizeof path, "%s%s", host->config.data_dir, folders[i]);
		enum status status = open_folder(path, why);
		if (status != STATUS_OK)
			return status;
		/* Secrets and sockets are for the owner alone, whatever an earlier hand has made of their folders. */
		if (i > 0 && chmod(path, 0700) != 0)
			return reason_say(why, STATUS_SYSTEM, "%s: its rights cannot be set to 0700: %s", path, strerror(errno));
	}
	return STATUS_OK;
}

static enum status
open_locks(struct host *host, struct reason *why)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < host->n; i++)
		status = lock_take(host->config.data_dir, host->runners[i].service->name, &host->runners[i].lock_fd, why);
	return status;
}

static enum status
open_keys(struct host *host, struct reason *why)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/keys/server.key", host->config.data_dir);
	return key_pair_ensure(path, &host->keys, why);
}

/* A process that only reads may be started a moment before the one that makes the ledger. */
static enum status
open_env(struct host *host, struct reason *why)
{
	const struct env_options options = { .dir = host->config.data_dir,
		.map_bytes = (uint64_t)host->config.map_gib << 30,
		.headroom_map_bytes = (uint64_t)host->config.headroom_map_mib << 20,
		/* 0 MiB is none kept free; 0 bytes would be the default. */
		.headroom_disk_bytes = host->config.headroom_disk_mib == 0 ? 1 : (uint64_t)host->config.headroom_disk_mib << 20,
		.readonly = host->kit.readonly };
	enum status status = env_open(&options, &host->kit.env, why);
	for (int waited_ms = 0; status == STATUS_NOT_FOUND && waited_ms < LEDGER_WAIT_MS; waited_ms += LEDGER_TURN_MS) {
		struct pollfd signals = { .fd = host->signals.fd, .events = POLLIN };
		if (poll(&signals, 1, LEDGER_TURN_MS) > 0)
			return reason_say(why, STATUS_INTERRUPTED, "asked to stop while waiting for a ledger");
		status = env_open(&options, &host->kit.env, why);
	}
	if (status == STATUS_NOT_FOUND)
		return reason_say(why, STATUS_SETTING, "%.128s has no ledger yet: 'juyan serve ingest' makes it",
		    host->config.data_dir);
	return status;
}

static enum status
open_bus(struct host *host, struct reason *why)
{
	enum status status = bus_open(&host->kit.bus, why);
	return status == STATUS_OK ? auth_open(host->kit.bus, host->kit.log, &host->counters, &host->kit.auth, why) : status;
}

static enum status
run_prepare(struct host *host, struct reason *why)
{
	return host->prepare == NULL || host->kit.readonly ? STATUS_OK : host->prepare(&host->kit, why);
}

/* ---- a service's thread ---- */

static void
say_opened(struct runner *runner, enum status status, const struct reason *why)
{
	struct host *host = runner->host;
	pthread_mutex_lock(&host->mutex);
	runner->opened = true;
	runner->status = status;
	runner->why = *why;
	pthread_cond_signal(&host->opened);
	pthread_mutex_unlock(&host->mutex);
}

static void
say_stopped(struct runner *runner, enum status status, const struct reason *why)
{
	struct host *host = runner->host;
	pthread_mutex_lock(&host->mutex);
	runner->status = status;
	runner->why = *why;
	pthread_mutex_unlock(&host->mutex);
	uint64_t one = 1;
	ssize_t written = write(host->stopped_fd, &one, sizeof one);
	assert(written == (ssize_t)sizeof one);
}

static int64_t
now_ms(const struct host *host)
{
	return clock_monotonic_ns(&host->kit.clock) / 1000000;
}

static void *
run(void *user)
{
	struct runner *runner = user;
	const struct service *service = runner->service;
	struct reason why = { "" };
	void *self = NULL;
	pthread_setname_np(pthread_self(), service->name);
	enum status status = service->open(&runner->host->kit, &self, &why);
	watchdog_turned(runner->loop, now_ms(runner->host));
	say_opened(runner, status, &why);
	if (status != STATUS_OK)
		return NULL;
	while (status_consequence(status) != STOP && !atomic_load(&runner->stop)) {
		watchdog_turned(runner->loop, now_ms(runner->host));
		status = service->step(self, STEP_WAIT_MS, &why);
		if (!auth_alive(runner->host->kit.auth))
			status = reason_say(&why, STATUS_SYSTEM, "the key check has ended");
	}
	service->close(&self);
	if (status_consequence(status) == STOP)
		say_stopped(runner, status, &why);
	return NULL;
}

static enum status
start_one(struct host *host, struct runner *runner, struct reason *why)
{
	int error = pthread_create(&runner->thread, NULL, run, runner);
	if (error != 0)
		return reason_say(why, STATUS_SYSTEM, "%s: its thread cannot be started: %s", runner->service->name,
		    strerror(error));
	runner->started = true;
	pthread_mutex_lock(&host->mutex);
	while (!runner->opened)
		pthread_cond_wait(&host->opened, &host->mutex);
	enum status status = runner->status;
	if (status != STATUS_OK && why != NULL)
		*why = runner->why;
	pthread_mutex_unlock(&host->mutex);
	return status;
}

static enum status
open_services(struct host *host, struct reason *why)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < host->n; i++)
		status = start_one(host, &host->runners[i], why);
	return status;
}

/* ---- the face ---- */

static void
announce(void *user, const char *service, const char *text)
{
	struct host *host = user;
	assert(host->n_endpoints < ENDPOINTS_MAX);
	struct endpoint *endpoint = &host->endpoints[host->n_endpoints++];
	endpoint->service = service;
	snprintf(endpoint->text, sizeof endpoint->text, "%s", text);
	char quoted[LOG_QUOTED_BYTES];
	log_say(host->kit.log, LOG_INFO, service, "listening", "at=%s", log_quoted(text, quoted));
}

static struct host *
host_make(const struct config *config, const struct service *const *services, size_t n, host_prepare prepare, struct log *log)
{
	struct host *host = calloc(1, sizeof *host);
	if (host == NULL)
		return NULL;
	host->config = *config;
	host->prepare = prepare;
	host->signals.fd = -1;
	host->stopped_fd = -1;
	host->watchdog.notify.fd = -1;
	pthread_mutex_init(&host->mutex, NULL);
	pthread_cond_init(&host->opened, NULL);
	host->kit = (struct service_kit){ .config = &host->config,
		.keys = &host->keys,
		.log = log,
		.counters = &host->counters,
		.clock = clock_system(),
		.readonly = true,
		.announce = announce,
		.announce_user = host };
	host->n = n;
	for (size_t i = 0; i < n; i++) {
		host->loops[i].name = services[i]->name;
		host->runners[i] = (struct runner){ .host = host, .service = services[i], .loop = &host->loops[i], .lock_fd = -1 };
		host->kit.readonly = host->kit.readonly && !services[i]->writes;
	}
	return host;
}

enum status
host_open(const struct config *config, const struct service *const *services, size_t n, host_prepare prepare, struct log *log,
    struct host **out, struct reason *why)
{
	assert(n > 0 && n <= SERVICES_MAX && config->data_dir[0] != '\0');
	static enum status (*const steps[])(struct host *, struct reason *) = { open_process, open_folders, open_locks, open_keys,
		open_env, open_bus, run_prepare, open_services };
	struct host *host = host_make(config, services, n, prepare, log);
	if (host == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < sizeof steps / sizeof steps[0]; i++)
		status = steps[i](host, why);
	if (status != STATUS_OK) {
		host_close(&host);
		return status;
	}
	watchdog_ready(&host->watchdog, host->loops, host->n, now_ms(host));
	*out = host;
	return STATUS_OK;
}

const struct service_kit *
host_kit(const struct host *host)
{
	return &host->kit;
}

const uint8_t *
host_server_key(const struct host *host)
{
	return host->keys.public_key;
}

bool
host_endpoint(const struct host *host, size_t i, const char **service, const char **endpoint)
{
	if (i >= host->n_endpoints)
		return false;
	*service = host->endpoints[i].service;
	*endpoint = host->endpoints[i].text;
	return true;
}

/* The first service that has stopped by itself. */
static enum status
stopped_one(struct host *host, struct reason *why)
{
	enum status status = STATUS_OK;
	pthread_mutex_lock(&host->mutex);
	for (size_t i = 0; status == STATUS_OK && i < host->n; i++) {
		status = host->runners[i].status;
		if (status != STATUS_OK)
			reason_say(why, status, "%s: %.200s", host->runners[i].service->name, host->runners[i].why.text);
	}
	pthread_mutex_unlock(&host->mutex);
	assert(status != STATUS_OK);
	return status;
}

/* Once a tick: without descriptors nobody new can come in, and libzmq spins over those who wait at the door. */
static void
look_for_descriptors(struct host *host)
{
	uint64_t withheld;
	if (process_has_descriptors())
		return;
	count(&host->counters, COUNTER_descriptors_used_up, 1);
	if (log_affords(&host->budget, &withheld))
		log_say(host->kit.log, LOG_ERROR, "host", "descriptors_used_up", "withheld=%llu", (unsigned long long)withheld);
}

enum status
host_wait(struct host *host, int wait_ms, struct reason *why)
{
	int64_t at_ms = now_ms(host), until_ms = at_ms + wait_ms, reap_ms = at_ms + REAP_MS;
	for (;;) {
		struct pollfd fds[] = { { .fd = host->signals.fd, .events = POLLIN },
			{ .fd = host->stopped_fd, .events = POLLIN } };
		int64_t left_ms = wait_ms < 0 || until_ms - at_ms > TICK_MS ? TICK_MS : until_ms - at_ms;
		if (poll(fds, 2, left_ms < 0 ? 0 : (int)left_ms) < 0 && errno != EINTR)
			return reason_say(why, STATUS_SYSTEM, "signals cannot be waited for: %s", strerror(errno));
		if ((fds[1].revents & POLLIN) != 0)
			return stopped_one(host, why);
		if ((fds[0].revents & POLLIN) != 0)
			return STATUS_OK;
		if (!auth_alive(host->kit.auth))
			return reason_say(why, STATUS_SYSTEM, "the key check has ended");
		look_for_descriptors(host);
		at_ms = now_ms(host);
		watchdog_look(&host->watchdog, host->loops, host->n, at_ms, host->kit.log, &host->counters);
		if (at_ms >= reap_ms) {
			env_reap_readers(host->kit.env);
			reap_ms = at_ms + REAP_MS;
		}
		if (wait_ms >= 0 && at_ms >= until_ms)
			return STATUS_TIMEOUT;
	}
}

/* What was counted in the life of the process, once, at its end. */
static void
log_counters(struct host *host)
{
	char line[1024] = "";
	size_t used = 0;
	for (int i = 0; i < COUNTERS && used < sizeof line; i++) {
		unsigned long long value = atomic_load(&host->counters.values[i]);
		int n = value == 0 ? 0
				   : snprintf(line + used, sizeof line - used, "%s%s=%llu", used == 0 ? "" : " ",
					 counter_name((enum counter)i), value);
		used += n < 0 ? 0 : (size_t)n;
	}
	if (used > 0)
		log_say(host->kit.log, LOG_INFO, "host", "counted", "%s", line);
}

void
host_close(struct host **host)
{
	struct host *h = *host;
	if (h == NULL)
		return;
	watchdog_stopping(&h->watchdog);
	for (size_t i = 0; i < h->n; i++) { /* in road order: who takes from outside ends first */
		atomic_store(&h->runners[i].stop, true);
		if (h->runners[i].started)
			pthread_join(h->runners[i].thread, NULL);
	}
	if (h->kit.auth != NULL)
		log_counters(h);
	auth_close(&h->kit.auth);
	bus_close(&h->kit.bus);
	env_close(&h->kit.env);
	key_pair_wipe(&h->keys);
	for (size_t i = h->n; i-- > 0;)
		if (h->runners[i].lock_fd >= 0)
			close(h->runners[i].lock_fd);
	if (h->stopped_fd >= 0)
		close(h->stopped_fd);
	notify_close(&h->watchdog.notify);
	process_signals_close(&h->signals);
	pthread_cond_destroy(&h->opened);
	pthread_mutex_destroy(&h->mutex);
	free(h);
	*host = NULL;
}
