/*
 * A server for tests, in this process (ingest alone) or as `juyan serve` in its own, over the transport that is asked
 * for. Started again it listens where it did before. What fails fails the test.
 */
#ifndef JUYAN_TESTS_SERVER_H
#define JUYAN_TESTS_SERVER_H

#include <stdio.h>

#include "../unit/folder.h"
#include "door.h"
#include "host.h"

enum { DEADLINE_MS = 30000 };
enum transport { INPROC, IPC, TCP };

struct server {
	enum transport transport;
	bool own_process;
	char folder[FOLDER_BYTES];
	char listen[128]; /* with the port of the first start */
	char endpoint[DOOR_ENDPOINT_BYTES];
	uint8_t key[PUBLIC_KEY_BYTES];
	struct key_pair admin;
	bool no_room; /* it finds the disk too full to take anything */
	FILE *log_stream;
	struct log *log;
	struct host *host; /* in this process */
	pid_t pid;         /* in its own */
	int out;
};

/* What the last call that failed says. */
extern struct reason why;
void expect(enum status status, enum status expected);

void server_start(struct server *server);
void server_stop(struct server *server);

#endif
