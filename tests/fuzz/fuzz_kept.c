/*
 * Files of our own that a person or a disk may have changed: a secret key, a public key, the users of the dashboard, a kept
 * forecast. The first byte says which.
 *
 * reads: services/base/keys.c services/dashboard/accounts.c services/forecast/kept.c
 */
#include <sys/stat.h>
#include <unistd.h>

#include "accounts.h"
#include "fuzz.h"
#include "kept.h"
#include "keys.h"

static void
read_key(struct span bytes)
{
	struct key_pair pair;
	struct reason why = { "" };
	uint8_t key[PUBLIC_KEY_BYTES], again[PUBLIC_KEY_BYTES];
	char text[KEY_TEXT_BYTES];
	enum status s = key_pair_load(fuzz_file(bytes), &pair, &why);
	fuzz_holds(s == STATUS_OK || why.text[0] != '\0');
	s = key_public_load(fuzz_file(bytes), key, &why);
	if (s == STATUS_OK) {
		key_format(key, text);
		fuzz_holds(key_parse(text, again) && memcmp(key, again, sizeof key) == 0);
	}
	fuzz_holds(s == STATUS_OK || why.text[0] != '\0');
	char *line = fuzz_text(bytes);
	if (key_parse(line, key))
		fuzz_holds(strlen(line) == 40 || strlen(line) == 64);
	free(line);
}

static char folder[64];

static void
remove_folder(void)
{
	char path[128];
	snprintf(path, sizeof path, "%s/users.json", folder);
	unlink(path);
	rmdir(folder);
}

static void
read_users(struct span bytes)
{
	struct accounts accounts = { .n = 0 }, again = { .n = 0 };
	struct reason why = { "" };
	char path[128];
	if (folder[0] == '\0') {
		snprintf(folder, sizeof folder, "/tmp/juyan-fuzz-XXXXXX");
		fuzz_holds(mkdtemp(folder) != NULL);
		atexit(remove_folder);
	}
	snprintf(path, sizeof path, "%s/users.json", folder);
	FILE *file = fopen(path, "wb");
	fuzz_holds(file != NULL && chmod(path, 0600) == 0 && fwrite(bytes.data, 1, bytes.bytes, file) == bytes.bytes);
	fuzz_holds(fclose(file) == 0);
	enum status s = accounts_read(folder, &accounts, &why);
	fuzz_holds(s == STATUS_OK || why.text[0] != '\0');
	if (s != STATUS_OK)
		return;
	for (size_t i = 0; i < accounts.n; i++)
		fuzz_holds(accounts_find(&accounts, accounts.list[i].name) == &accounts.list[i]);
	fuzz_holds(accounts_write(folder, &accounts, &why) == STATUS_OK && accounts_read(folder, &again, &why) == STATUS_OK);
	fuzz_holds(accounts.n == again.n && memcmp(accounts.list, again.list, again.n * sizeof *again.list) == 0);
	accounts_close(&accounts);
	accounts_close(&again);
}

static void
read_forecast(struct span bytes)
{
	struct kept kept = { .n = 0 };
	struct reason why = { "" };
	enum status s = kept_read(fuzz_file(bytes), &kept, &why);
	fuzz_holds(s == STATUS_OK || why.text[0] != '\0');
	if (s == STATUS_OK)
		kept_close(&kept);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes };
	switch (fuzz_byte(&input) % 3) {
	case 0:
		read_key(input);
		break;
	case 1:
		read_users(input);
		break;
	default:
		read_forecast(input);
	}
	return 0;
}
