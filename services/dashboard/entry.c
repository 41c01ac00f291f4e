/*
 * Who somebody is: the session of his cookie; or, where there are no accounts and only this machine can ask, whoever asks, as a
 * manager (an administrator's rights need a name). Logging in and out, looking after sessions; the token of those who scrape. The
 * accounts are read again when their file has changed.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "desk_parts.h"

#define COOKIE "juyan-session"

static int64_t
now_s(const struct desk *desk)
{
	return desk_ms(desk) / 1000;
}

bool
entry_open(struct desk *desk)
{
	pthread_mutex_lock(&desk->mutex);
	bool open = desk->gate.loopback && desk->accounts.n == 0 && !desk->accounts_lost;
	pthread_mutex_unlock(&desk->mutex);
	return open;
}

/* A browser takes a "__Host-" from nobody but us: not in clear, and not from a neighbour of our domain. */
static const char *
cookie_name(const struct desk *desk)
{
	return desk->gate.tls ? "__Host-" COOKIE "=" : COOKIE "=";
}

void
entry_token(const struct desk *desk, const char *cookie, char out[SESSION_TOKEN_BYTES])
{
	const char *name = cookie_name(desk);
	size_t name_bytes = strlen(name);
	out[0] = '\0';
	while (cookie != NULL && *cookie != '\0') {
		cookie += strspn(cookie, "; ");
		size_t bytes = strcspn(cookie, ";");
		if (bytes > name_bytes && strncmp(cookie, name, name_bytes) == 0 && bytes - name_bytes < SESSION_TOKEN_BYTES) {
			memcpy(out, cookie + name_bytes, bytes - name_bytes);
			out[bytes - name_bytes] = '\0';
			return;
		}
		cookie += bytes;
	}
}

bool
entry_who(struct desk *desk, const struct http_asked *asked, struct session *out)
{
	char token[SESSION_TOKEN_BYTES];
	entry_token(desk, asked->cookie, token);
	bool known = token[0] != '\0' && sessions_look(desk->sessions, token, now_s(desk), out);
	sodium_memzero(token, sizeof token);
	if (known)
		return true;
	*out = (struct session){ .role = entry_open(desk) ? ROLE_manager : ROLE_none };
	return out->role != ROLE_none;
}

static void
tell(struct desk *desk, const struct session *session, struct http_answer *out)
{
	desk_json(
	    json_pack("{s:s, s:s, s:b}", "name", session->user, "role", role_name(session->role), "accounts", !entry_open(desk)),
	    out);
}

void
entry_whoami(struct desk *desk, const struct request *request, struct http_answer *out)
{
	tell(desk, &request->who, out);
}

static void
set_cookie(const struct desk *desk, const char *token, long seconds, char out[192])
{
	snprintf(out, 192, "%s%s; Path=/; Max-Age=%ld; HttpOnly; SameSite=Strict%s", cookie_name(desk), token, seconds,
	    desk->gate.tls ? "; Secure" : "");
}

void
entry_logout(struct desk *desk, const struct request *request, struct http_answer *out)
{
	sessions_end(desk->sessions, request->token);
	entry_keep(desk, false);
	*out = (struct http_answer){ .status = 204 };
	set_cookie(desk, "", 0, out->cookie);
}

/* ---- logging in ---- */

static bool
verify(struct desk *desk, const char *name, const char *password, struct account *out)
{
	pthread_mutex_lock(&desk->mutex);
	const struct account *found = accounts_find(&desk->accounts, name);
	bool known = found != NULL;
	if (known)
		*out = *found;
	pthread_mutex_unlock(&desk->mutex);
	return account_verify(known ? out : NULL, password);
}

/* The file may have changed while the password was being checked: whose account is not what it was begins no session. */
static enum status
begin_session(struct desk *desk, const struct account *checked, const char *address, char token[SESSION_TOKEN_BYTES],
    struct session *out)
{
	pthread_mutex_lock(&desk->mutex);
	const struct account *is = accounts_find(&desk->accounts, checked->name);
	uint64_t mark = account_mark(checked);
	bool same = is != NULL && account_mark(is) == mark;
	enum status status = !same
	    ? STATUS_REVOKED
	    : sessions_begin(desk->sessions, checked->name, checked->role, mark, address, now_s(desk), token, out);
	pthread_mutex_unlock(&desk->mutex);
	return status;
}

static enum status
fail(struct problem *problem, unsigned status, unsigned retry_after_s, const char *sentence)
{
	*problem = (struct problem){ .status = status, .retry_after_s = retry_after_s };
	reason_write(&problem->detail, "%s", sentence);
	return STATUS_NOT_AUTHORISED;
}

enum status
entry_login(struct desk *desk, const struct request *request, struct http_answer *out, struct problem *problem)
{
	const char *name = request_text(request, "name"), *password = request_text(request, "password");
	char token[SESSION_TOKEN_BYTES], quoted[LOG_QUOTED_BYTES];
	struct account account = { .role = ROLE_none };
	struct session session;
	unsigned wait_s = tries_begin(desk->tries, name, request->address, now_s(desk));
	if (wait_s > 0) {
		count(desk->kit->counters, COUNTER_logins_paused, 1);
		return fail(problem, 429, wait_s, "too many logins have failed; wait before the next try");
	}
	bool right = verify(desk, name, password, &account);
	count(desk->kit->counters, right ? COUNTER_logins_right : COUNTER_logins_failed, 1);
	log_say(desk->kit->log, LOG_INFO, "dashboard", right ? "login" : "login_failed", "user=%s address=%s",
	    log_quoted(name, quoted), request->address);
	if (!right)
		return fail(problem, 401, 0, "the name or the password is wrong");
	tries_right(desk->tries, name, request->address);
	sessions_end(desk->sessions, request->token); /* what somebody had put there is no way in */
	enum status status = begin_session(desk, &account, request->address, token, &session);
	if (status == STATUS_REVOKED)
		return fail(problem, 401, 0, "the name or the password is wrong");
	if (status != STATUS_OK)
		return status;
	entry_keep(desk, false);
	tell(desk, &session, out);
	set_cookie(desk, token, SESSION_WHOLE_S, out->cookie);
	sodium_memzero(token, sizeof token);
	return STATUS_OK;
}

/* ---- for administrators ---- */

/* NULL: memory ran out. */
static json_t *
session_json(const struct desk *desk, const struct session_seen *seen, const struct request *request)
{
	int64_t now = now_s(desk), begun_ms = request->now_ms - (now - seen->begun_s) * 1000,
		used_ms = request->now_ms - (now - seen->used_s) * 1000;
	return json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:b}", "number", (json_int_t)seen->session.number, "name",
	    seen->session.user, "role", role_name(seen->session.role), "address", seen->address, "begun_at_ms",
	    (json_int_t)begun_ms, "used_at_ms", (json_int_t)used_ms, "own", seen->session.number == request->who.number);
}

void
entry_sessions(struct desk *desk, const struct request *request, struct http_answer *out)
{
	struct session_seen *seen = calloc(SESSIONS_OPEN_MAX, sizeof *seen);
	json_t *rows = seen == NULL ? NULL : json_array();
	size_t n = rows == NULL ? 0 : sessions_list(desk->sessions, now_s(desk), seen);
	for (size_t i = 0; i < n; i++)
		if (json_array_append_new(rows, session_json(desk, &seen[i], request)) != 0) {
			json_decref(rows);
			rows = NULL;
			break;
		}
	desk_json(rows == NULL ? NULL : json_pack("{s:o}", "sessions", rows), out);
	free(seen);
}

void
entry_end_session(struct desk *desk, const struct request *request, struct http_answer *out)
{
	char user[USER_BYTES], quoted[LOG_QUOTED_BYTES], by[LOG_QUOTED_BYTES];
	if (sessions_end_number(desk->sessions, (uint64_t)request_number(request, "number"), now_s(desk), user)) {
		entry_keep(desk, false);
		log_say(desk->kit->log, LOG_INFO, "dashboard", "session_ended", "user=%s by=%s", log_quoted(user, quoted),
		    log_quoted(request->who.user, by));
		*out = (struct http_answer){ .status = 204 };
		return;
	}
	struct problem problem = { .status = 404 };
	reason_write(&problem.detail, "there is no such session, or it has ended");
	*out = problem_answer(&problem);
}

/* ---- for scrapers ---- */

enum { TOKEN_BYTES_MIN = 16, TOKEN_BYTES_MAX = 256 };

enum status
entry_read_scraper(struct desk *desk, struct reason *why)
{
	const char *path = desk->kit->config->dashboard_metrics_token_file;
	char *text = NULL;
	if (path[0] == '\0')
		return STATUS_OK;
	enum status status = desk_read_file("dashboard_metrics_token_file", path, true, &text, why);
	if (status != STATUS_OK)
		return status;
	size_t bytes = strcspn(text, "\r\n");
	bool alone = text[bytes + strspn(text + bytes, "\r\n")] == '\0', visible = true;
	for (size_t i = 0; i < bytes; i++)
		visible = visible && text[i] > ' ' && text[i] <= '~';
	if (!alone || !visible || bytes < TOKEN_BYTES_MIN || bytes > TOKEN_BYTES_MAX)
		status = reason_say(why, STATUS_SETTING,
		    "dashboard_metrics_token_file: %.128s: expected: one line of %d to %d visible characters of ASCII", path,
		    TOKEN_BYTES_MIN, TOKEN_BYTES_MAX);
	else
		crypto_generichash(desk->scraper, sizeof desk->scraper, (const unsigned char *)text, bytes, NULL, 0);
	desk->scraped = status == STATUS_OK;
	sodium_memzero(text, strlen(text));
	free(text);
	return status;
}

/* Hashes are compared, so that no time tells how much of it, or how long a one, was right. */
bool
entry_scrapes(const struct desk *desk, const struct http_asked *asked)
{
	unsigned char hash[sizeof desk->scraper];
	const char *given = asked->authorization;
	if (!desk->scraped || given == NULL || strncasecmp(given, "Bearer ", 7) != 0)
		return false;
	given += 7;
	crypto_generichash(hash, sizeof hash, (const unsigned char *)given, strlen(given), NULL, 0);
	return sodium_memcmp(hash, desk->scraper, sizeof hash) == 0;
}

/* ---- the files ---- */

/* A session stays while its account is what it was. */
static bool
stays(void *user, const struct session *session)
{
	const struct account *is = accounts_find(user, session->user);
	return is != NULL && is->role == session->role && account_mark(is) == session->account;
}

enum status
entry_load(struct desk *desk, struct reason *why)
{
	const char *dir = desk->kit->config->data_dir;
	uint64_t version = accounts_version(dir);
	struct accounts now = { .n = 0 };
	bool again = version == desk->accounts_version;
	if (again && !desk->accounts_lost)
		return STATUS_OK;
	enum status status = accounts_read(dir, &now, why);
	desk->accounts_version = version;
	pthread_mutex_lock(&desk->mutex);
	struct accounts before = desk->accounts;
	desk->accounts_lost = status != STATUS_OK;
	desk->accounts = now; /* none, where they are lost */
	sessions_prune(desk->sessions, stays, &desk->accounts);
	pthread_mutex_unlock(&desk->mutex);
	accounts_close(&before);
	entry_keep(desk, false);
	if (status == STATUS_OK)
		log_say(desk->kit->log, LOG_INFO, "dashboard", "users_read", "users=%zu", now.n);
	/* One that is lost is tried again: it may have been the machine that was short of something. It is told once. */
	return again ? STATUS_OK : status;
}

void
entry_keep(struct desk *desk, bool uses)
{
	struct reason why = { "" };
	char quoted[LOG_QUOTED_BYTES];
	if (desk->lasting == NULL) /* not yet */
		return;
	enum status status = lasting_write(desk->lasting, uses, &why);
	bool told = atomic_exchange(&desk->unkept, status != STATUS_OK);
	if (status != STATUS_OK && !told)
		log_say(desk->kit->log, LOG_WARNING, "dashboard", "sessions_unkept", "status=%s why=%s", status_name(status),
		    log_quoted(why.text, quoted));
}

enum status
entry_remember(struct desk *desk, struct reason *why)
{
	struct reason inner = { "" };
	char quoted[LOG_QUOTED_BYTES];
	enum status status = lasting_open(desk->kit->config->data_dir, &desk->kit->clock, desk->sessions, &desk->lasting, why);
	if (status != STATUS_OK)
		return status;
	status = lasting_read(desk->lasting, &inner);
	if (status != STATUS_OK)
		log_say(desk->kit->log, LOG_WARNING, "dashboard", "sessions_lost", "status=%s why=%s", status_name(status),
		    log_quoted(inner.text, quoted));
	pthread_mutex_lock(&desk->mutex);
	sessions_prune(desk->sessions, stays, &desk->accounts);
	pthread_mutex_unlock(&desk->mutex);
	entry_keep(desk, false);
	return STATUS_OK;
}
