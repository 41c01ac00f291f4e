/*
 * Whoever speaks to a gateway: the standard input, and programs of this machine over a Unix socket. Each says events in JSON, one
 * on a line, and hears of each in the order of its lines, once it is on the disk: {"taken": PLACE}, or {"wrong": SENTENCE}, or
 * {"full": SENTENCE}. The standard input hears nothing but of what is wrong, on stderr.
 *
 * A speaker owns its descriptor and its buffers, which are bounded: who does not read his answers is not read either. One thread.
 */
#ifndef JUYAN_TOOLS_GATEWAY_H
#define JUYAN_TOOLS_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "juyan.h"

enum { GATEWAY_LINE_BYTES_MAX = 256 * 1024, GATEWAY_ANSWER_BYTES = 640 };

struct speaker;

/* `answers` false: complaints go to stderr as NAME:LINE. NULL: no memory (the descriptor is then still the caller's). */
struct speaker *speaker_open(int fd, bool answers, const char *name);
void speaker_close(struct speaker **speaker);
int speaker_fd(const struct speaker *speaker);

/* What to poll for: POLLIN, POLLOUT, both or none. */
short speaker_wants(const struct speaker *speaker);
/* Whether there is a whole line, or the end, to deal with though nothing new has come. */
bool speaker_has_line(const struct speaker *speaker);
/* Reads and writes what can be without waiting. False: it is gone, or has said all and heard all. */
bool speaker_move(struct speaker *speaker, short events);
/*
 * Hands whole lines over, as many as one sync takes, and answers them. Where there is no room, the standard input waits; who hears
 * answers hears "full" for every line of the group. `wrong` counts lines that were not taken. A result other
 * than OK, WRONG and FULL is the end of the gateway; `why` has the sentence.
 */
enum juyan_result speaker_deal(struct speaker *speaker, struct juyan *juyan, uint64_t *wrong, char *why, size_t why_bytes);

#endif
