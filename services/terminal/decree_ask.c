/* See decree_ask.h. */
#include "decree_ask.h"

#include <string.h>

enum status
decree_ask(const char *authority, uint64_t after, struct arena *arena, struct span *frame)
{
	Juyan__V1__FromTerminal from = JUYAN__V1__FROM_TERMINAL__INIT;
	Juyan__V1__DecreesAsk ask = JUYAN__V1__DECREES_ASK__INIT;
	from.say_case = JUYAN__V1__FROM_TERMINAL__SAY_DECREES_ASK;
	from.decrees_ask = &ask;
	ask.authority = (char *)(uintptr_t)authority; /* it is only read */
	ask.after = after;
	return wire_pack(&from.base, FRAME_BYTES_MAX, arena, frame);
}

size_t
decree_ask_in_turn(const Juyan__V1__Decrees *told, const char *authority, uint64_t after, struct arena *arena)
{
	size_t n = 0, used = arena->used;
	const Juyan__V1__Event *event;
	while (strcmp(told->authority, authority) == 0 && n < told->n_events) {
		struct span bytes = { told->events[n].data, told->events[n].len };
		bool follows = wire_event(bytes, arena, &event, NULL) == STATUS_OK &&
		    event->what_case == JUYAN__V1__EVENT__WHAT_DECREED && strcmp(event->decreed->authority, authority) == 0 &&
		    event->decreed->number == after + 1 + n;
		arena->used = used;
		if (!follows)
			break;
		n++;
	}
	return n;
}
