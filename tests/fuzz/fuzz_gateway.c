/*
 * The configuration of a gateway beside the machines: what is taken is whole and within its bounds, what is not is said with a
 * sentence; and the addresses and serial lines that it names.
 *
 * reads: services/terminal/gateway/gateway_config.c services/terminal/gateway/address.c services/terminal/gateway/serial.c
 */
#include "address.h"
#include "fuzz.h"
#include "gateway_config.h"
#include "serial.h"

static void
check_number(int64_t number, int64_t min, int64_t max)
{
	fuzz_holds(number >= min && number <= max);
}

static void
check_address(const char *text)
{
	struct address address, again;
	struct reason why = { "" };
	char said[ADDRESS_TEXT_BYTES], twice[ADDRESS_TEXT_BYTES];
	if (address_read(text, &address, &why) != STATUS_OK) {
		fuzz_holds(why.text[0] != '\0');
		return;
	}
	address_text(&address, said);
	if (strchr(said, '%') != NULL) /* a link's own address, with the name of a card */
		return;
	fuzz_holds(address_read(said, &again, &why) == STATUS_OK);
	fuzz_holds(strcmp(said, address_text(&again, twice)) == 0);
}

static void
check_source(const struct gateway_config *config, const struct machine_source *source)
{
	struct serial serial;
	struct reason why = { "" };
	int64_t baud = 0;
	const char *where = source_text(source, source->kind->name), *form = source_text(source, "form");
	fuzz_holds(source->name[0] != '\0' && strlen(source->name) <= SOURCE_NAME_BYTES_MAX && strchr(source->name, '/') == NULL);
	fuzz_holds(where != NULL && where[0] != '\0' && source->connector != NULL);
	fuzz_holds(gateway_config_source(config, source->name) == source);
	check_address(where);
	if (source_text(source, "pass_to") != NULL)
		check_address(source_text(source, "pass_to"));
	if (source_number(source, "baud", 50, 4000000, 9600, &baud, &why) == STATUS_OK)
		fuzz_holds(
		    serial_settings(where, baud, form != NULL ? form : "8N1", &serial, &why) == STATUS_OK || why.text[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct gateway_config config;
	struct reason why = { "" };
	enum status status = gateway_config_read(fuzz_file((struct span){ data, bytes }), &config, &why);
	if (status != STATUS_OK) {
		fuzz_holds(why.text[0] != '\0' && status_consequence(status) == REFUSE);
		fuzz_holds(config.yaml == NULL && config.n == 0);
		return 0;
	}
#define X_text(name, min, max) fuzz_holds(config.name != NULL);
#define X_number(name, min, max) check_number(config.name, min, max);
#define X(kind, name, fallback, min, max, prose) X_##kind(name, min, max)
	GATEWAY_SETTING_LIST(X)
#undef X
#undef X_text
#undef X_number
	fuzz_holds(config.n >= 1 && config.n <= GATEWAY_SOURCES_MAX);
	for (size_t i = 0; i < config.n; i++)
		check_source(&config, &config.sources[i]);
	gateway_config_close(&config);
	return 0;
}
