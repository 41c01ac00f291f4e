/*
 * A connection to PostgreSQL, where every wait has a deadline and ends at once when the service is to stop. The only file that
 * knows libpq. A line owns its connection and what it was answered last; one thread. After any trouble it can only be closed: what
 * was under way was given up, or (a commit) nobody knows.
 */
#ifndef JUYAN_WAREHOUSE_PGLINE_H
#define JUYAN_WAREHOUSE_PGLINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trouble.h"

struct pgline;

enum { PGLINE_CONNECT_S = 5, PGLINE_SERVER_BYTES = 96 };

struct pgline_options {
	const char *conninfo;
	int64_t timeout_ms;      /* for a statement, at both ends */
	const atomic_bool *stop; /* ends every wait */
};

/* Connects to whichever of its hosts takes writes, and looks whether it is a server that can be used. */
enum trouble pgline_open(const struct pgline_options *options, struct pgline **out, struct reason *why) MUST_USE;
void pgline_close(struct pgline **line); /* safe on NULL */

/* What the server says it is, and where it is. */
const char *pgline_server(const struct pgline *line);

/* Whether the other end is still there, as far as the socket knows: for a line on which nothing is asked. */
enum trouble pgline_look(struct pgline *line, struct reason *why) MUST_USE;

/* Statements without answers, separated by semicolons. */
enum trouble pgline_run(struct pgline *line, const char *sql, struct reason *why) MUST_USE;

/* One statement. Its answer is the line's until the next call. A parameter may be NULL. */
enum trouble pgline_ask(struct pgline *line, const char *sql, const char *const *parameters, size_t n, struct reason *why) MUST_USE;
size_t pgline_rows(const struct pgline *line);
uint64_t pgline_changed(const struct pgline *line);                         /* rows that the statement wrote */
const char *pgline_cell(const struct pgline *line, size_t row, int column); /* NULL: null */

/* COPY … FROM STDIN with these bytes. */
enum trouble pgline_copy(struct pgline *line, const char *sql, const char *bytes, size_t n, struct reason *why) MUST_USE;

/* The code of what went wrong last, such as "42501"; empty: it had none. */
const char *pgline_state(const struct pgline *line);

#endif
