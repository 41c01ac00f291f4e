/*
 * Who somebody is: the session of his cookie; or, where there are no accounts and only this machine can ask, whoever asks, as a
 * manager (an administrator's rights need a name). Logging in and out. The accounts are read again when their file has changed.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void
entry_token(const char *cookie, char out[SESSION_TOKEN_BYTES])
{
	size_t name_bytes = strlen(COOKIE "=");
	out[0] = '\0';
	while (cookie != NULL && *cookie != '\0') {
		cookie += strspn(cookie, "; ");
		size_t bytes = strcspn(cookie, ";");
		if (bytes > name_bytes && strncmp(cookie, COOKIE "=", name_bytes) == 0 &&
		    bytes - name_bytes < SESSION_TOKEN_BYTES) {
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
	entry_token(asked->cookie, token);
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
	snprintf(out, 192, COOKIE "=%s; Path=/; Max-Age=%ld; HttpOnly; SameSite=Strict%s", token, seconds,
	    desk->gate.tls ? "; Secure" : "");
}

void
entry_logout(struct desk *desk, const struct request *request, struct http_answer *out)
{
	sessions_end(desk->sessions, request->token);
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
begin_session(struct desk *desk, const struct account *checked, char token[SESSION_TOKEN_BYTES], struct session *out)
{
	pthread_mutex_lock(&desk->mutex);
	const struct account *is = accounts_find(&desk->accounts, checked->name);
	bool same = is != NULL && is->role == checked->role && strcmp(is->hash, checked->hash) == 0;
	enum status status =
	    !same ? STATUS_REVOKED : sessions_begin(desk->sessions, checked->name, checked->role, now_s(desk), token, out);
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
	enum status status = begin_session(desk, &account, token, &session);
	if (status == STATUS_REVOKED)
		return fail(problem, 401, 0, "the name or the password is wrong");
	if (status != STATUS_OK)
		return status;
	tell(desk, &session, out);
	set_cookie(desk, token, SESSION_WHOLE_S, out->cookie);
	sodium_memzero(token, sizeof token);
	return STATUS_OK;
}

/* ---- the file ---- */

struct change {
	const struct accounts *before, *after;
};

/* A session stays while its account is what it was. */
static bool
stays(void *user, const struct session *session)
{
	const struct change *change = user;
	const struct account *was = accounts_find(change->before, session->user);
	const struct account *is = accounts_find(change->after, session->user);
	return was != NULL && is != NULL && is->role == session->role && is->changed_ms == was->changed_ms;
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
	sessions_prune(desk->sessions, stays, &(struct change){ &before, &desk->accounts });
	pthread_mutex_unlock(&desk->mutex);
	accounts_close(&before);
	if (status == STATUS_OK)
		log_say(desk->kit->log, LOG_INFO, "dashboard", "users_read", "users=%zu", now.n);
	/* One that is lost is tried again: it may have been the machine that was short of something. It is told once. */
	return again ? STATUS_OK : status;
}
