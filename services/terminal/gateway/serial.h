/* A serial line of this machine, as raw bytes. The caller owns the descriptor, which is non-blocking. */
#ifndef JUYAN_GATEWAY_SERIAL_H
#define JUYAN_GATEWAY_SERIAL_H

#include <stdint.h>
#include <termios.h>

#include "status.h"

struct serial {
	const char *path; /* lent */
	speed_t speed;
	tcflag_t form; /* of c_cflag: bits, parity, stop bits */
};

/* `form` such as "8N1" or "7E1". SYNTAX with what was expected. */
enum status serial_settings(const char *path, int64_t baud, const char *form, struct serial *out, struct reason *why) MUST_USE;
/* SYSTEM: it cannot be opened, or is no serial line. */
enum status serial_open(const struct serial *serial, int *fd, struct reason *why) MUST_USE;

#endif
