/*
 * A broker, by MQTT: each message is a document for the connector, and is acknowledged when what it says is on disk. While the book
 * has no room nothing is taken; the client goes on, so that the broker keeps it, and stops to read when enough waits.
 */
#include <stdlib.h>

#include "health.h"
#include "memory.h"
#include "source_mqtt.h"
#include "sources.h"

struct broker {
	struct mqtt *mqtt;
	void *state; /* the connector's */
	const char *topics[MQTT_TOPICS_MAX];
	struct machine_source *source;
	struct instant now; /* of the call under way, for what the client tells */
};

static void
on_line(void *user, bool connected, const char *why)
{
	struct broker *broker = user;
	broker->source->open_now = connected;
	broker->source->tally.connections += connected;
	if (connected)
		health_back(broker->source, &broker->now);
	else
		health_away(broker->source, why, &broker->now);
}

static void
on_complaint(void *user, const char *what)
{
	struct broker *broker = user;
	source_say(broker->source, LOG_WARNING, "broker_complaint", source_text(broker->source, "mqtt"), what);
}

/* ---- opening ---- */

static enum status
read_topics(const struct machine_source *source, struct broker *broker, size_t *n, struct reason *why)
{
	const struct yaml_node *list = yaml_get(source->settings, "topics");
	if (list == NULL || !yaml_is_list(list) || yaml_count(list) == 0 || yaml_count(list) > MQTT_TOPICS_MAX)
		return yaml_fail(list != NULL ? list : source->settings, why,
		    "topics: a list of 1 to %d topics is expected, such as "
		    "[uagv/v2/+/+/+]",
		    MQTT_TOPICS_MAX);
	for (size_t i = 0; i < yaml_count(list); i++)
		if ((broker->topics[i] = yaml_text(yaml_item(list, i))) == NULL)
			return yaml_fail(yaml_item(list, i), why, "topics: a topic is a text");
	*n = yaml_count(list);
	return STATUS_OK;
}

static enum status
open_client(struct machine_source *source, struct broker *broker, struct reason *why)
{
	struct reason inner = { "" };
	const char *id = source_text(source, "client_id");
	struct mqtt_options options = {
		.url = source_text(source, "mqtt"),
		.topics = broker->topics,
		.client_id = id != NULL ? id : source->name,
		.username = source_text(source, "username"),
		.password_file = source_text(source, "password_file"),
		.ca_file = source_text(source, "ca_file"),
		.certificate_file = source_text(source, "certificate_file"),
		.key_file = source_text(source, "key_file"),
		.on_line = on_line,
		.on_complaint = on_complaint,
		.user = broker,
	};
	enum status status = read_topics(source, broker, &options.n_topics, why);
	if (status != STATUS_OK || (status = mqtt_open(&options, &broker->mqtt, &inner)) == STATUS_OK)
		return status;
	return status == STATUS_SETTING ? yaml_fail(source->settings, why, "%.220s", inner.text) : status;
}

static void
broker_close(struct machine_source *source)
{
	struct broker *broker = source->state;
	if (broker == NULL)
		return;
	mqtt_close(&broker->mqtt);
	if (broker->state != NULL)
		source->connector->close(&broker->state);
	free(broker);
	source->state = NULL;
}

static enum status
broker_open(struct machine_source *source, const struct instant *now, struct reason *why)
{
	struct broker *broker = calloc(1, sizeof *broker);
	if (broker == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for the source '%.64s'", source->name);
	if (source->connector->feed != FEED_DOCUMENT) {
		free(broker);
		return yaml_fail(source->settings, why, "the connector %s reads a stream; a broker's messages are none",
		    source->connector->name);
	}
	broker->source = source;
	broker->now = *now;
	source->state = broker;
	enum status status = source->connector->open(source->settings, &source->place, &broker->state, why);
	if (status == STATUS_OK) {
		memory_recall(source, broker->state);
		status = open_client(source, broker, why);
	}
	if (status != STATUS_OK)
		broker_close(source);
	return status;
}

/* ---- the turn ---- */

static size_t
broker_watch(struct machine_source *source, struct pollfd *polls, size_t room, bool held, const struct instant *now, int *wait_ms)
{
	struct broker *broker = source->state;
	struct mqtt_message message;
	if (!held && mqtt_first(broker->mqtt, &message))
		*wait_ms = 0;
	return room > 0 && mqtt_watch(broker->mqtt, now->ms, polls, wait_ms) ? 1 : 0;
}

static void
broker_move(struct machine_source *source, const struct pollfd *polls, size_t n, bool held, const struct instant *now)
{
	struct broker *broker = source->state;
	(void)held;
	broker->now = *now;
	mqtt_move(broker->mqtt, n > 0 ? polls[0].revents : 0, now->ms);
}

/* A message that needs more memory than a whole turn has would come again and again: it is given up, and said. */
static void
give_up(struct machine_source *source, const struct mqtt_message *message, struct turn *turn)
{
	turn_undo(turn);
	source->tally.given_up++;
	source_say(source, LOG_WARNING, "given_up", message->topic, "it needs more memory than there is for one message");
}

static void
broker_take(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct broker *broker = source->state;
	struct mqtt_message message;
	while (mqtt_first(broker->mqtt, &message)) {
		bool fresh = turn_is_fresh(turn);
		struct findings *findings = turn_begin(turn, source);
		if (findings == NULL)
			return;
		const struct moment_of when = { now->utc_ms, message.topic };
		source->connector->take(broker->state, message.payload, &when, findings);
		if (findings_full(findings) && !fresh) {
			turn_undo(turn);
			return;
		}
		if (findings_full(findings))
			give_up(source, &message, turn);
		source->heard_ms = now->utc_ms;
		source->tally.bytes += message.payload.bytes;
		mqtt_taken(broker->mqtt);
	}
}

static void
broker_pass(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct broker *broker = source->state;
	struct findings *findings = source->connector->pass != NULL ? turn_join(turn, source, NULL) : NULL;
	if (findings != NULL)
		source->connector->pass(broker->state, now->utc_ms, findings);
}

static void
broker_settle(struct machine_source *source, const struct instant *now)
{
	struct broker *broker = source->state;
	memory_keep(source, broker->state);
	mqtt_settle(broker->mqtt, now->ms);
}

static const struct connector_setting settings[] = {
	{ "topics", "a list of topics, such as [uagv/v2/+/+/+]" },
	{ "client_id", "of this gateway alone (default: the source's name)" },
	{ "username", "as whom; none where nothing is said" },
	{ "password_file", "the file with his password, for nobody else to read" },
	{ "ca_file", "who vouches for the broker's certificate (PEM; default: whom the system trusts)" },
	{ "certificate_file", "this client's certificate (PEM), where the broker asks for one" },
	{ "key_file", "and its secret key (PEM)" },
	{ NULL, NULL },
};

const struct source_kind mqtt_kind = { "mqtt", "a broker: mqtt://10.0.0.7:1883, or mqtts://broker:8883 with TLS", settings,
	broker_open, broker_watch, broker_move, broker_take, broker_pass, broker_settle, broker_close, NULL };
