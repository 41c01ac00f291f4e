/*
 * How the warehouse stands, told to other processes and threads in DIR/run/warehouse.json: to `juyan warehouse`, and to the dashboard
 * for its health and its metrics. The file is there while the service runs and is on. Pure but for that file.
 */
#ifndef JUYAN_WAREHOUSE_POSTURE_H
#define JUYAN_WAREHOUSE_POSTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "trouble.h"

struct posture {
	uint64_t version; /* grows with each change; not told */
	bool connected;
	enum trouble trouble;
	char sentence[SENTENCE_BYTES_MAX]; /* of the trouble */
	int64_t since_ms;                  /* since when it stands so */
	uint64_t lsn, ledger_lsn;
	int64_t written_ms; /* when it wrote last; 0: not yet */
	int64_t told_ms;
};

enum status posture_write(const char *data_dir, const struct posture *posture, struct reason *why) MUST_USE;
void posture_remove(const char *data_dir);

#endif
