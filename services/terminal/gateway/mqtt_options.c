/* Options of an MQTT client, checked before anything is dialled. */
#include "mqtt_options.h"

#include <errno.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPECTED "expected: mqtt://HOST[:PORT] or mqtts://HOST[:PORT]"

static enum status
read_port(const char *text, int *out, struct reason *why)
{
	char *end = NULL;
	long port = text[0] >= '0' && text[0] <= '9' ? strtol(text, &end, 10) : 0;
	if (port < 1 || port > 65535 || *end != '\0')
		return reason_say(why, STATUS_SETTING, "the port '%.16s' is none; expected: 1 to 65535", text);
	*out = (int)port;
	return STATUS_OK;
}

/* HOST, or [HOST] of an IPv6 address. */
enum status
mqtt_address_read(const char *url, struct mqtt_address *out, struct reason *why)
{
	struct mqtt_address address = { .tls = strncmp(url, "mqtts://", 8) == 0 };
	if (!address.tls && strncmp(url, "mqtt://", 7) != 0)
		return reason_say(why, STATUS_SETTING, "'%.64s' is no broker's address; " EXPECTED, url);
	const char *host = url + (address.tls ? 8 : 7);
	bool bracket = host[0] == '[';
	size_t bytes = strcspn(host += bracket, bracket ? "]" : ":");
	const char *rest = host + bytes + (bracket && host[bytes] == ']');
	if (bytes == 0 || bytes >= sizeof address.host || (bracket && host[bytes] != ']') || (rest[0] != '\0' && rest[0] != ':') ||
	    memchr(host, '/', bytes) != NULL || memchr(host, '@', bytes) != NULL)
		return reason_say(why, STATUS_SETTING, "'%.64s' is no broker's address; " EXPECTED, url);
	memcpy(address.host, host, bytes);
	address.port = address.tls ? 8883 : 1883;
	enum status status = rest[0] == ':' ? read_port(rest + 1, &address.port, why) : STATUS_OK;
	if (status == STATUS_OK)
		*out = address;
	return status;
}

/* A secret file that others can read is no secret. */
static enum status
open_secret(const char *path, int *out, struct reason *why)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return reason_say(why, STATUS_SETTING, "%s: it cannot be opened: %s", path, strerror(errno));
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || (info.st_mode & 077) != 0) {
		close(fd);
		return reason_say(why, STATUS_SETTING,
		    "%s: a secret that others can read, or no file; expected: a file of mode 0600", path);
	}
	*out = fd;
	return STATUS_OK;
}

enum status
mqtt_password_read(const char *path, char out[MQTT_PASSWORD_BYTES], struct reason *why)
{
	int fd = -1;
	char text[MQTT_PASSWORD_BYTES + 2];
	enum status status = open_secret(path, &fd, why);
	if (status != STATUS_OK)
		return status;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	if (n <= 0 || n >= MQTT_PASSWORD_BYTES || !wire_text_clean(text, (size_t)n))
		return reason_say(why, STATUS_SETTING, "%s: one line with a password of 1 to %d bytes is expected", path,
		    MQTT_PASSWORD_BYTES - 1);
	memcpy(out, text, (size_t)n);
	out[n] = '\0';
	explicit_bzero(text, sizeof text);
	return STATUS_OK;
}

static enum status
check_tls(const struct mqtt_options *options, const struct mqtt_address *address, struct reason *why)
{
	int fd = -1;
	bool any = options->ca_file != NULL || options->certificate_file != NULL || options->key_file != NULL;
	if (any && !address->tls)
		return reason_say(why, STATUS_SETTING, "certificates are for mqtts:// alone; expected: that, or none of them");
	if ((options->certificate_file == NULL) != (options->key_file == NULL))
		return reason_say(why, STATUS_SETTING, "a certificate and its key belong together; expected: both or none");
	if (options->key_file == NULL)
		return STATUS_OK;
	enum status status = open_secret(options->key_file, &fd, why);
	if (fd >= 0)
		close(fd);
	return status;
}

enum status
mqtt_options_check(const struct mqtt_options *options, const struct mqtt_address *address, struct reason *why)
{
	size_t id = strlen(options->client_id);
	if (id < 1 || id > 128 || !wire_text_clean(options->client_id, id))
		return reason_say(why, STATUS_SETTING, "client_id: a text of 1 to 128 bytes is expected");
	if (options->n_topics < 1 || options->n_topics > MQTT_TOPICS_MAX)
		return reason_say(why, STATUS_SETTING, "topics: 1 to %d are expected", MQTT_TOPICS_MAX);
	for (size_t i = 0; i < options->n_topics; i++)
		if (mosquitto_sub_topic_check(options->topics[i]) != MOSQ_ERR_SUCCESS)
			return reason_say(why, STATUS_SETTING, "topics: '%.64s' is none; expected: one such as uagv/v2/+/+/state",
			    options->topics[i]);
	if (options->password_file != NULL && options->username == NULL)
		return reason_say(why, STATUS_SETTING, "a password without a user name; expected: both");
	return check_tls(options, address, why);
}
