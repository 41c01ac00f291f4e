/*
 * What asks for a person and does not stand in the ledger: how the services that bring its journal elsewhere fare (bulletin.h), as
 * rows before those of an answer to AttentionAsk. Owns nothing; any thread.
 */
#ifndef JUYAN_QUERY_MATTERS_H
#define JUYAN_QUERY_MATTERS_H

#include "query.pb-c.h"
#include "wire.h"

/*
 * *answer, to this question, becomes one with these rows, in the same arena, where there are some; they belong to no port, and no
 * note hides them. Any other question's stays as it is. NO_MEMORY: the arena is used up.
 */
enum status matters_add(const char *data_dir, const Juyan__V1__Question *question, struct arena *arena,
    const Juyan__V1__Answer **answer) MUST_USE;

#endif
