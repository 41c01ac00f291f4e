/*
 * Scenarios as a YAML file, alone and over a ground of ports and levers; what is taken can be packed into a question.
 *
 * reads: tools/scenario_file.c services/forecast/scenario_check.c
 */
#include "fuzz.h"
#include "scenario_file.h"

enum { ARENA_BYTES = 4 * 1024 * 1024 };

static Juyan__V1__Lever lanes = JUYAN__V1__LEVER__INIT;

static struct scenario_ground
some_ground(void)
{
	static const char *const ports[] = { "ceke", "wuliji" };
	static const Juyan__V1__Lever *const levers[] = { &lanes };
	static char port[] = "ceke", name[] = "lanes";
	lanes.port = port;
	lanes.name = name;
	lanes.mode = JUYAN__V1__MODE__TRUCK;
	lanes.now = 4;
	lanes.most = 9;
	return (struct scenario_ground){ .ports = ports, .n_ports = 2, .levers = levers, .n_levers = 1 };
}

static void
read_file(struct span bytes, const struct scenario_ground *ground)
{
	struct scenario_file file = { .n = 0 };
	struct reason why = { "" };
	enum status s =
	    scenario_file_parse("s", (const char *)bytes.data, bytes.bytes, ground, fuzz_arena(0, ARENA_BYTES), &file, &why);
	fuzz_holds(s == STATUS_OK || s == STATUS_NO_MEMORY || strncmp(why.text, "s:", 2) == 0);
	if (s != STATUS_OK)
		return;
	fuzz_holds(file.n > 0 && file.n <= SCENARIO_FILE_MAX);
	for (size_t i = 0; i < file.n; i++) {
		const ProtobufCMessage *again = NULL;
		struct span packed = fuzz_packed(&file.scenarios[i]->base, fuzz_arena(1, 4 * FRAME_BYTES_MAX));
		fuzz_holds(wire_unpack(&juyan__v1__scenario__descriptor, packed, fuzz_arena(2, DECODE_BYTES_MAX), &again, &why) ==
		    STATUS_OK);
		for (size_t k = 0; ground != NULL && k < file.scenarios[i]->n_changes; k++)
			fuzz_holds(scenario_check(file.scenarios[i]->changes[k], ground, &why) == STATUS_OK);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct scenario_ground ground = some_ground();
	read_file((struct span){ data, bytes }, NULL);
	read_file((struct span){ data, bytes }, &ground);
	return 0;
}
