/*
 * A file of settings, and behind a line "----" single settings, one a line, as --set takes them; then what endpoints they name.
 *
 * reads: services/base/config.c services/base/endpoint.c
 */
#include "config.h"
#include "endpoint.h"
#include "fuzz.h"

static void
check_endpoints(const char *listen)
{
	struct config_endpoints endpoints = { .n = 0 };
	struct reason why = { "" };
	char bound[ENDPOINT_BYTES];
	if (config_endpoints(listen, &endpoints, &why) != STATUS_OK) {
		fuzz_holds(why.text[0] != '\0');
		return;
	}
	fuzz_holds(endpoints.n <= CONFIG_LISTEN_MAX);
	for (size_t i = 0; i < endpoints.n; i++) {
		fuzz_holds(endpoint_check(endpoints.text[i], &why) == STATUS_OK && !endpoint_is_local(endpoints.text[i]));
		endpoint_is_ipv6(endpoints.text[i]);
		endpoint_to_bind(endpoints.text[i], bound);
	}
}

static void
check_config(const struct config *config)
{
	fuzz_holds(memchr(config->listen, '\0', sizeof config->listen) != NULL);
	fuzz_holds(config->forecast_paths >= 100 && config->forecast_paths <= 10000);
	check_endpoints(config->listen);
	check_endpoints(config->query_listen);
	check_endpoints(config->feed_listen);
}

static void
set_one(struct config *config, char *line)
{
	struct reason why = { "" };
	char *value = strchr(line, '=');
	if (value == NULL)
		return;
	*value++ = '\0';
	fuzz_holds(config_set(config, line, value, &why) == STATUS_OK || why.text[0] != '\0');
	if (endpoint_check(value, &why) == STATUS_OK) {
		char bound[ENDPOINT_BYTES];
		endpoint_to_bind(value, bound);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes }, yaml = fuzz_section(&input);
	struct config config;
	struct reason why = { "" };
	config_defaults(&config);
	enum status s = config_read(fuzz_file(yaml), &config, &why);
	fuzz_holds(s == STATUS_OK || (s == STATUS_SETTING && why.text[0] != '\0'));
	char *text = fuzz_text(input), *line = text;
	while (line != NULL) {
		char *end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		set_one(&config, line);
		line = end;
	}
	free(text);
	check_config(&config);
	return 0;
}
