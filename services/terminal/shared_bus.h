/*
 * The bus of a process in which several spools are open: ZeroMQ wants one context, for the end of one may break the other's
 * encryption. It is made for the first and ends with the last. Any thread.
 */
#ifndef JUYAN_TERMINAL_SHARED_BUS_H
#define JUYAN_TERMINAL_SHARED_BUS_H

#include "bus.h"

enum status shared_bus_borrow(struct bus **out, struct reason *why) MUST_USE;
/* All sockets made with it have to be closed. Safe on NULL; clears the pointer. */
void shared_bus_return(struct bus **bus);

#endif
