/* What becomes of a well-formed event, by the registry. */
#include "check.h"

#include <string.h>

#include "judge.h"

enum { ADMIN = 1, GATE = 2, REVOKED = 3, UNKNOWN = 4 };

/* protobuf-c wants texts that could be written; nobody does. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

static struct registry *registry;

/* Ceke and Wuliji; an administrator, a gate that may release at Ceke, a revoked terminal. */
static int
start(void **unused)
{
	(void)unused;
	char *all[] = { TEXT("*") }, *ceke[] = { TEXT("ceke") }, *released[] = { TEXT("released") };
	uint8_t keys[3][PUBLIC_KEY_BYTES] = { { 1 }, { 2 }, { 3 } };
	Juyan__V1__Port ports[2];
	Juyan__V1__Terminal terminals[3];
	Juyan__V1__RegistryRecord records[5];
	const Juyan__V1__RegistryRecord *pointers[5];
	for (int i = 0; i < 5; i++) {
		juyan__v1__registry_record__init(&records[i]);
		pointers[i] = &records[i];
	}
	for (int i = 0; i < 2; i++) {
		juyan__v1__port__init(&ports[i]);
		ports[i].id = TEXT(i == 0 ? "ceke" : "wuliji");
		ports[i].utc_offset = TEXT("+08:00");
		ports[i].count_on = JUYAN__V1__COUNT_ON__RELEASE;
		records[i].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
		records[i].port = &ports[i];
	}
	for (int i = 0; i < 3; i++) {
		juyan__v1__terminal__init(&terminals[i]);
		terminals[i].terminal_no = (uint32_t)i + 1;
		terminals[i].name = TEXT("gate 策克");
		terminals[i].public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, keys[i] };
		terminals[i].ports = i == 1 ? ceke : all;
		terminals[i].kinds = i == 1 ? released : all;
		terminals[i].n_ports = terminals[i].n_kinds = 1;
		records[2 + i].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
		records[2 + i].terminal = &terminals[i];
	}
	terminals[0].administrator = true;
	terminals[2].revoked = true;
	return registry_build(pointers, 5, &registry, NULL) == STATUS_OK ? 0 : -1;
}

static int
stop(void **unused)
{
	(void)unused;
	registry_close(&registry);
	return 0;
}

static void
judged(uint32_t terminal_no, const Juyan__V1__Event *event, enum status expected, const char *part)
{
	struct reason why = { "" };
	assert_int_equal(judge_event(registry, terminal_no, event, &why), expected);
	assert_int_equal(judge_event(registry, terminal_no, event, NULL), expected);
	if (strstr(why.text, part) == NULL)
		fail_msg("'%s' is not in: %s", part, why.text);
}

static Juyan__V1__Event
event_at(char *port, Juyan__V1__Released *released)
{
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	juyan__v1__released__init(released);
	event.port = port;
	event.batch_no = TEXT("B1");
	event.what_case = JUYAN__V1__EVENT__WHAT_RELEASED;
	event.released = released;
	return event;
}

static void
test_rights_and_ports(void **unused)
{
	(void)unused;
	Juyan__V1__Released released;
	Juyan__V1__Event ceke = event_at(TEXT("ceke"), &released), wuliji = event_at(TEXT("wuliji"), &released),
			 cek = event_at(TEXT("cek"), &released);
	judged(GATE, &ceke, STATUS_OK, "");
	judged(ADMIN, &wuliji, STATUS_OK, "");
	judged(GATE, &wuliji, STATUS_NOT_AUTHORISED, "terminal 2 (gate 策克) has no right to send released for port wuliji");
	judged(GATE, &cek, STATUS_UNKNOWN_PORT, "the registry does not know the port 'cek'");
	/* Its session is closed elsewhere; what it sent before may leave quarantine. */
	judged(REVOKED, &ceke, STATUS_OK, "");
	judged(UNKNOWN, &ceke, STATUS_NOT_AUTHORISED, "terminal 4 is not in the registry");
	judged(UNKNOWN, &cek, STATUS_NOT_AUTHORISED, "terminal 4 is not in the registry");
}

static void
test_another_kind_is_not_allowed(void **unused)
{
	(void)unused;
	Juyan__V1__Inspected inspected = JUYAN__V1__INSPECTED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.port = TEXT("ceke");
	event.batch_no = TEXT("B1");
	event.what_case = JUYAN__V1__EVENT__WHAT_INSPECTED;
	event.inspected = &inspected;
	judged(GATE, &event, STATUS_NOT_AUTHORISED, "no right to send inspected for port ceke");
	judged(ADMIN, &event, STATUS_OK, "");
}

static void
test_administration(void **unused)
{
	(void)unused;
	Juyan__V1__Port port = JUYAN__V1__PORT__INIT;
	Juyan__V1__RegistryRecord record = JUYAN__V1__REGISTRY_RECORD__INIT, *one[] = { &record };
	Juyan__V1__RegistryChanged change = JUYAN__V1__REGISTRY_CHANGED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = &change;
	change.by = TEXT("operator");
	change.reason = TEXT("test");
	change.put = one;
	change.n_put = 1;
	record.record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
	record.port = &port;
	port.id = TEXT("mandula");
	port.utc_offset = TEXT("+8");
	port.count_on = JUYAN__V1__COUNT_ON__RELEASE;
	judged(GATE, &event, STATUS_NOT_AUTHORISED, "registry_changed, which only an administrator may");
	judged(ADMIN, &event, STATUS_OUT_OF_RANGE, "port/mandula: utc_offset");
	port.utc_offset = TEXT("+08:00");
	judged(ADMIN, &event, STATUS_OK, "");
	/* A record that is dropped needs its name alone. */
	change.n_put = 0;
	change.drop = one;
	change.n_drop = 1;
	port.utc_offset = TEXT("");
	judged(ADMIN, &event, STATUS_OK, "");
	port.id = TEXT("");
	judged(ADMIN, &event, STATUS_MISSING_FIELD, "drop[0] names no record");
}

static void
test_release_from_quarantine(void **unused)
{
	(void)unused;
	Juyan__V1__QuarantineReleased release = JUYAN__V1__QUARANTINE_RELEASED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.what_case = JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED;
	event.quarantine_released = &release;
	judged(ADMIN, &event, STATUS_OK, "");
	judged(GATE, &event, STATUS_NOT_AUTHORISED, "only an administrator may");
	judged(REVOKED, &event, STATUS_NOT_AUTHORISED, "only an administrator may");
}

static void
test_a_note(void **unused)
{
	(void)unused;
	Juyan__V1__Noted noted = JUYAN__V1__NOTED__INIT;
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	event.what_case = JUYAN__V1__EVENT__WHAT_NOTED;
	event.noted = &noted;
	judged(ADMIN, &event, STATUS_OK, "");
	judged(GATE, &event, STATUS_NOT_AUTHORISED, "noted, which only an administrator may");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rights_and_ports, start, stop),
		cmocka_unit_test_setup_teardown(test_another_kind_is_not_allowed, start, stop),
		cmocka_unit_test_setup_teardown(test_administration, start, stop),
		cmocka_unit_test_setup_teardown(test_release_from_quarantine, start, stop),
		cmocka_unit_test_setup_teardown(test_a_note, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
