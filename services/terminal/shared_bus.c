/* One bus and a count of those who use it: see shared_bus.h. */
#include "shared_bus.h"

#include <pthread.h>

static pthread_mutex_t bus_guard = PTHREAD_MUTEX_INITIALIZER;
static struct bus *shared_bus;
static unsigned bus_users;

enum status
shared_bus_borrow(struct bus **out, struct reason *why)
{
	pthread_mutex_lock(&bus_guard);
	enum status status = bus_users == 0 ? bus_open(&shared_bus, why) : STATUS_OK;
	if (status == STATUS_OK) {
		bus_users++;
		*out = shared_bus;
	}
	pthread_mutex_unlock(&bus_guard);
	return status;
}

void
shared_bus_return(struct bus **bus)
{
	if (*bus == NULL)
		return;
	pthread_mutex_lock(&bus_guard);
	if (--bus_users == 0)
		bus_close(&shared_bus);
	pthread_mutex_unlock(&bus_guard);
	*bus = NULL;
}
