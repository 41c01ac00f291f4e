/*
 * A flag that ends what takes long: whoever works for more than a moment looks at it in between. Set by another thread, never
 * cleared.
 */
#ifndef JUYAN_FORECAST_STOP_H
#define JUYAN_FORECAST_STOP_H

#include <stdatomic.h>
#include <stddef.h>

#include "status.h"

/* INTERRUPTED once it is true; NULL: never. */
static inline enum status
stop_look(const atomic_bool *stop)
{
	return stop != NULL && atomic_load(stop) ? STATUS_INTERRUPTED : STATUS_OK;
}

#endif
