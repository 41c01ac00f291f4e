/*
 * The machines of Ceke as a gateway beside them tells of them: AGVs that work, charge, stop and fail, gates, and scales that fall
 * silent now and then or repeat one reading. Each tells when it changes, and again each hour. The same seed and days give the same
 * reports. Owns nothing beyond itself (about 2 KiB); one thread.
 */
#ifndef JUYAN_SIMULATE_PARK_H
#define JUYAN_SIMULATE_PARK_H

#include "random.h"
#include "wire.h"

enum { PARK_AGVS = 8, PARK_GATES = 2, PARK_SCALES = 2, PARK_MACHINES = PARK_AGVS + PARK_GATES + PARK_SCALES + 1 };

struct park_machine {
	char name[16];
	char lane[16];
	Juyan__V1__MachineKind kind;
	Juyan__V1__Condition condition;
	int64_t tells_ms, changes_ms;
	struct random random;
};

struct park {
	struct park_machine machine[PARK_MACHINES];
	const char *port;
	int64_t end_ms;
	Juyan__V1__Event event;
	Juyan__V1__MachineReported reported;
	uint8_t bytes[512];
};

/*
 * From the beginning of one day to the end of the other; both are days of the simulation (port_calendar.h). The port's id is
 * lent.
 */
void park_open(struct park *park, const char *port, uint64_t seed, int64_t from_day, int64_t to_day);
/* When the next is told; INT64_MAX: no more. */
int64_t park_next_ms(const struct park *park);
/* The next report, of which there is one; its bytes and `*message` are lent until the next call. Returns how many bytes. */
size_t park_take(struct park *park, const Juyan__V1__Event **message);

#endif
