/*
 * Who drives. A driver's number and name are personal data: they go nowhere, unless the gateway has a key for drivers
 * (`driver_secret`); then a short pseudonym goes into the event, the same one for the same number, and without the key nobody can
 * tell whose it is, nor try numbers out. Whoever holds the key can. Owns nothing; any thread.
 */
#ifndef JUYAN_CONNECTORS_DRIVER_H
#define JUYAN_CONNECTORS_DRIVER_H

#include "connector.h"

enum { DRIVER_KEY_BYTES = 32, DRIVER_DIGITS = 16 };

/*
 * The pseudonym of what a message says of its driver, into a text of an event: 16 hexadecimal digits of its keyed BLAKE2b, spaces,
 * hyphens and capital letters apart. Without a key, where nothing is said, or where the findings are full, the field stays as it
 * was.
 */
void driver_put(struct findings *findings, const struct place *place, const char *said, char **field);

#endif
