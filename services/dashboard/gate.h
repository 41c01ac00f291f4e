/*
 * Who may speak to us at all: by the Host that a browser believes to speak to (a name that is not ours is a page elsewhere that
 * has its name point at this machine), and by where a request says that it comes from. Pure. Any thread.
 */
#ifndef JUYAN_DASHBOARD_GATE_H
#define JUYAN_DASHBOARD_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "http.h"

struct gate {
	bool loopback; /* the names of this machine, with the port, are ours */
	char own[72];  /* then: the address that is listened on, as it stands in a Host; "": none besides */
	bool tls;
	uint16_t port;
	const char *names; /* ours wherever it listens; a proxy may stand before them. With commas between; lent */
};

/* 0: may pass; else the status of the answer, with its sentence: 400, 403, 421. */
unsigned gate_check(const struct gate *gate, const struct http_asked *asked, bool for_programs, struct reason *why);

#endif
