/*
 * The waits of pgline.h. Connecting is libpq's own blocking call with its timeout for each host, for only that goes on to the next
 * host when one does not answer; everything behind it is asynchronous and polls the socket.
 */
#include "pgline.h"

#include <assert.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TURN_MS = 100, COPY_PIECE = 64 * 1024, STATE_BYTES = 8, OLDEST_SERVER = 150000, OPTIONS_MAX = 8 };

struct pgline {
	PGconn *connection;
	PGresult *answer;
	int64_t timeout_ms;
	const atomic_bool *stop;
	char state[STATE_BYTES];
	char server[PGLINE_SERVER_BYTES];
};

static int64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
pgline_close(struct pgline **line)
{
	if (*line == NULL)
		return;
	PQclear((*line)->answer);
	PQfinish((*line)->connection);
	free(*line);
	*line = NULL;
}

/* libpq's sentences end with a line's end and may have several lines; the log wants one. */
static void
say(struct reason *why, const char *what, const char *message)
{
	char line[SENTENCE_BYTES_MAX];
	size_t n = 0;
	for (; message[n] != '\0' && n + 1 < sizeof line; n++)
		line[n] = (char)((unsigned char)message[n] < ' ' ? ' ' : message[n]);
	while (n > 0 && line[n - 1] == ' ')
		n--;
	line[n] = '\0';
	(void)reason_say(why, STATUS_CLOSED, "%s%.200s", what, line);
}

/* ---- waiting ---- */

/* Until the socket is ready for `events`; SLOW when the time is over, AWAY when it is to stop. */
static enum trouble
wait_for(const struct pgline *line, short events, int64_t until_ms, struct reason *why)
{
	for (;;) {
		struct pollfd fd = { .fd = PQsocket(line->connection), .events = events };
		int64_t left = until_ms - now_ms();
		if (atomic_load(line->stop)) {
			(void)reason_say(why, STATUS_INTERRUPTED, "it was asked to stop");
			return TROUBLE_AWAY;
		}
		if (left <= 0) {
			(void)reason_say(why, STATUS_TIMEOUT, "PostgreSQL did not answer within %lld ms",
			    (long long)line->timeout_ms);
			return TROUBLE_SLOW;
		}
		if (fd.fd < 0 || poll(&fd, 1, left < TURN_MS ? (int)left : TURN_MS) > 0)
			return TROUBLE_NONE;
	}
}

static enum trouble
lost(const struct pgline *line, struct reason *why)
{
	say(why, "", PQerrorMessage(line->connection));
	return TROUBLE_AWAY;
}

/* Sends what libpq still holds; takes in what comes meanwhile, as a server that waits for us to read would else wait for ever. */
static enum trouble
flush(struct pgline *line, int64_t until_ms, struct reason *why)
{
	int left;
	while ((left = PQflush(line->connection)) > 0) {
		enum trouble trouble = wait_for(line, POLLIN | POLLOUT, until_ms, why);
		if (trouble != TROUBLE_NONE)
			return trouble;
		if (PQconsumeInput(line->connection) == 0)
			return lost(line, why);
	}
	return left < 0 ? lost(line, why) : TROUBLE_NONE;
}

/* The next result; NULL when there is none any more. */
static enum trouble
next_result(struct pgline *line, int64_t until_ms, PGresult **out, struct reason *why)
{
	while (PQisBusy(line->connection)) {
		enum trouble trouble = wait_for(line, POLLIN, until_ms, why);
		if (trouble != TROUBLE_NONE)
			return trouble;
		if (PQconsumeInput(line->connection) == 0)
			return lost(line, why);
	}
	*out = PQgetResult(line->connection);
	return TROUBLE_NONE;
}

static enum trouble
fail(struct pgline *line, const PGresult *result, struct reason *why)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	snprintf(line->state, sizeof line->state, "%s", state == NULL ? "" : state);
	say(why, "", message != NULL ? message : PQresultErrorMessage(result));
	return trouble_of_state(state);
}

/* All results of what was sent; the last that has rows or changed some becomes the answer. The first that fails is told. */
static enum trouble
take_results(struct pgline *line, struct reason *why)
{
	int64_t until_ms = now_ms() + line->timeout_ms;
	enum trouble trouble = flush(line, until_ms, why), failed = TROUBLE_NONE;
	PGresult *result = NULL;
	PQclear(line->answer);
	line->answer = NULL;
	while (trouble == TROUBLE_NONE && (trouble = next_result(line, until_ms, &result, why)) == TROUBLE_NONE && result != NULL) {
		ExecStatusType kind = PQresultStatus(result);
		bool fine = kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK || kind == PGRES_COPY_IN;
		if (!fine && failed == TROUBLE_NONE)
			failed = fail(line, result, why);
		PQclear(line->answer);
		line->answer = result;
		if (kind == PGRES_COPY_IN)
			break;
	}
	return failed != TROUBLE_NONE ? failed : trouble;
}

enum trouble
pgline_look(struct pgline *line, struct reason *why)
{
	if (PQconsumeInput(line->connection) == 0 || PQstatus(line->connection) != CONNECTION_OK)
		return lost(line, why);
	return TROUBLE_NONE;
}

/* ---- statements ---- */

enum trouble
pgline_run(struct pgline *line, const char *sql, struct reason *why)
{
	line->state[0] = '\0';
	return PQsendQuery(line->connection, sql) == 1 ? take_results(line, why) : lost(line, why);
}

enum trouble
pgline_ask(struct pgline *line, const char *sql, const char *const *parameters, size_t n, struct reason *why)
{
	line->state[0] = '\0';
	int sent = PQsendQueryParams(line->connection, sql, (int)n, NULL, parameters, NULL, NULL, 0);
	return sent == 1 ? take_results(line, why) : lost(line, why);
}

size_t
pgline_rows(const struct pgline *line)
{
	return (size_t)PQntuples(line->answer);
}

uint64_t
pgline_changed(const struct pgline *line)
{
	return strtoull(PQcmdTuples(line->answer), NULL, 10);
}

const char *
pgline_cell(const struct pgline *line, size_t row, int column)
{
	return PQgetisnull(line->answer, (int)row, column) ? NULL : PQgetvalue(line->answer, (int)row, column);
}

const char *
pgline_state(const struct pgline *line)
{
	return line->state;
}

const char *
pgline_server(const struct pgline *line)
{
	return line->server;
}

/* The deadline is of each piece: a slow line that goes on is no trouble. */
static enum trouble
send_pieces(struct pgline *line, const char *bytes, size_t n, struct reason *why)
{
	for (size_t at = 0; at < n;) {
		size_t piece = n - at < COPY_PIECE ? n - at : COPY_PIECE;
		int64_t until_ms = now_ms() + line->timeout_ms;
		int put = PQputCopyData(line->connection, bytes + at, (int)piece);
		if (put < 0)
			return lost(line, why);
		at += put == 1 ? piece : 0;
		enum trouble trouble = flush(line, until_ms, why);
		if (trouble != TROUBLE_NONE)
			return trouble;
	}
	return TROUBLE_NONE;
}

enum trouble
pgline_copy(struct pgline *line, const char *sql, const char *bytes, size_t n, struct reason *why)
{
	enum trouble trouble = pgline_run(line, sql, why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	assert(PQresultStatus(line->answer) == PGRES_COPY_IN);
	trouble = send_pieces(line, bytes, n, why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	int64_t until_ms = now_ms() + line->timeout_ms;
	int ended;
	while ((ended = PQputCopyEnd(line->connection, NULL)) == 0 && trouble == TROUBLE_NONE)
		trouble = flush(line, until_ms, why);
	if (trouble == TROUBLE_NONE && ended < 0)
		trouble = lost(line, why);
	return trouble == TROUBLE_NONE ? take_results(line, why) : trouble;
}

/* ---- connecting ---- */

/* The string's own settings stand behind ours, and win. */
static PGconn *
connect_to(const char *conninfo)
{
	char seconds[16];
	snprintf(seconds, sizeof seconds, "%d", PGLINE_CONNECT_S);
	const char *const names[OPTIONS_MAX] = { "connect_timeout", "application_name", "target_session_attrs", "keepalives_idle",
		"tcp_user_timeout", "dbname", "client_encoding", NULL };
	const char *const values[OPTIONS_MAX] = { seconds, "juyan", "read-write", "30", "30000", conninfo, "UTF8", NULL };
	return PQconnectdbParams(names, values, 1);
}

/*
 * PostgreSQL itself has to be 15 or newer. The engines that speak its protocol number themselves otherwise: they are taken as they
 * are, and the schema says whether they will do.
 */
static enum trouble
check_server(struct pgline *line, struct reason *why)
{
	const char *version = PQparameterStatus(line->connection, "server_version");
	const char *encoding = PQparameterStatus(line->connection, "server_encoding");
	const char *host = PQhost(line->connection), *port = PQport(line->connection);
	snprintf(line->server, sizeof line->server, "%.24s at %.48s:%.8s", version == NULL ? "?" : version,
	    host == NULL ? "?" : host, port == NULL ? "?" : port);
	if (encoding != NULL && strcmp(encoding, "UTF8") != 0) {
		(void)reason_say(why, STATUS_SETTING, "the database's encoding is %.32s; expected: UTF8", encoding);
		return TROUBLE_VERSION;
	}
	if (PQserverVersion(line->connection) >= OLDEST_SERVER)
		return TROUBLE_NONE;
	enum trouble trouble = pgline_run(line, "SELECT version()", why);
	if (trouble != TROUBLE_NONE)
		return trouble;
	const char *whole = pgline_rows(line) == 1 ? pgline_cell(line, 0, 0) : NULL;
	if (whole != NULL && (strncmp(whole, "PostgreSQL ", strlen("PostgreSQL ")) != 0 || strstr(whole, "-YB-") != NULL))
		return TROUBLE_NONE;
	(void)reason_say(why, STATUS_VERSION, "the server is PostgreSQL %.32s; expected: 15 or newer",
	    version == NULL ? "?" : version);
	return TROUBLE_VERSION;
}

static enum trouble
prepare(struct pgline *line, struct reason *why)
{
	char sql[128];
	snprintf(sql, sizeof sql, "SET statement_timeout = %lld; SET datestyle = 'ISO'; SET timezone = 'UTC'",
	    (long long)line->timeout_ms);
	return pgline_run(line, sql, why);
}

/* Warnings of the server are its log's; ours says what fails. */
static void
ignore_notice(void *user, const PGresult *result)
{
	(void)user;
	(void)result;
}

enum trouble
pgline_open(const struct pgline_options *options, struct pgline **out, struct reason *why)
{
	struct pgline *line = calloc(1, sizeof *line);
	enum trouble trouble = TROUBLE_NONE;
	if (line == NULL || (line->connection = connect_to(options->conninfo)) == NULL) {
		free(line);
		(void)reason_say(why, STATUS_NO_MEMORY, "memory ran out");
		return TROUBLE_AWAY;
	}
	line->timeout_ms = options->timeout_ms;
	line->stop = options->stop;
	const char *message = PQerrorMessage(line->connection);
	if (PQstatus(line->connection) != CONNECTION_OK) {
		/* libpq would repeat the word, which may be half of a password. */
		say(why, "", strstr(message, "missing \"=\"") != NULL ? "a word of the connection string has no value" : message);
		trouble = trouble_of_connecting(message);
	} else if (PQsetnonblocking(line->connection, 1) != 0) {
		trouble = lost(line, why);
	} else {
		PQsetNoticeReceiver(line->connection, ignore_notice, NULL);
		trouble = check_server(line, why);
		if (trouble == TROUBLE_NONE)
			trouble = prepare(line, why);
	}
	if (trouble != TROUBLE_NONE)
		pgline_close(&line);
	else
		*out = line;
	return trouble;
}
