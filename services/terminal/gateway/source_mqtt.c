/*
 * The client's life: it waits, resolves the broker's name, connects, subscribes, and is up; whatever goes wrong sends it back to
 * waiting, with a new client of libmosquitto the next time, so that no answer of an old connection goes out on a new one.
 */
#include "source_mqtt.h"

#include <errno.h>
#include <mosquitto.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mqtt_options.h"
#include "resolve.h"

enum {
	KEEPALIVE_S = 30,
	CONNECT_MS = 15 * 1000,
	BACKOFF_MIN_MS = 1000,
	BACKOFF_MAX_MS = 30 * 1000,
	STEADY_MS = 60 * 1000,
	MISC_MS = 1000,
	RESOLVING_MS = 50,
	HARD_BYTES_MAX = 64 * 1024 * 1024
};

enum life { WAITING, RESOLVING, CONNECTING, SUBSCRIBING, UP };

/* A message with its topic behind one another, in memory of its own. */
struct waiting {
	char *topic;
	size_t payload_at, payload_bytes;
	bool retained;
};

struct mqtt {
	struct mqtt_options options;
	struct mqtt_address address;
	struct mosquitto *client;
	struct resolve *name;
	enum life life;
	int64_t until_ms; /* of waiting, or for connecting */
	int64_t up_ms;
	int backoff_ms;
	struct reason why; /* why the connection goes down; "" while nothing is wrong */
	size_t granted;
	struct waiting *waiting;
	size_t n_waiting, room, n_taken, waiting_bytes;
	bool unanswered; /* something was read that is not settled: nothing is written */
};

/* ---- what the broker says ---- */

static void
complain(struct mqtt *mqtt, const char *what)
{
	if (mqtt->options.on_complaint != NULL)
		mqtt->options.on_complaint(mqtt->options.user, what);
}

/*
 * Behind TLS libmosquitto reads for as long as there is something to decrypt, so that more may come at once than was asked for;
 * hence a list that grows, and a second bound.
 */
static bool
make_room(struct mqtt *mqtt)
{
	size_t room = mqtt->room > 0 ? 2 * mqtt->room : MQTT_WAITING_MAX;
	if (mqtt->n_waiting < mqtt->room)
		return true;
	struct waiting *wider = reallocarray(mqtt->waiting, room, sizeof *wider);
	if (wider == NULL)
		return false;
	mqtt->waiting = wider;
	mqtt->room = room;
	return true;
}

static void
on_message(struct mosquitto *client, void *user, const struct mosquitto_message *message)
{
	struct mqtt *mqtt = user;
	struct reason why;
	size_t topic = strlen(message->topic) + 1, payload = message->payloadlen > 0 ? (size_t)message->payloadlen : 0;
	(void)client;
	mqtt->unanswered = true;
	if (payload > MQTT_MESSAGE_BYTES_MAX) {
		reason_write(&why, "%.128s: a message of %zu bytes is passed over; expected: at most %d", message->topic, payload,
		    MQTT_MESSAGE_BYTES_MAX);
		complain(mqtt, why.text);
		return;
	}
	char *copy = mqtt->waiting_bytes < HARD_BYTES_MAX && make_room(mqtt) ? malloc(topic + payload) : NULL;
	if (copy == NULL) { /* not answered, and brought again */
		reason_write(&mqtt->why, "there is no memory for a message");
		return;
	}
	memcpy(copy, message->topic, topic);
	if (payload > 0)
		memcpy(copy + topic, message->payload, payload);
	mqtt->waiting[mqtt->n_waiting++] = (struct waiting){ copy, topic, payload, message->retain };
	mqtt->waiting_bytes += topic + payload;
}

static void
on_connect(struct mosquitto *client, void *user, int answer, int flags)
{
	struct mqtt *mqtt = user;
	(void)flags;
	if (answer != 0)
		reason_write(&mqtt->why, "the broker refused: %s", mosquitto_connack_string(answer));
	for (size_t i = 0; answer == 0 && i < mqtt->options.n_topics; i++)
		if (mosquitto_subscribe(client, NULL, mqtt->options.topics[i], 1) != MOSQ_ERR_SUCCESS)
			reason_write(&mqtt->why, "the topic %.64s could not be asked for", mqtt->options.topics[i]);
	mqtt->life = SUBSCRIBING;
}

static void
on_subscribe(struct mosquitto *client, void *user, int id, int n, const int *granted)
{
	struct mqtt *mqtt = user;
	(void)client;
	(void)id;
	for (int i = 0; i < n; i++)
		if (granted[i] > 2)
			reason_write(&mqtt->why, "the broker does not grant a topic; expected: the right to read it");
		else if (granted[i] == 0)
			complain(mqtt, "the broker grants QoS 0 alone: what comes while the gateway is away is lost");
	mqtt->granted++;
}

/* ---- the client of libmosquitto ---- */

/* Nobody is there to type a password. */
static int
no_password(char *into, int bytes, int writing, void *user)
{
	(void)writing;
	(void)user;
	if (bytes > 0)
		into[0] = '\0';
	return 0;
}

static enum status
set_up(struct mqtt *mqtt, struct mosquitto *client, struct reason *why)
{
	const struct mqtt_options *options = &mqtt->options;
	char password[MQTT_PASSWORD_BYTES] = "";
	enum status status = options->password_file != NULL ? mqtt_password_read(options->password_file, password, why) : STATUS_OK;
	if (status != STATUS_OK)
		return status;
	int rc = options->username != NULL
	    ? mosquitto_username_pw_set(client, options->username, options->password_file != NULL ? password : NULL)
	    : MOSQ_ERR_SUCCESS;
	explicit_bzero(password, sizeof password);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_threaded_set(client, true); /* what is to be written waits for us */
	if (rc != MOSQ_ERR_SUCCESS)
		return reason_say(why, STATUS_NO_MEMORY, "there is no memory for a client");
	if (mqtt->address.tls &&
	    mosquitto_tls_set(client, options->ca_file, options->ca_file == NULL ? "/etc/ssl/certs" : NULL,
		options->certificate_file, options->key_file, no_password) != MOSQ_ERR_SUCCESS)
		return reason_say(why, STATUS_SETTING, "the certificates cannot be read; expected: files in PEM");
	mosquitto_message_callback_set(client, on_message);
	mosquitto_connect_with_flags_callback_set(client, on_connect);
	mosquitto_subscribe_callback_set(client, on_subscribe);
	return STATUS_OK;
}

static enum status
client_make(struct mqtt *mqtt, struct mosquitto **out, struct reason *why)
{
	struct mosquitto *client = mosquitto_new(mqtt->options.client_id, false, mqtt);
	if (client == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "there is no memory for a client");
	enum status status = set_up(mqtt, client, why);
	if (status == STATUS_OK)
		*out = client;
	else
		mosquitto_destroy(client);
	return status;
}

static void
forget_waiting(struct mqtt *mqtt)
{
	for (size_t i = 0; i < mqtt->n_waiting; i++)
		free(mqtt->waiting[i].topic);
	mqtt->n_waiting = mqtt->n_taken = mqtt->waiting_bytes = 0;
	mqtt->unanswered = false;
}

/* Down, with what is in why. What was read and not settled comes again. */
static void
go_down(struct mqtt *mqtt, int64_t now_ms)
{
	if (mqtt->life == UP && now_ms - mqtt->up_ms >= STEADY_MS)
		mqtt->backoff_ms = BACKOFF_MIN_MS;
	mosquitto_destroy(mqtt->client);
	mqtt->client = NULL;
	forget_waiting(mqtt);
	mqtt->life = WAITING;
	mqtt->until_ms = now_ms + mqtt->backoff_ms;
	mqtt->backoff_ms = mqtt->backoff_ms * 2 < BACKOFF_MAX_MS ? mqtt->backoff_ms * 2 : BACKOFF_MAX_MS;
	if (mqtt->options.on_line != NULL)
		mqtt->options.on_line(mqtt->options.user, false, mqtt->why.text);
	mqtt->why.text[0] = '\0';
}

static void
fail(struct mqtt *mqtt, const char *what, int rc, int64_t now_ms)
{
	if (mqtt->why.text[0] == '\0')
		reason_write(&mqtt->why, "%s: %s", what,
		    rc == MOSQ_ERR_SUCCESS     ? "no answer in time"
			: rc == MOSQ_ERR_ERRNO ? strerror(errno)
					       : mosquitto_strerror(rc));
	go_down(mqtt, now_ms);
}

/* ---- the name ---- */

static void
begin_name(struct mqtt *mqtt, int64_t now_ms)
{
	mqtt->life = RESOLVING;
	mqtt->until_ms = now_ms + CONNECT_MS;
	if (resolve_begin(mqtt->address.host, &mqtt->name) != STATUS_OK)
		fail(mqtt, "looking up the broker's name", MOSQ_ERR_NOMEM, now_ms);
}

/*
 * The address itself where no certificate asks for the name. Else the name is looked up once more while connecting, by a resolver
 * that has just answered.
 */
static void
dial(struct mqtt *mqtt, const struct addrinfo *found, int64_t now_ms)
{
	char host[MQTT_HOST_BYTES];
	snprintf(host, sizeof host, "%s", mqtt->address.host);
	if (!mqtt->address.tls)
		getnameinfo(found->ai_addr, found->ai_addrlen, host, sizeof host, NULL, 0, NI_NUMERICHOST);
	if (client_make(mqtt, &mqtt->client, &mqtt->why) != STATUS_OK) {
		go_down(mqtt, now_ms);
		return;
	}
	mqtt->life = CONNECTING;
	mqtt->granted = 0;
	mqtt->until_ms = now_ms + CONNECT_MS;
	int rc = mosquitto_connect_async(mqtt->client, host, mqtt->address.port, KEEPALIVE_S);
	if (rc != MOSQ_ERR_SUCCESS || mosquitto_socket(mqtt->client) < 0)
		fail(mqtt, "connecting", rc != MOSQ_ERR_SUCCESS ? rc : MOSQ_ERR_NO_CONN, now_ms);
}

static void
look_for_name(struct mqtt *mqtt, int64_t now_ms)
{
	int rc = EAI_AGAIN;
	const struct addrinfo *found = NULL;
	bool answered = resolve_look(mqtt->name, &rc, &found);
	if (!answered && now_ms < mqtt->until_ms)
		return;
	if (rc == 0)
		dial(mqtt, found, now_ms);
	resolve_drop(&mqtt->name);
	if (rc == 0)
		return;
	reason_write(&mqtt->why, "the name %.128s: %s", mqtt->address.host, answered ? gai_strerror(rc) : "no answer in time");
	go_down(mqtt, now_ms);
}

/* ---- the face ---- */

enum status
mqtt_open(const struct mqtt_options *options, struct mqtt **out, struct reason *why)
{
	struct mosquitto *client = NULL;
	struct mqtt *mqtt = calloc(1, sizeof *mqtt);
	if (mqtt == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "there is no memory for a client");
	mosquitto_lib_init();
	mqtt->options = *options;
	mqtt->backoff_ms = BACKOFF_MIN_MS;
	enum status status = mqtt_address_read(options->url, &mqtt->address, why);
	if (status == STATUS_OK)
		status = mqtt_options_check(options, &mqtt->address, why);
	if (status == STATUS_OK)
		status = client_make(mqtt, &client, why);
	if (status != STATUS_OK) {
		mosquitto_lib_cleanup();
		free(mqtt);
		return status;
	}
	mosquitto_destroy(client); /* it was made to see that it can be */
	*out = mqtt;
	return STATUS_OK;
}

void
mqtt_close(struct mqtt **mqtt)
{
	if (*mqtt == NULL)
		return;
	struct mosquitto *client = (*mqtt)->client;
	if (client != NULL && (*mqtt)->life == UP && !(*mqtt)->unanswered && mosquitto_disconnect(client) == MOSQ_ERR_SUCCESS)
		mosquitto_loop_write(client, 1); /* a goodbye, where nothing else would go out with it */
	resolve_drop(&(*mqtt)->name);
	mosquitto_destroy(client);
	forget_waiting(*mqtt);
	free((*mqtt)->waiting);
	free(*mqtt);
	*mqtt = NULL;
	mosquitto_lib_cleanup();
}

static bool
has_room(const struct mqtt *mqtt)
{
	return mqtt->n_waiting < MQTT_WAITING_MAX && mqtt->waiting_bytes < MQTT_WAITING_BYTES_MAX;
}

bool
mqtt_watch(const struct mqtt *mqtt, int64_t now_ms, struct pollfd *poll, int *wait_ms)
{
	int64_t wait = mqtt->life == RESOLVING ? RESOLVING_MS : mqtt->life == WAITING ? mqtt->until_ms - now_ms : MISC_MS;
	wait = wait < 0 ? 0 : wait;
	if (*wait_ms < 0 || wait < *wait_ms)
		*wait_ms = (int)wait;
	if (mqtt->client == NULL)
		return false;
	*poll = (struct pollfd){ .fd = mosquitto_socket(mqtt->client) };
	poll->events =
	    (short)((has_room(mqtt) ? POLLIN : 0) | (mosquitto_want_write(mqtt->client) && !mqtt->unanswered ? POLLOUT : 0));
	return poll->fd >= 0;
}

/* Writes what waits to be written, which answers all that was read. */
static int
answer(struct mqtt *mqtt)
{
	int rc = MOSQ_ERR_SUCCESS;
	for (int i = 0; i < MQTT_WAITING_MAX && rc == MOSQ_ERR_SUCCESS && mosquitto_want_write(mqtt->client); i++)
		rc = mosquitto_loop_write(mqtt->client, 1);
	return rc;
}

/* One packet at a time, as long as more are there and find room. */
static int
hear(struct mqtt *mqtt)
{
	int rc = MOSQ_ERR_SUCCESS;
	for (int i = 0; i < MQTT_WAITING_MAX && rc == MOSQ_ERR_SUCCESS && has_room(mqtt) && mqtt->why.text[0] == '\0'; i++) {
		struct pollfd more = { .fd = mosquitto_socket(mqtt->client), .events = POLLIN };
		rc = mosquitto_loop_read(mqtt->client, 1);
		if (more.fd < 0 || poll(&more, 1, 0) <= 0)
			break;
	}
	return rc;
}

static void
serve(struct mqtt *mqtt, short revents, int64_t now_ms)
{
	int rc = MOSQ_ERR_SUCCESS;
	if ((revents & (POLLIN | POLLERR | POLLHUP)) != 0)
		rc = has_room(mqtt) ? hear(mqtt) : (revents & (POLLERR | POLLHUP)) != 0 ? MOSQ_ERR_CONN_LOST : MOSQ_ERR_SUCCESS;
	if (rc == MOSQ_ERR_SUCCESS && mqtt->why.text[0] == '\0' && !mqtt->unanswered)
		rc = (revents & POLLOUT) != 0 ? answer(mqtt) : MOSQ_ERR_SUCCESS;
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_loop_misc(mqtt->client);
	if (rc != MOSQ_ERR_SUCCESS || mqtt->why.text[0] != '\0')
		fail(mqtt, mqtt->life == CONNECTING ? "connecting" : "the connection is lost", rc, now_ms);
	else if (mqtt->life == SUBSCRIBING && mqtt->granted == mqtt->options.n_topics) {
		mqtt->life = UP;
		mqtt->up_ms = now_ms;
		if (mqtt->options.on_line != NULL)
			mqtt->options.on_line(mqtt->options.user, true, "");
	} else if (mqtt->life != UP && now_ms >= mqtt->until_ms)
		fail(mqtt, "connecting", MOSQ_ERR_SUCCESS, now_ms);
}

void
mqtt_move(struct mqtt *mqtt, short revents, int64_t now_ms)
{
	if (mqtt->life == WAITING && now_ms >= mqtt->until_ms)
		begin_name(mqtt, now_ms);
	if (mqtt->life == RESOLVING)
		look_for_name(mqtt, now_ms);
	else if (mqtt->client != NULL)
		serve(mqtt, revents, now_ms);
}

bool
mqtt_first(const struct mqtt *mqtt, struct mqtt_message *out)
{
	if (mqtt->n_taken == mqtt->n_waiting)
		return false;
	const struct waiting *first = &mqtt->waiting[mqtt->n_taken];
	*out = (struct mqtt_message){ first->topic, { (const uint8_t *)first->topic + first->payload_at, first->payload_bytes },
		first->retained };
	return true;
}

void
mqtt_taken(struct mqtt *mqtt)
{
	if (mqtt->n_taken < mqtt->n_waiting)
		mqtt->n_taken++;
}

void
mqtt_settle(struct mqtt *mqtt, int64_t now_ms)
{
	if (mqtt->client == NULL || !mqtt->unanswered || mqtt->n_taken < mqtt->n_waiting)
		return;
	forget_waiting(mqtt);
	int rc = answer(mqtt);
	if (rc != MOSQ_ERR_SUCCESS)
		fail(mqtt, "the connection is lost", rc, now_ms);
}

void
mqtt_refuse(struct mqtt *mqtt, int64_t now_ms)
{
	if (mqtt->client == NULL)
		return;
	reason_write(&mqtt->why, "what it brought could not be put on disk: it comes again");
	go_down(mqtt, now_ms);
}

bool
mqtt_connected(const struct mqtt *mqtt)
{
	return mqtt->life == UP;
}
