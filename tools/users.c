/*
 * `juyan users`: who may log in to the dashboard. Writes DIR/users.json, which a running service reads again by itself. A password
 * comes from the terminal, without echo, or as one line of standard input; never from the command line, where others can see it.
 */
#include "tool.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "accounts.h"
#include "clock.h"
#include "options.h"
#include "table.h"

enum { PATH_BYTES = 512, LINE_BYTES = PASSWORD_BYTES_MAX + 2 };

struct users {
	const char *data;
	const char *role;
	const char *action;
	const char *name;
};

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the data folder ($JUYAN_DATA, else ./juyan-data)", 0 },
	{ "role", 'r', "viewer|manager|administrator", 0,
	    "a viewer looks, a manager notes and settles quarantine too; for add (default: viewer) and role", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct users *users = state->input;
	switch (key) {
	case 'd':
		users->data = text;
		return 0;
	case 'r':
		users->role = text;
		return 0;
	case ARGP_KEY_ARG:
		if (users->action == NULL)
			users->action = text;
		else if (users->name == NULL)
			users->name = text;
		else
			argp_error(state, "'%s' is one argument too many", text);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = { options, parse, "list\nadd NAME\npassword NAME\nrole NAME --role ROLE\nremove NAME",
	"Say who may log in to the dashboard, and as what."
	"\v"
	"The password is asked for, or read as one line from standard input:\n"
	"\n"
	"    juyan users add --role manager \"Ganbold B.\"\n"
	"    pwgen 16 1 | juyan users add wall\n"
	"\n"
	"It holds at once, also in a service that runs. With the first user, the dashboard asks everybody to log in; a change of a "
	"user ends that user's sessions.\n",
	NULL, NULL, NULL };

/* ---- passwords ---- */

static enum status
read_line(char line[LINE_BYTES], struct reason *why)
{
	size_t n = 0;
	int c;
	while ((c = getchar()) != EOF && c != '\n') {
		if (n == LINE_BYTES - 1)
			return reason_say(why, STATUS_USAGE, "a password has at most %d bytes", PASSWORD_BYTES_MAX);
		line[n++] = (char)c;
	}
	line[n] = '\0';
	if (n == 0 && c == EOF)
		return reason_say(why, STATUS_USAGE, "there was no password");
	if (strlen(line) != n)
		return reason_say(why, STATUS_USAGE, "a password is a text");
	return STATUS_OK;
}

/* Without echo, where somebody types. */
static enum status
ask_line(const char *prompt, char line[LINE_BYTES], struct reason *why)
{
	struct termios before, quiet;
	bool typed = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	if (typed) {
		quiet = before;
		quiet.c_lflag &= (tcflag_t)~ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
		fputs(prompt, stderr);
	}
	enum status status = read_line(line, why);
	if (typed) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	return status;
}

static enum status
ask_password(char line[LINE_BYTES], struct reason *why)
{
	char again[LINE_BYTES];
	enum status status = ask_line("Password: ", line, why);
	if (status == STATUS_OK && isatty(STDIN_FILENO)) {
		status = ask_line("Once more: ", again, why);
		if (status == STATUS_OK && strcmp(line, again) != 0)
			status = reason_say(why, STATUS_USAGE, "the two are not the same");
		sodium_memzero(again, sizeof again);
	}
	return status;
}

/* ---- what is done ---- */

static int64_t
now_ms(void)
{
	struct clock clock = clock_system();
	return clock_utc_ms(&clock);
}

static enum status
list(const struct accounts *accounts)
{
	static const struct table_column columns[] = { { "user", TABLE_LEFT }, { "role", TABLE_LEFT } };
	struct table *table = NULL;
	enum status status = table_open(columns, 2, &table);
	for (size_t i = 0; status == STATUS_OK && i < accounts->n; i++) {
		table_cell(table, accounts->list[i].name);
		table_cell(table, role_name(accounts->list[i].role));
	}
	if (status == STATUS_OK)
		status = table_print(table, stdout);
	table_close(&table);
	return status;
}

static enum status
set_password(const struct users *users, struct accounts *accounts, bool new, enum role role, struct reason *why)
{
	char line[LINE_BYTES];
	const struct account *known = accounts_find(accounts, users->name);
	if (new &&known != NULL)
		return reason_say(why, STATUS_USAGE, "there is a user '%.64s' already", users->name);
	if (!new &&known == NULL)
		return reason_say(why, STATUS_NOT_FOUND, "there is no user '%.64s'", users->name);
	enum status status = ask_password(line, why);
	if (status == STATUS_OK)
		status = accounts_set(accounts, users->name, new ? role : known->role, line, now_ms(), why);
	sodium_memzero(line, sizeof line);
	return status;
}

static enum status
change(const struct users *users, struct accounts *accounts, struct reason *why)
{
	enum role role = ROLE_viewer;
	if (users->role != NULL && !role_of(users->role, &role))
		return reason_say(why, STATUS_USAGE, "'%.32s' is no role; expected: viewer, manager or administrator", users->role);
	if (users->name == NULL)
		return reason_say(why, STATUS_USAGE, "%.16s whom? A name is missing", users->action);
	if (strcmp(users->action, "add") == 0)
		return set_password(users, accounts, true, role, why);
	if (strcmp(users->action, "password") == 0)
		return set_password(users, accounts, false, role, why);
	if (strcmp(users->action, "remove") == 0)
		return accounts_remove(accounts, users->name, why);
	if (strcmp(users->action, "role") != 0)
		return reason_say(why, STATUS_USAGE, "'%.32s' is not known; see --help", users->action);
	if (users->role == NULL)
		return reason_say(why, STATUS_USAGE, "which role? --role is missing");
	return accounts_set_role(accounts, users->name, role, now_ms(), why);
}

/* One who writes at a time: the file is replaced, so the lock is the folder's. */
static enum status
lock_folder(const char *dir, int *fd, struct reason *why)
{
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return reason_say(why, STATUS_SYSTEM, "%.160s: the folder cannot be made: %s", dir, strerror(errno));
	*fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 || flock(*fd, LOCK_EX | LOCK_NB) != 0)
		return reason_say(why, STATUS_SYSTEM, "%.160s: %s", dir,
		    *fd >= 0 ? "another 'juyan users' is at work" : strerror(errno));
	return STATUS_OK;
}

int
tool_users(int argc, char **argv)
{
	struct users users = { .data = NULL };
	struct accounts accounts = { .n = 0 };
	struct reason why = { "" };
	int fd = -1;
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &users) != 0)
		return TOOL_USAGE;
	const char *dir = tool_data(users.data);
	bool lists = users.action != NULL && strcmp(users.action, "list") == 0;
	enum status status =
	    users.action == NULL ? reason_say(&why, STATUS_USAGE, "list, add, password, role or remove?") : STATUS_OK;
	if (status == STATUS_OK && !lists)
		status = lock_folder(dir, &fd, &why);
	if (status == STATUS_OK)
		status = accounts_read(dir, &accounts, &why);
	if (status == STATUS_OK)
		status = lists ? list(&accounts) : change(&users, &accounts, &why);
	if (status == STATUS_OK && !lists)
		status = accounts_write(dir, &accounts, &why);
	accounts_close(&accounts);
	if (fd >= 0)
		close(fd);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("users", status, &why);
}
