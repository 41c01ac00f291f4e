/*
 * CURVE keys and their files, over libsodium. A file is written under another name and linked into place, so that a crash leaves
 * either no key or a whole one, and an existing key can never be overwritten. Secrets on our stack are wiped when they are done
 * with.
 */
#include "keys.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "files.h"

_Static_assert(crypto_box_PUBLICKEYBYTES == PUBLIC_KEY_BYTES && crypto_box_SECRETKEYBYTES == PUBLIC_KEY_BYTES,
    "CURVE's keys are libsodium's");

static const char z85[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

enum { LINE_BYTES_MAX = 1024 };

/* The client's and the server's, as printed in zmq_curve(7). */
static const char *const published[] = { "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7" };

/* ---- in memory ---- */

void
key_pair_make(struct key_pair *out)
{
	int failed = sodium_init() < 0;
	assert(!failed); /* without randomness nothing can go on */
	crypto_box_keypair(out->public_key, out->secret_key);
}

void
key_pair_wipe(struct key_pair *keys)
{
	sodium_memzero(keys, sizeof *keys);
}

static bool
parse_z85(const char *text, uint8_t out[PUBLIC_KEY_BYTES])
{
	for (size_t i = 0; i < PUBLIC_KEY_BYTES / 4; i++) {
		uint64_t value = 0;
		for (size_t k = 0; k < 5; k++) {
			char c = text[i * 5 + k];
			const char *place = strchr(z85, c);
			if (place == NULL || c == '\0')
				return false;
			value = value * 85 + (uint64_t)(place - z85);
		}
		if (value > UINT32_MAX)
			return false;
		for (size_t k = 0; k < 4; k++)
			out[i * 4 + k] = (uint8_t)(value >> (24 - 8 * k));
	}
	return true;
}

bool
key_parse(const char *text, uint8_t out[PUBLIC_KEY_BYTES])
{
	uint8_t key[PUBLIC_KEY_BYTES];
	size_t characters = strlen(text), bytes = 0;
	bool right = false;
	if (characters == KEY_TEXT_BYTES - 1)
		right = parse_z85(text, key);
	else if (characters == (size_t)PUBLIC_KEY_BYTES * 2)
		right = sodium_hex2bin(key, sizeof key, text, characters, NULL, &bytes, NULL) == 0 && bytes == sizeof key;
	if (right)
		memcpy(out, key, sizeof key);
	sodium_memzero(key, sizeof key);
	return right;
}

void
key_format(const uint8_t key[PUBLIC_KEY_BYTES], char out[KEY_TEXT_BYTES])
{
	for (size_t i = 0; i < PUBLIC_KEY_BYTES / 4; i++) {
		uint32_t value = 0;
		for (size_t k = 0; k < 4; k++)
			value = value << 8 | key[i * 4 + k];
		for (size_t k = 5; k-- > 0; value /= 85)
			out[i * 5 + k] = z85[value % 85];
	}
	out[KEY_TEXT_BYTES - 1] = '\0';
}

bool
key_published(const uint8_t key[PUBLIC_KEY_BYTES])
{
	if (sodium_is_zero(key, PUBLIC_KEY_BYTES))
		return true;
	for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
		uint8_t known[PUBLIC_KEY_BYTES];
		bool parsed = key_parse(published[i], known);
		assert(parsed);
		if (memcmp(known, key, sizeof known) == 0)
			return true;
	}
	return false;
}

/* ---- in files ---- */

static enum status
fail(struct reason *why, const char *path, const char *what)
{
	return reason_say(why, STATUS_SYSTEM, "%s: %s: %s", path, what, strerror(errno));
}

static enum status
write_whole(const char *path, const char *line, mode_t mode, struct reason *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return fail(why, path, "it cannot be made");
	size_t bytes = strlen(line);
	enum status status = STATUS_OK;
	if (write(fd, line, bytes) != (ssize_t)bytes || fsync(fd) != 0)
		status = fail(why, path, "it cannot be written");
	if (close(fd) != 0 && status == STATUS_OK)
		status = fail(why, path, "it cannot be written");
	if (status != STATUS_OK)
		unlink(path);
	return status;
}

/* One line in a new file: whole, on disk, and never in another file's place. */
static enum status
save_line(const char *line, const char *path, mode_t mode, struct reason *why)
{
	char draft[PATH_MAX];
	if (snprintf(draft, sizeof draft, "%s.%ld.new", path, (long)getpid()) >= (int)sizeof draft)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path is too long", path);
	unlink(draft); /* a process of the same number may have died here */
	enum status status = write_whole(draft, line, mode, why);
	if (status != STATUS_OK)
		return status;
	if (link(draft, path) != 0)
		status = errno == EEXIST
		    ? reason_say(why, STATUS_CONTRADICTION, "%s: it exists already and is not overwritten", path)
		    : fail(why, path, "it cannot be made");
	unlink(draft);
	return status == STATUS_OK ? files_sync_beside(path, why) : status;
}

static enum status
save_key(const uint8_t key[PUBLIC_KEY_BYTES], const char *path, mode_t mode, struct reason *why)
{
	char text[KEY_TEXT_BYTES], line[KEY_TEXT_BYTES + 1];
	key_format(key, text);
	snprintf(line, sizeof line, "%s\n", text);
	enum status status = save_line(line, path, mode, why);
	sodium_memzero(text, sizeof text);
	sodium_memzero(line, sizeof line);
	return status;
}

enum status
key_line_save(const char *line, const char *path, bool secret, struct reason *why)
{
	char whole[LINE_BYTES_MAX];
	if (snprintf(whole, sizeof whole, "%s\n", line) >= (int)sizeof whole)
		return reason_say(why, STATUS_TOO_LARGE, "%s: a key's line has less than %d bytes", path, LINE_BYTES_MAX);
	enum status status = save_line(whole, path, secret ? 0600 : 0644, why);
	sodium_memzero(whole, sizeof whole);
	return status;
}

enum status
key_public_save(const uint8_t key[PUBLIC_KEY_BYTES], const char *path, struct reason *why)
{
	return save_key(key, path, 0644, why);
}

enum status
key_pair_save(const struct key_pair *keys, const char *path, struct reason *why)
{
	char public_path[PATH_MAX];
	if (snprintf(public_path, sizeof public_path, "%s.pub", path) >= (int)sizeof public_path)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path is too long", path);
	if (access(public_path, F_OK) == 0)
		return reason_say(why, STATUS_CONTRADICTION, "%s: it exists already and is not overwritten", public_path);
	/* The secret first: from it the public half can be made again, not the other way round. */
	enum status status = save_key(keys->secret_key, path, 0600, why);
	return status == STATUS_OK ? key_public_save(keys->public_key, public_path, why) : status;
}

/* One line that is a key and nothing else. */
static enum status
parse_file(int fd, const char *path, uint8_t out[PUBLIC_KEY_BYTES], struct reason *why)
{
	char text[128];
	ssize_t n = read(fd, text, sizeof text - 1);
	if (n < 0)
		return fail(why, path, "it cannot be read");
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	text[n] = '\0';
	bool right = strlen(text) == (size_t)n && key_parse(text, out);
	sodium_memzero(text, sizeof text);
	if (!right)
		return reason_say(why, STATUS_SYNTAX,
		    "%s: expected is one line with a key: 40 characters of Z85 or 64 hexadecimal digits", path);
	return STATUS_OK;
}

static enum status
check_secret_file(int fd, const char *path, struct reason *why)
{
	struct stat info;
	if (fstat(fd, &info) != 0)
		return fail(why, path, "it cannot be looked at");
	if (!S_ISREG(info.st_mode))
		return reason_say(why, STATUS_SETTING, "%s: a key has to stand in an ordinary file", path);
	if ((info.st_mode & 077) != 0)
		return reason_say(why, STATUS_SETTING,
		    "%s: others can read or write this secret (mode %04o); expected is 0600: chmod 600 it", path,
		    (unsigned)info.st_mode & 07777);
	if (info.st_uid != geteuid() && info.st_uid != 0)
		return reason_say(why, STATUS_SETTING, "%s: it belongs to user %u, and this process runs as user %u", path,
		    (unsigned)info.st_uid, (unsigned)geteuid());
	return STATUS_OK;
}

static enum status
open_key(const char *path, int *out, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a FIFO must not hold us */
	if (fd >= 0) {
		*out = fd;
		return STATUS_OK;
	}
	if (errno == ENOENT)
		return reason_say(why, STATUS_NOT_FOUND, "%s: there is no such key file", path);
	return fail(why, path, "it cannot be opened");
}

enum status
key_line_load(const char *path, bool secret, size_t bytes, char *out, struct reason *why)
{
	int fd = -1;
	char line[LINE_BYTES_MAX];
	enum status status = open_key(path, &fd, why);
	if (status == STATUS_OK && secret)
		status = check_secret_file(fd, path, why);
	ssize_t n = status == STATUS_OK ? read(fd, line, sizeof line - 1) : 0;
	if (n < 0)
		status = fail(why, path, "it cannot be read");
	if (fd >= 0)
		close(fd);
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		n--;
	if (status == STATUS_OK && (n == 0 || (size_t)n >= bytes || memchr(line, '\0', (size_t)n) != NULL))
		status = reason_say(why, STATUS_SYNTAX, "%s: expected is one line with a key", path);
	if (status == STATUS_OK) {
		memcpy(out, line, (size_t)n);
		out[n] = '\0';
	}
	sodium_memzero(line, sizeof line);
	return status;
}

enum status
key_pair_load(const char *path, struct key_pair *out, struct reason *why)
{
	int fd = -1;
	enum status status = open_key(path, &fd, why);
	if (status != STATUS_OK)
		return status;
	struct key_pair keys = { { 0 }, { 0 } };
	if ((status = check_secret_file(fd, path, why)) == STATUS_OK)
		status = parse_file(fd, path, keys.secret_key, why);
	close(fd);
	if (status == STATUS_OK && crypto_scalarmult_base(keys.public_key, keys.secret_key) != 0)
		status = reason_say(why, STATUS_SYNTAX, "%s: it is not a secret key", path);
	if (status == STATUS_OK && key_published(keys.public_key))
		status = reason_say(why, STATUS_SETTING,
		    "%s: this key is printed in ZeroMQ's manual; make one with 'juyan keys make'", path);
	if (status == STATUS_OK)
		*out = keys;
	key_pair_wipe(&keys);
	return status;
}

enum status
key_public_load(const char *path, uint8_t out[PUBLIC_KEY_BYTES], struct reason *why)
{
	int fd = -1;
	enum status status = open_key(path, &fd, why);
	if (status != STATUS_OK)
		return status;
	uint8_t key[PUBLIC_KEY_BYTES];
	status = parse_file(fd, path, key, why);
	close(fd);
	if (status == STATUS_OK && key_published(key))
		status = reason_say(why, STATUS_SETTING,
		    "%s: this key is printed in ZeroMQ's manual; make one with 'juyan keys make'", path);
	if (status == STATUS_OK)
		memcpy(out, key, sizeof key);
	return status;
}

enum status
key_pair_ensure(const char *path, struct key_pair *out, struct reason *why)
{
	struct key_pair keys;
	char public_path[PATH_MAX];
	if (snprintf(public_path, sizeof public_path, "%s.pub", path) >= (int)sizeof public_path)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path is too long", path);
	enum status status = key_pair_load(path, &keys, why);
	if (status == STATUS_NOT_FOUND) {
		key_pair_make(&keys);
		status = key_pair_save(&keys, path, why);
		if (status == STATUS_CONTRADICTION) /* another process was quicker: its key holds */
			status = key_pair_load(path, &keys, why);
	}
	if (status == STATUS_OK && access(public_path, F_OK) != 0) {
		status = key_public_save(keys.public_key, public_path, why);
		if (status == STATUS_CONTRADICTION)
			status = STATUS_OK;
	}
	if (status == STATUS_OK)
		*out = keys;
	key_pair_wipe(&keys);
	return status;
}
