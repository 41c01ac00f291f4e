/* See accounts.h. The file: {"version": 1, "users": [{"name", "role", "password", "changed_ms"}]}. */
#include "accounts.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "own_file.h"
#include "wire.h"

#define FILE_NAME "users.json"

enum { OPERATIONS = 3, MEMORY_BYTES = 32 * 1024 * 1024 };

uint64_t
accounts_version(const char *dir)
{
	return own_file_version(dir, FILE_NAME);
}

/* ---- names and passwords ---- */

/* Letters of any script, digits and what stands in names of people; no blanks at the ends. */
static enum status
check_name(const char *name, struct reason *why)
{
	size_t bytes = strlen(name);
	if (bytes == 0 || bytes >= USER_BYTES || !wire_text_clean(name, bytes) || name[0] == ' ' || name[bytes - 1] == ' ' ||
	    strpbrk(name, "\"\\/<>&;,") != NULL)
		return reason_say(why, STATUS_USAGE, "a user's name is a text of 1 to %d bytes without \" \\ / < > & ; ,",
		    USER_BYTES - 1);
	return STATUS_OK;
}

static enum status
hash_password(const char *password, char out[PASSWORD_HASH_BYTES], struct reason *why)
{
	size_t bytes = strlen(password);
	if (bytes < PASSWORD_BYTES_MIN || bytes > PASSWORD_BYTES_MAX)
		return reason_say(why, STATUS_USAGE, "a password has %d to %d bytes", PASSWORD_BYTES_MIN, PASSWORD_BYTES_MAX);
	_Static_assert(crypto_pwhash_STRBYTES <= PASSWORD_HASH_BYTES, "a hash fits");
	if (sodium_init() < 0 || crypto_pwhash_str(out, password, bytes, OPERATIONS, MEMORY_BYTES) != 0)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out over a password");
	return STATUS_OK;
}

bool
account_verify(const struct account *account, const char *password)
{
	unsigned char lost[32], salt[crypto_pwhash_SALTBYTES] = { 0 };
	size_t bytes = strlen(password);
	if (account != NULL)
		return crypto_pwhash_str_verify(account->hash, password, bytes) == 0;
	if (crypto_pwhash(lost, sizeof lost, password, bytes, salt, OPERATIONS, MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return false;
	return false;
}

uint64_t
account_mark(const struct account *account)
{
	unsigned char mark[crypto_generichash_BYTES_MIN];
	uint64_t out;
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof mark);
	crypto_generichash_update(&state, (const unsigned char *)account->name, strlen(account->name) + 1);
	crypto_generichash_update(&state, (const unsigned char *)account->hash, strlen(account->hash) + 1);
	crypto_generichash_update(&state, (const unsigned char *)&account->role, sizeof account->role);
	crypto_generichash_update(&state, (const unsigned char *)&account->changed_ms, sizeof account->changed_ms);
	crypto_generichash_final(&state, mark, sizeof mark);
	memcpy(&out, mark, sizeof out);
	return out;
}

/* ---- the list ---- */

void
accounts_close(struct accounts *accounts)
{
	free(accounts->list);
	*accounts = (struct accounts){ .n = 0 };
}

const struct account *
accounts_find(const struct accounts *accounts, const char *name)
{
	for (size_t i = 0; i < accounts->n; i++)
		if (strcmp(accounts->list[i].name, name) == 0)
			return &accounts->list[i];
	return NULL;
}

static struct account *
own(struct accounts *accounts, const char *name)
{
	const struct account *found = accounts_find(accounts, name);
	return found == NULL ? NULL : &accounts->list[found - accounts->list];
}

/* The new place, in the order of names. */
static enum status
insert(struct accounts *accounts, const char *name, struct account **out, struct reason *why)
{
	size_t at = 0;
	if (accounts->n == ACCOUNTS_MAX)
		return reason_say(why, STATUS_TOO_MANY, "there are %d users already", ACCOUNTS_MAX);
	struct account *list = realloc(accounts->list, (accounts->n + 1) * sizeof *list);
	if (list == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	accounts->list = list;
	while (at < accounts->n && strcmp(list[at].name, name) < 0)
		at++;
	memmove(&list[at + 1], &list[at], (accounts->n - at) * sizeof *list);
	accounts->n++;
	list[at] = (struct account){ .role = ROLE_none };
	snprintf(list[at].name, sizeof list[at].name, "%s", name);
	*out = &list[at];
	return STATUS_OK;
}

enum status
accounts_set(struct accounts *accounts, const char *name, enum role role, const char *password, int64_t now_ms, struct reason *why)
{
	char hash[PASSWORD_HASH_BYTES];
	struct account *account = own(accounts, name);
	enum status status = check_name(name, why);
	if (status == STATUS_OK)
		status = hash_password(password, hash, why);
	if (status == STATUS_OK && account == NULL)
		status = insert(accounts, name, &account, why);
	if (status != STATUS_OK)
		return status;
	account->role = role;
	account->changed_ms = now_ms;
	memcpy(account->hash, hash, sizeof hash);
	return STATUS_OK;
}

enum status
accounts_set_role(struct accounts *accounts, const char *name, enum role role, int64_t now_ms, struct reason *why)
{
	struct account *account = own(accounts, name);
	if (account == NULL)
		return reason_say(why, STATUS_NOT_FOUND, "there is no user '%.64s'", name);
	account->role = role;
	account->changed_ms = now_ms;
	return STATUS_OK;
}

enum status
accounts_remove(struct accounts *accounts, const char *name, struct reason *why)
{
	struct account *account = own(accounts, name);
	if (account == NULL)
		return reason_say(why, STATUS_NOT_FOUND, "there is no user '%.64s'", name);
	size_t at = (size_t)(account - accounts->list);
	memmove(account, account + 1, (accounts->n - at - 1) * sizeof *account);
	accounts->n--;
	return STATUS_OK;
}

/* ---- the file ---- */

static enum status
take_one(struct accounts *accounts, json_t *json, size_t at, struct reason *why)
{
	const char *name, *role_text, *hash;
	json_int_t changed_ms;
	enum role role;
	struct account *account;
	if (json_unpack(json, "{s:s, s:s, s:s, s:I!}", "name", &name, "role", &role_text, "password", &hash, "changed_ms",
		&changed_ms) != 0 ||
	    !role_of(role_text, &role) || strncmp(hash, "$argon2id$", 10) != 0 || strlen(hash) >= PASSWORD_HASH_BYTES)
		return reason_say(why, STATUS_SETTING, "user %zu has not the form that 'juyan users' writes", at + 1);
	enum status status = check_name(name, why);
	if (status == STATUS_OK && accounts_find(accounts, name) != NULL)
		status = reason_say(why, STATUS_SETTING, "'%.64s' stands there twice", name);
	if (status == STATUS_OK)
		status = insert(accounts, name, &account, why);
	if (status != STATUS_OK)
		return status;
	account->role = role;
	account->changed_ms = changed_ms;
	memcpy(account->hash, hash, strlen(hash) + 1);
	return STATUS_OK;
}

static enum status
take_all(struct accounts *accounts, json_t *json, struct reason *why)
{
	json_t *users, *user;
	size_t at;
	int version;
	if (json_unpack(json, "{s:i, s:o!}", "version", &version, "users", &users) != 0 || version != 1 || !json_is_array(users))
		return reason_say(why, STATUS_SETTING, "it is not a list of users of version 1");
	enum status status = STATUS_OK;
	json_array_foreach(users, at, user) if (status == STATUS_OK) status = take_one(accounts, user, at, why);
	return status;
}

enum status
accounts_read(const char *dir, struct accounts *out, struct reason *why)
{
	struct reason inner = { "" };
	struct accounts accounts = { .n = 0 };
	json_t *json = NULL;
	enum status status = own_file_read(dir, FILE_NAME, &json, why);
	if (status != STATUS_OK)
		return status;
	if (json != NULL)
		status = take_all(&accounts, json, &inner);
	json_decref(json);
	if (status != STATUS_OK) {
		accounts_close(&accounts);
		return reason_say(why, status, "%.120s/" FILE_NAME ": %.120s", dir, inner.text);
	}
	*out = accounts;
	return STATUS_OK;
}

static json_t *
json_of(const struct accounts *accounts)
{
	json_t *users = json_array();
	for (size_t i = 0; users != NULL && i < accounts->n; i++) {
		const struct account *a = &accounts->list[i];
		json_t *user = json_pack("{s:s, s:s, s:s, s:I}", "name", a->name, "role", role_name(a->role), "password", a->hash,
		    "changed_ms", (json_int_t)a->changed_ms);
		if (json_array_append_new(users, user) != 0) {
			json_decref(users);
			users = NULL;
		}
	}
	return users == NULL ? NULL : json_pack("{s:i, s:o}", "version", 1, "users", users);
}

enum status
accounts_write(const char *dir, const struct accounts *accounts, struct reason *why)
{
	return own_file_write(dir, FILE_NAME, json_of(accounts), why);
}
