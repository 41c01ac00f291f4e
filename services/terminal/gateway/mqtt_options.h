/* What an MQTT client's options come to once they are checked. For source_mqtt.c alone. */
#ifndef JUYAN_GATEWAY_MQTT_OPTIONS_H
#define JUYAN_GATEWAY_MQTT_OPTIONS_H

#include "source_mqtt.h"

enum { MQTT_HOST_BYTES = 256, MQTT_PASSWORD_BYTES = 256 };

struct mqtt_address {
	char host[MQTT_HOST_BYTES];
	int port;
	bool tls;
};

/* SETTING with what was expected. */
enum status mqtt_address_read(const char *url, struct mqtt_address *out, struct reason *why) MUST_USE;
/* One line of a file that others cannot read. SETTING. */
enum status mqtt_password_read(const char *path, char out[MQTT_PASSWORD_BYTES], struct reason *why) MUST_USE;
/* All that can be known to be wrong before a broker is asked. SETTING. */
enum status mqtt_options_check(const struct mqtt_options *options, const struct mqtt_address *address, struct reason *why) MUST_USE;

#endif
