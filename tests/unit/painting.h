/* One ledger and one painter for each test, and the picture that was painted last. For tests of one thread. */
#ifndef JUYAN_TESTS_PAINTING_H
#define JUYAN_TESTS_PAINTING_H

#include "check.h"

#include "painted.h"

static struct studio studio;
static json_t *picture;

static inline int
fresh(void **state)
{
	said_forget(state);
	studio_open(&studio);
	picture = NULL;
	return 0;
}

static inline int
done(void **state)
{
	(void)state;
	json_decref(picture);
	studio_close(&studio);
	return 0;
}

static inline void
now(int64_t ms)
{
	painter_set_now(studio.painter, ms, true);
}

static inline void
live(void)
{
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Live", painter_live(studio.painter, &picture, &studio.why));
}

#endif
