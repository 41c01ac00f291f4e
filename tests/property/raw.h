/* A terminal of another maker, who has only the proto files: says a message, hears one. What fails fails the test. */
#ifndef JUYAN_TESTS_RAW_H
#define JUYAN_TESTS_RAW_H

#include "bus.h"
#include "ingest.pb-c.h"

/* Tries until the connection is there. */
void raw_say(struct bus_socket *socket, const Juyan__V1__FromTerminal *from, struct arena *arena);
/* What is heard lives in the arena until the next call. */
const Juyan__V1__ToTerminal *raw_hear(struct bus_socket *socket, struct arena *arena);

#endif
