/*
 * Who may log in: DIR/users.json (0600), names with roles and argon2id hashes of passwords. `juyan users` changes the file, the
 * service reads it again when it has changed. A file that others can read, or that cannot be read, is refused as a whole: nobody
 * is let in by mistake. An accounts is not changed after it was read, but by those who write the file.
 */
#ifndef JUYAN_DASHBOARD_ACCOUNTS_H
#define JUYAN_DASHBOARD_ACCOUNTS_H

#include "sessions.h"

enum { ACCOUNTS_MAX = 1000, PASSWORD_BYTES_MIN = 8, PASSWORD_BYTES_MAX = 256, PASSWORD_HASH_BYTES = 128 };

struct account {
	char name[USER_BYTES];
	enum role role;
	char hash[PASSWORD_HASH_BYTES];
	int64_t changed_ms; /* UTC; sessions begun under another one end */
};

struct accounts {
	size_t n;
	struct account *list; /* by name */
};

/* No file: no accounts. SETTING with a sentence for what cannot be taken. */
enum status accounts_read(const char *dir, struct accounts *out, struct reason *why) MUST_USE;
/* Into a new file that replaces the old one when it is on disk. */
enum status accounts_write(const char *dir, const struct accounts *accounts, struct reason *why) MUST_USE;
void accounts_close(struct accounts *accounts); /* safe on a zeroed one */
/* Changes each time that the file does; 0: there is none. */
uint64_t accounts_version(const char *dir);

const struct account *accounts_find(const struct accounts *accounts, const char *name);
/* Adds or replaces. USAGE for a name or password that cannot be. */
enum status accounts_set(struct accounts *accounts, const char *name, enum role role, const char *password, int64_t now_ms,
    struct reason *why) MUST_USE;
enum status accounts_set_role(struct accounts *accounts, const char *name, enum role role, int64_t now_ms,
    struct reason *why) MUST_USE;
enum status accounts_remove(struct accounts *accounts, const char *name, struct reason *why) MUST_USE;

/* What tells an account from any later one of its name, and from one of that name elsewhere. */
uint64_t account_mark(const struct account *account);

/* Whether this password is the account's. Takes as long, about a tenth of a second and 32 MiB, where there is no account (NULL). */
bool account_verify(const struct account *account, const char *password) MUST_USE;

#endif
