/* Plates as machines write them, so that two writings of one plate are equal. Owns nothing; any thread. */
#ifndef JUYAN_CONNECTORS_PLATE_H
#define JUYAN_CONNECTORS_PLATE_H

#include <stddef.h>

/* Without white space, hyphens, dots and middle dots; Latin and Cyrillic letters in upper case; cut at a whole sign. */
void plate_plain(const char *plate, char *out, size_t bytes);

#endif
