/* The registry's records as tests make them: tests/unit/records.h says what holds. */
#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

const Record *records[RECORDS_MAX];
size_t records_n;

static Record made[RECORDS_MAX];
static Juyan__V1__Port ports[16];
static Juyan__V1__CommodityGroup groups[32];
static Juyan__V1__Terminal terminals[16];
static char *texts[256];
static size_t texts_used;
static uint8_t keys[16][PUBLIC_KEY_BYTES];

char *
text(const char *value)
{
	assert_true(texts_used < sizeof texts / sizeof texts[0]);
	texts[texts_used] = strdup(value);
	assert_non_null(texts[texts_used]);
	return texts[texts_used++];
}

int
records_start(void **unused)
{
	(void)unused;
	records_n = 0;
	for (; texts_used > 0; texts_used--)
		free(texts[texts_used - 1]);
	return 0;
}

/* A comma-separated list into a protobuf array. */
void
list(char ***out, size_t *n, const char *values)
{
	static char *slots[512];
	static size_t next;
	char *rest = text(values), *one;
	if (next > 400)
		next = 0;
	*out = &slots[next];
	*n = 0;
	while ((one = strsep(&rest, ",")) != NULL && one[0] != '\0') {
		slots[next++] = one;
		(*n)++;
	}
}

Record *
record(const char *valid_from)
{
	Record *out = &made[records_n];
	juyan__v1__registry_record__init(out);
	out->valid_from = text(valid_from);
	records[records_n++] = out;
	return out;
}

Juyan__V1__Port *
port(const char *id, const char *valid_from, const char *offset, Juyan__V1__CountOn count_on)
{
	Juyan__V1__Port *out = &ports[records_n];
	juyan__v1__port__init(out);
	out->id = text(id);
	out->utc_offset = text(offset);
	out->count_on = count_on;
	Record *r = record(valid_from);
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
	r->port = out;
	return out;
}

Juyan__V1__CommodityGroup *
group(const char *id, const char *valid_from, uint32_t rank, const char *prefixes, const char *words)
{
	Juyan__V1__CommodityGroup *out = &groups[records_n];
	juyan__v1__commodity_group__init(out);
	out->id = text(id);
	out->rank = rank;
	list(&out->hs_prefixes, &out->n_hs_prefixes, prefixes);
	list(&out->words, &out->n_words, words);
	Record *r = record(valid_from);
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP;
	r->group = out;
	return out;
}

Juyan__V1__Terminal *
terminal(uint32_t no, uint8_t key, const char *port_ids, const char *kinds)
{
	Juyan__V1__Terminal *out = &terminals[records_n];
	juyan__v1__terminal__init(out);
	out->terminal_no = no;
	out->name = text("gate");
	memset(keys[records_n], key, PUBLIC_KEY_BYTES);
	out->public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, keys[records_n] };
	list(&out->ports, &out->n_ports, port_ids);
	list(&out->kinds, &out->n_kinds, kinds);
	Record *r = record("");
	r->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	r->terminal = out;
	return out;
}

Record *
last_record(void)
{
	assert_true(records_n > 0);
	return &made[records_n - 1];
}

struct registry *
build(void)
{
	struct registry *registry = NULL;
	struct reason why = { "" };
	enum status status = registry_build(records, records_n, &registry, &why);
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), why.text);
	return registry;
}

void
refused(enum status expected, const char *part)
{
	struct registry *registry = NULL;
	struct reason why = { "" };
	assert_int_equal(registry_build(records, records_n, &registry, &why), expected);
	assert_null(registry);
	if (strstr(why.text, part) == NULL)
		fail_msg("'%s' is not in: %s", part, why.text);
}
