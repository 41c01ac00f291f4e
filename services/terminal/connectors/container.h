/* Container numbers as machines and forms write them, for an event. Any thread, with findings of its own. */
#ifndef JUYAN_CONNECTORS_CONTAINER_H
#define JUYAN_CONNECTORS_CONTAINER_H

#include "findings.h"

/*
 * A copy in plain writing: letters in upper case, without white space, hyphens, dots and slashes. A number that begins as ISO
 * 6346 says it, and lacks its check digit or has a wrong one, gives a remark check_digit, and is kept as it is. What looks
 * otherwise is a yard's own number: no remark. "" where nothing is left; NULL where the findings are full.
 */
char *container_number(struct findings *findings, const char *text);

#endif
