/* The day's checkpoint: see due.h. */
#include "due.h"

#include "civil.h"

#define MS_PER_MINUTE INT64_C(60000)

int64_t
due_ms_before(int64_t now_ms, int32_t offset_minutes, int64_t after_midnight_minutes)
{
	/* The local time by which the day begins so much later. */
	int64_t shift_ms = (offset_minutes - after_midnight_minutes) * MS_PER_MINUTE;
	return civil_day_of_ms(now_ms + shift_ms) * CIVIL_MS_PER_DAY - shift_ms;
}

bool
due_now(int64_t now_ms, int64_t last_made_ms, int32_t offset_minutes, int64_t after_midnight_minutes)
{
	return last_made_ms < due_ms_before(now_ms, offset_minutes, after_midnight_minutes);
}
