/*
 * The configuration of a gateway beside the machines: what it holds, and that whatever is wrong is said with file and line, and
 * with what was probably meant.
 */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.h"
#include "gateway_config.h"
#include "keys.h"

#define TOP \
	"centre: tcp://10.0.0.1:4711\ncentre_key: /etc/juyan/server.key.pub\nkey: /etc/juyan/gate.key\nfolder: /var/lib/gateway\n" \
	"port: ceke\n"
#define GATE "sources:\n  - name: gate-1\n    connector: gate\n    listen: 0.0.0.0:9001\n"

static char folder[FOLDER_BYTES];
static struct gateway_config config;
static struct reason why;

static enum status
reads(const char *text)
{
	char path[FOLDER_BYTES + 16];
	snprintf(path, sizeof path, "%s/g.yaml", folder);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	gateway_config_close(&config);
	return gateway_config_read(path, &config, &why);
}

static void
refuses(const char *text, const char *place, const char *sentence)
{
	assert_int_equal(reads(text), STATUS_SYNTAX);
	if (strstr(why.text, place) == NULL || strstr(why.text, sentence) == NULL)
		fail_msg("it says '%s'; expected '%s' and '%s'", why.text, place, sentence);
}

static int
begin(void **state)
{
	(void)state;
	folder_make(folder);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	gateway_config_close(&config);
	folder_remove(folder);
	return 0;
}

static void
what_is_not_said_has_its_default(void **state)
{
	(void)state;
	assert_int_equal(reads(TOP GATE), STATUS_OK);
	assert_string_equal(config.port, "ceke");
	assert_int_equal(config.spool_mib, 1024);
	assert_int_equal(config.wait_hours, 72);
	assert_int_equal(config.offset_minutes, 480);
	assert_string_equal(config.metrics, "");
	assert_int_equal(config.n, 1);
	assert_string_equal(config.sources[0].name, "gate-1");
	assert_ptr_equal(config.sources[0].kind, &listen_kind);
	assert_string_equal(config.sources[0].connector->name, "gate");
	assert_string_equal(source_text(&config.sources[0], "listen"), "0.0.0.0:9001");
	assert_null(gateway_config_source(&config, "gate-2"));
}

static void
what_is_said_holds(void **state)
{
	(void)state;
	assert_int_equal(reads(TOP "utc_offset: \"+07:00\"\nspool_mib: 7\npair_s: 30\nmetrics: /run/m.prom\n"
				   "sources:\n  - {name: s, connector: yaohua, serial: /dev/ttyS0, baud: 4800}\n"
				   "  - {name: m, connector: manifest, files: /srv/m}\n"),
	    STATUS_OK);
	assert_int_equal(config.offset_minutes, 420);
	assert_int_equal(config.sources[1].place.offset_minutes, 420);
	assert_string_equal(config.sources[1].place.source, "m");
	assert_int_equal(config.spool_mib, 7);
	assert_int_equal(config.pair_s, 30);
	assert_ptr_equal(config.sources[0].kind, &serial_kind);
	assert_ptr_equal(config.sources[1].kind, &files_kind);
}

static void
a_key_for_drivers_is_one_that_others_cannot_read(void **state)
{
	(void)state;
	char path[FOLDER_BYTES + 16], text[1024];
	struct key_pair keys;
	assert_int_equal(reads(TOP GATE), STATUS_OK);
	assert_null(config.sources[0].place.driver_key);
	key_pair_make(&keys);
	snprintf(path, sizeof path, "%s/drivers.key", folder);
	assert_int_equal(key_pair_save(&keys, path, &why), STATUS_OK);
	snprintf(text, sizeof text, "%sdriver_secret: %s\n%s", TOP, path, GATE);
	assert_int_equal(reads(text), STATUS_OK);
	assert_ptr_equal(config.sources[0].place.driver_key, config.driver_key);
	assert_memory_equal(config.driver_key, keys.secret_key, sizeof config.driver_key);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(reads(text), STATUS_SETTING);
	assert_non_null(strstr(why.text, "drivers.key"));
	assert_int_equal(reads(TOP "driver_secret: /nowhere\n" GATE), STATUS_NOT_FOUND);
}

static void
an_unknown_name_is_refused_with_the_nearest(void **state)
{
	(void)state;
	refuses(TOP "spool_mb: 7\n" GATE, "g.yaml:6:", "'spool_mib' is the nearest");
	refuses(TOP "sources:\n  - name: a\n    connector: gate\n    listen: 0.0.0.0:1\n    pas_to: 1.2.3.4:5\n",
	    "g.yaml:10:", "'pass_to' is the nearest");
	refuses(TOP "sources:\n  - {name: a, connector: gat, listen: \"0.0.0.0:1\"}\n", "g.yaml:7:", "'gate' is the nearest");
	/* Another kind's, or another connector's, is not its own. */
	refuses(TOP "sources:\n  - {name: a, connector: gate, listen: \"0.0.0.0:1\", baud: 9600}\n",
	    "g.yaml:7:", "no setting 'baud'");
}

static void
what_is_missing_is_named(void **state)
{
	(void)state;
	refuses("port: ceke\n" GATE, "g.yaml:1:", "'centre' is missing");
	refuses(TOP, "g.yaml:1:", "'sources' is a list");
	refuses(TOP "sources: []\n", "g.yaml:6:", "at least one");
	refuses(TOP "sources:\n  - {connector: gate, listen: \"0.0.0.0:1\"}\n", "g.yaml:7:", "needs a name");
	refuses(TOP "sources:\n  - {name: a, listen: \"0.0.0.0:1\"}\n", "g.yaml:7:", "does not say its connector");
	refuses(TOP "sources:\n  - {name: a, connector: gate}\n",
	    "g.yaml:7:", "expected one of: listen, connect, serial, files, mqtt");
	refuses("", "g.yaml", "a map of settings is expected");
}

static void
what_cannot_be_is_refused(void **state)
{
	(void)state;
	refuses(TOP "spool_mib: 0\n" GATE, "g.yaml:6:", "from 1 to");
	refuses(TOP "utc_offset: 8\n" GATE, "g.yaml:6:", "\"+08:00\"");
	refuses("centre: x\ncentre_key: x\nkey: x\nfolder: x\nport: \"Ceke gate\"\n" GATE, "g.yaml:5:", "the id of a port");
	refuses(TOP "sources:\n  - {name: ../a, connector: gate, listen: \"0.0.0.0:1\"}\n", "g.yaml:7:", "needs a name");
	refuses(TOP "sources:\n  - {name: a, connector: gate, listen: \"0.0.0.0:1\", files: /srv}\n",
	    "g.yaml:7:", "both listen and files");
	refuses(TOP "sources:\n  - {name: a, connector: gate, files: /a}\n  - {name: a, connector: gate, files: /b}\n",
	    "g.yaml:8:", "two sources are named 'a'; the first stands in line 7");
	refuses(TOP "sources:\n  - {name: a, connector: manifest, files: /m}\n  - {name: b, connector: codeco, files: /m}\n",
	    "g.yaml:8:", "'a' and 'b' both hear /m");
	refuses(TOP "sources:\n  - {name: a, connector: gate, listen: [1]}\n", "g.yaml:7:", "expected an address");
	refuses(TOP "sources: gate\n", "g.yaml:6:", "'sources' is a list");
	refuses(TOP "sources:\n  - gate\n", "g.yaml:7:", "a source is a map");
}

/* Each setting of the help is one that the file takes. */
static void
the_help_names_what_is_read(void **state)
{
	(void)state;
	const char *name, *fallback, *prose;
	size_t n = 0;
	for (; (name = gateway_config_setting(n, &fallback, &prose)) != NULL; n++)
		assert_true(strlen(name) > 1 && strlen(prose) > 10);
	assert_int_equal(n, 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(what_is_said_holds),
		cmocka_unit_test(a_key_for_drivers_is_one_that_others_cannot_read),
		cmocka_unit_test(an_unknown_name_is_refused_with_the_nearest),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(the_help_names_what_is_read),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
