/*
 * Trips of vehicles under any weather: random schedules of states, with repetitions, with older states between, without a word of
 * their loads, in files of several lines, through restarts and turns without room. The trips are those of a tally of its own, which
 * knows nothing but the rule.
 */
#include "fleet.h"

#include "any.h"

enum { RUNS = 300, VEHICLES = 3, STEPS = 60, KEYS_MAX = 4096, KEY_BYTES = 80, LINE_BYTES = 512 };

struct keys {
	char list[KEYS_MAX][KEY_BYTES];
	size_t n;
};

static struct keys wanted, found;

static void
add(struct keys *keys, const char *key)
{
	for (size_t i = 0; i < keys->n; i++)
		if (strcmp(keys->list[i], key) == 0)
			return;
	assert_true(keys->n < KEYS_MAX);
	snprintf(keys->list[keys->n++], KEY_BYTES, "%s", key);
}

/* The truth of one vehicle: at most two boxes, by their numbers; 0 is none. */
struct truth {
	int order, box[2], boxes_made, node;
	bool heard_of[2]; /* the tally's: known to be aboard … */
	int known[2], known_order[2];
};

static const char *const nodes[] = { "road", "dock", "yard-1", "yard-2" };

static void
move(struct truth *truth)
{
	truth->node = (int)any_below(4);
	if (any_below(3) == 0)
		truth->order++;
	for (int i = 0; i < 2; i++) {
		if (truth->box[i] == 0 && any_below(3) == 0)
			truth->box[i] = ++truth->boxes_made;
		else if (truth->box[i] != 0 && any_below(3) == 0)
			truth->box[i] = 0;
	}
}

/* The rule, once more: what was known to be aboard and is not, at an unloading node, under the last order with it aboard. */
static void
tally(struct truth *truth, int vehicle)
{
	for (int i = 0; i < 2; i++) {
		if (truth->known[i] != 0 && truth->known[i] != truth->box[i] && truth->node >= 2) {
			char key[KEY_BYTES];
			snprintf(key, sizeof key, "K/%d/o%d/b%d-%d", vehicle, truth->known_order[i], i, truth->known[i]);
			add(&wanted, key);
		}
		truth->known[i] = truth->box[i];
		truth->known_order[i] = truth->order;
	}
}

static int
write_state(char *out, size_t bytes, const struct truth *truth, int vehicle, int second, bool with_loads)
{
	char loads[128] = "";
	for (int i = 0; i < 2; i++)
		if (truth->box[i] != 0)
			snprintf(loads + strlen(loads), sizeof loads - strlen(loads), "%s{\"loadId\":\"b%d-%d\"}",
			    loads[0] != '\0' ? "," : "", i, truth->box[i]);
	return snprintf(out, bytes,
	    "{\"timestamp\":\"" NOW_TEXT "00.%03dZ\",\"manufacturer\":\"K\",\"serialNumber\":\"%d\",\"orderId\":\"o%d\","
	    "\"lastNodeId\":\"%s\",\"operatingMode\":\"AUTOMATIC\"%s%s%s}\n",
	    second, vehicle, truth->order, nodes[truth->node], with_loads ? ",\"loads\":[" : "", with_loads ? loads : "",
	    with_loads ? "]" : "");
}

static void
collect(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->out.n; i++) {
		const Juyan__V1__Event *event = fleet->out.list[i].event;
		if (event == NULL)
			fail_msg("%s", fleet->out.list[i].text);
		if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED)
			add(&found, event->source_key);
	}
	findings_clear(&fleet->out);
}

/* Now and then with too little room first, as a turn that is full already has. */
static void
give(struct fleet *fleet, const char *text)
{
	size_t size = fleet->arena.size;
	fleet->arena.size = any_below(4) == 0 ? 16 * any_below(256) : size;
	fleet_take(fleet, "K/x/state", NOW_MS, text);
	bool again = findings_full(&fleet->out);
	if (again)
		findings_clear(&fleet->out);
	fleet->arena.size = size;
	if (again)
		fleet_take(fleet, "K/x/state", NOW_MS, text);
	collect(fleet);
}

static void
restart(struct fleet *fleet, char *kept, size_t *kept_bytes)
{
	struct span span;
	static const struct place place = { "agvs", "ceke", 480, NULL };
	if (fleet->connector->keep(fleet->state, &fleet->arena, &span)) {
		memcpy(kept, span.data, span.bytes);
		*kept_bytes = span.bytes;
	}
	findings_clear(&fleet->out);
	if (any_below(20) != 0)
		return;
	fleet->connector->close(&fleet->state);
	assert_int_equal(fleet->connector->open(yaml_root(fleet->yaml), &place, &fleet->state, NULL), STATUS_OK);
	fleet->connector->recall(fleet->state, (struct span){ (const uint8_t *)kept, *kept_bytes });
}

static void
run(void)
{
	struct fleet fleet;
	struct truth truths[VEHICLES] = { 0 };
	static char kept[64 * 1024], text[64 * LINE_BYTES], old[VEHICLES][LINE_BYTES];
	size_t kept_bytes = 0, n = 0;
	memset(old, 0, sizeof old);
	fleet_open(&fleet, "vda5050", "unload_nodes: [yard-1, yard-2]\n");
	for (int step = 1; step <= STEPS; step++) {
		int vehicle = (int)any_below(VEHICLES);
		struct truth *truth = &truths[vehicle];
		char line[LINE_BYTES];
		bool with_loads = any_below(5) != 0;
		move(truth);
		write_state(line, sizeof line, truth, vehicle, step, with_loads);
		if (with_loads)
			tally(truth, vehicle);
		n += (size_t)snprintf(text + n, sizeof text - n, "%s", line);
		if (any_below(3) == 0) /* once more, or one from before */
			n += (size_t)snprintf(text + n, sizeof text - n, "%s", any_below(2) == 0 ? line : old[vehicle]);
		if (any_below(3) == 0)
			memcpy(old[vehicle], line, sizeof line);
		if (any_below(2) == 0)
			continue;
		give(&fleet, text);
		text[n = 0] = '\0';
		restart(&fleet, kept, &kept_bytes);
	}
	give(&fleet, text);
	fleet_close(&fleet);
}

static void
trips_are_those_of_the_tally(void **unused)
{
	size_t trips = 0;
	(void)unused;
	any_begin();
	for (int i = 0; i < RUNS; i++) {
		wanted.n = found.n = 0;
		run();
		for (size_t k = 0; k < wanted.n; k++) {
			size_t before = found.n;
			add(&found, wanted.list[k]);
			if (found.n != before)
				fail_msg("run %d: the trip %s is missing", i, wanted.list[k]);
		}
		for (size_t k = 0; k < found.n; k++) {
			size_t before = wanted.n;
			add(&wanted, found.list[k]);
			if (wanted.n != before)
				fail_msg("run %d: the trip %s was not made", i, found.list[k]);
		}
		trips += wanted.n;
	}
	assert_true(trips > RUNS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(trips_are_those_of_the_tally) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
