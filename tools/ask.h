/*
 * Questions from tools: over the bus to the query service if one runs, else straight to the ledger in the data folder, read only.
 * The caller owns an ask and closes it; one thread.
 */
#ifndef JUYAN_TOOLS_ASK_H
#define JUYAN_TOOLS_ASK_H

#include "env.h"
#include "options.h"
#include "query.pb-c.h"

struct ask;

enum { ASK_WAIT_MS = 10000 };

enum status ask_open(const struct tool_connection *connection, struct ask **out, struct reason *why) MUST_USE;
/* Of an environment that is the caller's, and outlives it. */
enum status ask_open_on(struct env *env, struct ask **out, struct reason *why) MUST_USE;
void ask_close(struct ask **ask);

/*
 * Fills in version and nonce, and waits at most ASK_WAIT_MS. A Failure comes back as its status with its sentence. The answer is
 * lent until the next question.
 */
enum status ask_question(struct ask *ask, Juyan__V1__Question *question, const Juyan__V1__Answer **out,
    struct reason *why) MUST_USE;

#endif
