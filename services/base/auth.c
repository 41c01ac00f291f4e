/*
 * The ZAP handler (rfc.zeromq.org/spec/27): one thread answers, for each CURVE handshake, whether its key is in a sorted list in
 * memory. The list is the only thing that other threads touch, under a mutex. Should the thread fail it keeps its socket open and
 * silent until auth_close, so that handshakes wait: with the socket gone, libzmq would let everybody in.
 */
#include "auth.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <zmq.h>

enum { PARTS_MAX = 8, PART_BYTES_MAX = 256, USER_BYTES = PUBLIC_KEY_BYTES * 2 + 1 };

struct guest {
	uint8_t key[PUBLIC_KEY_BYTES];
	bool reads;
};

struct keys {
	size_t n;
	struct guest *keys; /* sorted by key, which stands first */
};

struct auth {
	void *context;
	void *zmq; /* the thread's */
	struct log *log;
	struct counters *counters;
	pthread_t thread;
	int stop_fd; /* an eventfd: readable when the thread shall end */
	atomic_bool alive;
	struct log_budget budget; /* the thread's */
	pthread_mutex_t mutex;
	struct keys allowed; /* under the mutex */
};

/* ---- the list ---- */

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, PUBLIC_KEY_BYTES);
}

static bool
allows(struct auth *auth, const uint8_t *key, bool to_read)
{
	pthread_mutex_lock(&auth->mutex);
	const struct guest *found = auth->allowed.n == 0
	    ? NULL
	    : bsearch(key, auth->allowed.keys, auth->allowed.n, sizeof *auth->allowed.keys, compare_keys);
	bool allowed = found != NULL && (found->reads || !to_read);
	pthread_mutex_unlock(&auth->mutex);
	return allowed;
}

enum status
auth_replace(struct auth *auth, const struct registry *registry)
{
	size_t n = registry_terminals(registry);
	struct keys fresh = { .n = 0, .keys = calloc(n == 0 ? 1 : n, sizeof(struct guest)) };
	if (fresh.keys == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		const struct terminal_rule *terminal = registry_terminal_at(registry, i);
		if (terminal->revoked || key_published(terminal->public_key))
			continue;
		struct guest *guest = &fresh.keys[fresh.n++];
		memcpy(guest->key, terminal->public_key, PUBLIC_KEY_BYTES);
		guest->reads = terminal->reader || terminal->administrator;
	}
	qsort(fresh.keys, fresh.n, sizeof *fresh.keys, compare_keys);
	pthread_mutex_lock(&auth->mutex);
	struct keys old = auth->allowed;
	auth->allowed = fresh;
	pthread_mutex_unlock(&auth->mutex);
	free(old.keys);
	return STATUS_OK;
}

/* ---- one handshake ---- */

/* The parts of a request, in the order of the specification; longer ones are cut, which then fits nothing. */
enum part { VERSION, REQUEST, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIAL, REQUEST_PARTS };

struct request {
	size_t n;
	size_t bytes[PARTS_MAX];
	uint8_t parts[PARTS_MAX][PART_BYTES_MAX + 1]; /* with a NUL behind each */
};

static bool
take_request(void *zmq, struct request *request)
{
	int more = 1;
	for (request->n = 0; more; request->n++) {
		size_t i = request->n < PARTS_MAX ? request->n : PARTS_MAX - 1;
		int bytes = zmq_recv(zmq, request->parts[i], PART_BYTES_MAX, 0);
		if (bytes < 0)
			return false;
		request->bytes[i] = (size_t)bytes;
		request->parts[i][bytes < PART_BYTES_MAX ? bytes : PART_BYTES_MAX] = '\0';
		size_t more_bytes = sizeof more;
		if (zmq_getsockopt(zmq, ZMQ_RCVMORE, &more, &more_bytes) != 0)
			return false;
	}
	return true;
}

static bool
part_is(const struct request *request, enum part part, const char *text)
{
	return request->bytes[part] == strlen(text) && memcmp(request->parts[part], text, strlen(text)) == 0;
}

static bool
request_fits(const struct request *request)
{
	return request->n == REQUEST_PARTS && request->bytes[REQUEST] <= PART_BYTES_MAX && part_is(request, VERSION, "1.0") &&
	    (part_is(request, DOMAIN, AUTH_DOMAIN) || part_is(request, DOMAIN, AUTH_DOMAIN_READERS)) &&
	    part_is(request, MECHANISM, "CURVE") && request->bytes[CREDENTIAL] == PUBLIC_KEY_BYTES;
}

static void
say_refused(struct auth *auth, const struct request *request, bool fits)
{
	char key[KEY_TEXT_BYTES] = "none", quoted[LOG_QUOTED_BYTES], address[LOG_QUOTED_BYTES];
	uint64_t withheld;
	count(auth->counters, COUNTER_keys_refused, 1);
	if (!log_affords(&auth->budget, &withheld))
		return;
	if (fits)
		key_format(request->parts[CREDENTIAL], key);
	log_say(auth->log, LOG_WARNING, "auth", "key_refused", "key=%s from=%s withheld=%llu", log_quoted(key, quoted),
	    log_quoted(request->n > ADDRESS ? (const char *)request->parts[ADDRESS] : "", address), (unsigned long long)withheld);
}

/* The User-Id that services read from each frame: the key in hexadecimal, which stands in no need of escaping. */
static void
format_user(const uint8_t *key, char out[USER_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < PUBLIC_KEY_BYTES; i++) {
		out[2 * i] = digits[key[i] >> 4];
		out[2 * i + 1] = digits[key[i] & 15];
	}
	out[USER_BYTES - 1] = '\0';
}

/* 200 or 400 and nothing else: other codes have hung clients. */
static bool
answer(void *zmq, const struct request *request, bool allowed)
{
	char user[USER_BYTES] = "";
	if (allowed)
		format_user(request->parts[CREDENTIAL], user);
	size_t id_bytes = request->n > REQUEST && request->bytes[REQUEST] <= PART_BYTES_MAX ? request->bytes[REQUEST] : 0;
	return zmq_send(zmq, "1.0", 3, ZMQ_SNDMORE) >= 0 && zmq_send(zmq, request->parts[REQUEST], id_bytes, ZMQ_SNDMORE) >= 0 &&
	    zmq_send(zmq, allowed ? "200" : "400", 3, ZMQ_SNDMORE) >= 0 &&
	    zmq_send(zmq, allowed ? "welcome" : "unknown key", allowed ? 7 : 11, ZMQ_SNDMORE) >= 0 &&
	    zmq_send(zmq, user, strlen(user), ZMQ_SNDMORE) >= 0 && zmq_send(zmq, "", 0, 0) >= 0;
}

static bool
handle(struct auth *auth)
{
	struct request request;
	if (!take_request(auth->zmq, &request))
		return false;
	bool fits = request_fits(&request);
	bool allowed = fits && allows(auth, request.parts[CREDENTIAL], part_is(&request, DOMAIN, AUTH_DOMAIN_READERS));
	if (allowed)
		count(auth->counters, COUNTER_keys_accepted, 1);
	else
		say_refused(auth, &request, fits);
	return answer(auth->zmq, &request, allowed);
}

/* ---- the thread ---- */

static bool
asked_to_stop(const struct auth *auth, int wait_ms)
{
	zmq_pollitem_t item = { .fd = auth->stop_fd, .events = ZMQ_POLLIN };
	return zmq_poll(&item, 1, wait_ms) > 0;
}

static void *
run(void *user)
{
	struct auth *auth = user;
	for (;;) {
		zmq_pollitem_t items[] = { { .socket = auth->zmq, .events = ZMQ_POLLIN },
			{ .fd = auth->stop_fd, .events = ZMQ_POLLIN } };
		int found = zmq_poll(items, 2, 1000);
		if (found < 0 && zmq_errno() == EINTR)
			continue;
		bool stop = found >= 0 && (items[1].revents & ZMQ_POLLIN) != 0;
		if (stop || found < 0 || ((items[0].revents & ZMQ_POLLIN) != 0 && !handle(auth))) {
			atomic_store(&auth->alive, false);
			if (!stop)
				log_say(auth->log, LOG_ERROR, "auth", "died", "error=\"%s\"", zmq_strerror(zmq_errno()));
			break;
		}
	}
	while (!asked_to_stop(auth, 1000))
		continue;
	zmq_close(auth->zmq);
	return NULL;
}

/* The socket is bound here and then handed to the thread: starting one is a full fence, and nobody else uses it again. */
static enum status
start(struct auth *auth, struct reason *why)
{
	int linger_ms = 0, wait_ms = 1000;
	auth->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (auth->stop_fd < 0)
		return reason_say(why, STATUS_SYSTEM, "the key check cannot be started: %s", strerror(errno));
	auth->zmq = zmq_socket(auth->context, ZMQ_REP);
	if (auth->zmq == NULL || zmq_setsockopt(auth->zmq, ZMQ_LINGER, &linger_ms, sizeof linger_ms) != 0 ||
	    zmq_setsockopt(auth->zmq, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms) != 0 ||
	    zmq_setsockopt(auth->zmq, ZMQ_SNDTIMEO, &wait_ms, sizeof wait_ms) != 0 ||
	    zmq_bind(auth->zmq, "inproc://zeromq.zap.01") != 0)
		return reason_say(why, STATUS_SYSTEM, "the key check cannot be started: %s", zmq_strerror(zmq_errno()));
	atomic_store(&auth->alive, true);
	int error = pthread_create(&auth->thread, NULL, run, auth);
	if (error == 0)
		return STATUS_OK;
	atomic_store(&auth->alive, false);
	return reason_say(why, STATUS_SYSTEM, "the key check cannot be started: %s", strerror(error));
}

enum status
auth_open(struct bus *bus, struct log *log, struct counters *counters, struct auth **out, struct reason *why)
{
	struct auth *auth = calloc(1, sizeof *auth);
	if (auth == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	auth->context = bus_context(bus);
	auth->log = log;
	auth->counters = counters;
	pthread_mutex_init(&auth->mutex, NULL);
	enum status status = start(auth, why);
	if (status != STATUS_OK) {
		if (auth->zmq != NULL)
			zmq_close(auth->zmq);
		if (auth->stop_fd >= 0)
			close(auth->stop_fd);
		pthread_mutex_destroy(&auth->mutex);
		free(auth);
		return status;
	}
	*out = auth;
	return STATUS_OK;
}

void
auth_close(struct auth **auth)
{
	struct auth *a = *auth;
	if (a == NULL)
		return;
	uint64_t one = 1;
	ssize_t written = write(a->stop_fd, &one, sizeof one);
	assert(written == (ssize_t)sizeof one);
	pthread_join(a->thread, NULL);
	close(a->stop_fd);
	pthread_mutex_destroy(&a->mutex);
	free(a->allowed.keys);
	free(a);
	*auth = NULL;
}

bool
auth_alive(const struct auth *auth)
{
	return atomic_load(&auth->alive);
}
