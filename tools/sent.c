/*
 * The log of a key: its lines in memory, added to and looked through from the front.
 *
 * A line is one of
 *     range CENTRE HASH INDEX FIRST COUNT open|closed NAME
 *     forget CENTRE HASH
 *     cut CENTRE LAST
 * CENTRE is the centre's public key (Z85), HASH hexadecimal, NAME for people alone. What comes later holds.
 */
#include "sent.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "byte_source.h"
#include "key_lock.h"
#include "keys.h"

enum { PATH_MAX_BYTES = 1024, HEX_BYTES = 2 * SENT_HASH_BYTES + 1, NAME_BYTES = 128 };

enum line_kind { LINE_RANGE, LINE_FORGET, LINE_CUT };

struct line {
	enum line_kind kind;
	struct sent_hash hash;
	struct sent_range range; /* of LINE_CUT only `first`: the last number that holds */
};

struct sent {
	int fd;
	int lock_fd;
	char path[PATH_MAX_BYTES];
	char centre[KEY_TEXT_BYTES];
	struct line *lines; /* those of this centre */
	size_t n;
	size_t room;
};

static const char preamble[] =
    "# What this key has sent, so that the same file counts once: see `juyan send --help`. Lines are only added.\n";

/* ---- the content of a file ---- */

bool
sent_can_remember(const char *path)
{
	struct stat about;
	return strcmp(path, "-") != 0 && stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

/* Hashes the length as well, so that no two pairs of files read alike. */
static enum status
hash_file(const char *path, crypto_generichash_state *state, struct reason *why)
{
	struct byte_source *source;
	uint64_t bytes = 0;

	enum status status = byte_source_open(path, &source, why);
	if (status != STATUS_OK)
		return status;
	for (;;) {
		struct span piece;
		status = byte_source_peek(source, &piece, why);
		if (status != STATUS_OK || piece.bytes == 0)
			break;
		crypto_generichash_update(state, piece.data, piece.bytes);
		bytes += piece.bytes;
		byte_source_take(source, piece.bytes);
	}
	byte_source_close(&source);
	char length[32];
	snprintf(length, sizeof length, "|%" PRIu64 "|", bytes);
	crypto_generichash_update(state, (const unsigned char *)length, strlen(length));
	return status;
}

enum status
sent_digest(const char *path, const char *mapping_path, struct sent_hash *out, struct reason *why)
{
	static const char what[] = "juyan sent 1";
	crypto_generichash_state state;
	struct sent_hash hash;

	crypto_generichash_init(&state, (const unsigned char *)what, sizeof what, SENT_HASH_BYTES);
	enum status status = mapping_path == NULL ? STATUS_OK : hash_file(mapping_path, &state, why);
	if (status == STATUS_OK)
		status = hash_file(path, &state, why);
	if (status != STATUS_OK)
		return status;
	crypto_generichash_final(&state, hash.bytes, sizeof hash.bytes);
	*out = hash;
	return STATUS_OK;
}

/* ---- reading the log ---- */

static enum status
keep(struct sent *sent, const struct line *line)
{
	if (sent->n == sent->room) {
		size_t room = sent->room == 0 ? 64 : sent->room * 2;
		struct line *lines = reallocarray(sent->lines, room, sizeof *lines);
		if (lines == NULL)
			return STATUS_NO_MEMORY;
		sent->lines = lines;
		sent->room = room;
	}
	sent->lines[sent->n++] = *line;
	return STATUS_OK;
}

/* The next word of a line; NULL at its end. */
static char *
next_word(char **at)
{
	char *word = strsep(at, " ");
	return word == NULL || *word == '\0' ? NULL : word;
}

static bool
parse_number(const char *word, uint64_t *out)
{
	char *end;

	if (word == NULL || word[0] < '0' || word[0] > '9')
		return false;
	errno = 0;
	*out = strtoull(word, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool
parse_hash(const char *word, struct sent_hash *out)
{
	size_t n = 0;

	return word != NULL && strlen(word) == HEX_BYTES - 1 &&
	    sodium_hex2bin(out->bytes, sizeof out->bytes, word, HEX_BYTES - 1, NULL, &n, NULL) == 0 && n == sizeof out->bytes;
}

static bool
parse_range(char **at, struct sent_range *out)
{
	bool numbers = parse_number(next_word(at), &out->index) && parse_number(next_word(at), &out->first) &&
	    parse_number(next_word(at), &out->count);
	const char *state = numbers ? next_word(at) : NULL;

	if (state == NULL || (strcmp(state, "open") != 0 && strcmp(state, "closed") != 0))
		return false;
	out->open = strcmp(state, "open") == 0;
	return out->first > 0 && out->first <= UINT64_MAX / 2 && out->count <= UINT64_MAX / 4 && out->index <= UINT64_MAX / 4;
}

/* A line without its end. *ours is false for comments and for other centres' lines. */
static bool
parse_line(const struct sent *sent, char *text, struct line *out, bool *ours)
{
	char *at = text;
	const char *verb = next_word(&at), *centre = next_word(&at);

	*ours = false;
	if (text[0] == '#')
		return true;
	if (verb == NULL || centre == NULL)
		return false;
	*ours = strcmp(centre, sent->centre) == 0;
	*out = (struct line){ .kind = LINE_CUT };
	if (strcmp(verb, "cut") == 0)
		return parse_number(next_word(&at), &out->range.first);
	if (!parse_hash(next_word(&at), &out->hash))
		return false;
	out->kind = strcmp(verb, "forget") == 0 ? LINE_FORGET : LINE_RANGE;
	return out->kind == LINE_FORGET || (strcmp(verb, "range") == 0 && parse_range(&at, &out->range));
}

static enum status
read_lines(struct sent *sent, FILE *file, off_t *whole, struct reason *why)
{
	enum status status = STATUS_OK;
	char *text = NULL;
	size_t room = 0;
	ssize_t n;

	*whole = 0;
	for (uint64_t number = 1; status == STATUS_OK && (n = getline(&text, &room, file)) > 0; number++) {
		struct line line;
		bool ours;
		/* A last line without its end was being written when the machine went down: what it says never held. */
		if (text[n - 1] != '\n')
			break;
		text[n - 1] = '\0';
		*whole += n;
		if (strlen(text) != (size_t)n - 1 || !parse_line(sent, text, &line, &ours))
			status = reason_say(why, STATUS_SYNTAX,
			    "%s:%" PRIu64 ": not a line of this log; mend or remove it (files sent before then count as new)",
			    sent->path, number);
		else if (ours && (status = keep(sent, &line)) != STATUS_OK)
			reason_say(why, status, "memory ran out");
	}
	if (status == STATUS_OK && ferror(file))
		status = reason_say(why, STATUS_SYSTEM, "%s: %s", sent->path, strerror(errno));
	free(text);
	return status;
}

static enum status
fail_errno(const struct sent *sent, struct reason *why)
{
	return reason_say(why, STATUS_SYSTEM, "%s: %s", sent->path, strerror(errno));
}

/* Reads what is there and cuts off a line that was never finished. */
static enum status
load(struct sent *sent, struct reason *why)
{
	off_t whole;
	int copy = dup(sent->fd);
	FILE *file = copy < 0 ? NULL : fdopen(copy, "r");

	if (file == NULL) {
		if (copy >= 0)
			close(copy);
		return fail_errno(sent, why);
	}
	enum status status = read_lines(sent, file, &whole, why);
	fclose(file);
	if (status == STATUS_OK && ftruncate(sent->fd, whole) != 0)
		return fail_errno(sent, why);
	return status;
}

/* ---- writing it ---- */

static enum status
append(struct sent *sent, const char *text, bool synced, struct reason *why)
{
	size_t bytes = strlen(text);

	/* One write for one line: a second one could be torn from it. */
	ssize_t n = write(sent->fd, text, bytes);
	if (n != (ssize_t)bytes) {
		errno = n >= 0 ? ENOSPC : errno;
		return fail_errno(sent, why);
	}
	if (synced && fdatasync(sent->fd) != 0)
		return fail_errno(sent, why);
	return STATUS_OK;
}

static void
hex_of(const struct sent_hash *hash, char out[HEX_BYTES])
{
	sodium_bin2hex(out, HEX_BYTES, hash->bytes, sizeof hash->bytes);
}

/* A file's name on one line, cut short. */
static void
plain_name(const char *name, char out[NAME_BYTES])
{
	size_t n = strlen(name);
	const char *from = n < NAME_BYTES ? name : name + n - NAME_BYTES + 1;

	memcpy(out, from, strlen(from) + 1);
	for (char *at = out; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20)
			*at = '?';
}

enum status
sent_note(struct sent *sent, const struct sent_hash *hash, const struct sent_range *range, const char *name, struct reason *why)
{
	char text[512], hex[HEX_BYTES], plain[NAME_BYTES];
	struct line line = { LINE_RANGE, *hash, *range };

	hex_of(hash, hex);
	plain_name(name, plain);
	int n = snprintf(text, sizeof text, "range %s %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %s %s\n", sent->centre, hex,
	    range->index, range->first, range->count, range->open ? "open" : "closed", plain);
	assert(n > 0 && (size_t)n < sizeof text);
	bool begins_or_ends = !range->open || range->count == 0;
	enum status status = append(sent, text, begins_or_ends, why);
	return status == STATUS_OK ? keep(sent, &line) : status;
}

enum status
sent_forget(struct sent *sent, const struct sent_hash *hash, struct reason *why)
{
	char text[256], hex[HEX_BYTES];
	struct line line = { .kind = LINE_FORGET, .hash = *hash };

	hex_of(hash, hex);
	snprintf(text, sizeof text, "forget %s %s\n", sent->centre, hex);
	enum status status = append(sent, text, true, why);
	return status == STATUS_OK ? keep(sent, &line) : status;
}

enum status
sent_cut(struct sent *sent, uint64_t last, struct reason *why)
{
	char text[128];
	struct line line = { .kind = LINE_CUT, .range = { .first = last } };

	snprintf(text, sizeof text, "cut %s %" PRIu64 "\n", sent->centre, last);
	enum status status = append(sent, text, true, why);
	return status == STATUS_OK ? keep(sent, &line) : status;
}

/* ---- opening ---- */

/* A new log has to survive with its name: the folder is synced too. */
static enum status
begin_log(struct sent *sent, struct reason *why)
{
	char folder[PATH_MAX_BYTES];

	enum status status = append(sent, preamble, true, why);
	if (status != STATUS_OK)
		return status;
	memcpy(folder, sent->path, sizeof folder);
	char *slash = strrchr(folder, '/');
	if (slash != NULL)
		slash[slash == folder ? 1 : 0] = '\0';
	int fd = open(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		status = fail_errno(sent, why);
	if (fd >= 0)
		close(fd);
	return status;
}

enum status
sent_open(const char *key_path, const uint8_t server_key[PUBLIC_KEY_BYTES], struct sent **out, struct reason *why)
{
	struct sent *sent = calloc(1, sizeof *sent);
	if (sent == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	sent->fd = sent->lock_fd = -1;
	key_format(server_key, sent->centre);
	int n = snprintf(sent->path, sizeof sent->path, "%s.sent", key_path);
	enum status status = n > 0 && (size_t)n < sizeof sent->path
	    ? key_lock(key_path, 0, &sent->lock_fd, why)
	    : reason_say(why, STATUS_SYSTEM, "%s: the name is too long", key_path);
	if (status == STATUS_OK) {
		sent->fd = open(sent->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
		status = sent->fd < 0 ? fail_errno(sent, why) : load(sent, why);
	}
	if (status == STATUS_OK && lseek(sent->fd, 0, SEEK_END) == 0)
		status = begin_log(sent, why);
	if (status != STATUS_OK) {
		sent_close(&sent);
		return status;
	}
	*out = sent;
	return STATUS_OK;
}

void
sent_close(struct sent **sent)
{
	if (*sent == NULL)
		return;
	if ((*sent)->fd >= 0)
		close((*sent)->fd);
	if ((*sent)->lock_fd >= 0)
		close((*sent)->lock_fd);
	free((*sent)->lines);
	free(*sent);
	*sent = NULL;
}

/* ---- asking ---- */

/* What is behind `last` is no more; a stretch that reached beyond has ended there. */
static size_t
cut_ranges(struct sent_range *ranges, size_t n, uint64_t last)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (ranges[i].first > last)
			break; /* what follows in the file is sent anew, too */
		uint64_t room = last - ranges[i].first + 1;
		bool cut = ranges[i].count >= room;
		if (cut) {
			ranges[i].count = room;
			ranges[i].open = false;
		}
		kept = i + 1;
		if (cut)
			break;
	}
	return kept;
}

/* Adds one more line to what is known of the file: it says more of the last stretch, or begins the next one behind it. */
static bool
add_range(struct sent_range ranges[SENT_RANGES_MAX], size_t *n, const struct sent_range *range)
{
	struct sent_range *last = *n == 0 ? NULL : &ranges[*n - 1];
	bool same = last != NULL && last->index == range->index && last->first == range->first;
	bool empty = last != NULL && !last->open && last->count == 0 && last->index == range->index;

	if (same || empty) {
		*last = *range;
		return true;
	}
	bool follows = last == NULL ? range->index == 0 : !last->open && range->index == last->index + last->count;
	if (!follows || *n == SENT_RANGES_MAX)
		return false;
	ranges[(*n)++] = *range;
	return true;
}

enum status
sent_find(const struct sent *sent, const struct sent_hash *hash, struct sent_range ranges[SENT_RANGES_MAX], size_t *n,
    struct reason *why)
{
	size_t found = 0;

	for (size_t i = 0; i < sent->n; i++) {
		const struct line *line = &sent->lines[i];
		if (line->kind == LINE_CUT)
			found = cut_ranges(ranges, found, line->range.first);
		if (line->kind == LINE_CUT || memcmp(&line->hash, hash, sizeof *hash) != 0)
			continue;
		if (line->kind == LINE_FORGET)
			found = 0;
		else if (!add_range(ranges, &found, &line->range))
			return reason_say(why, STATUS_SYNTAX,
			    "%s: its lines on this file contradict each other; send it with --again if it has to count as new",
			    sent->path);
	}
	*n = found;
	return STATUS_OK;
}

uint64_t
sent_last(const struct sent *sent)
{
	uint64_t last = 0;

	for (size_t i = 0; i < sent->n; i++) {
		const struct line *line = &sent->lines[i];
		if (line->kind == LINE_CUT && line->range.first < last)
			last = line->range.first;
		if (line->kind == LINE_RANGE && line->range.count > 0 && line->range.first + line->range.count - 1 > last)
			last = line->range.first + line->range.count - 1;
	}
	return last;
}

bool
sent_cut_off(const struct sent *sent)
{
	const struct line *last = sent->n == 0 ? NULL : &sent->lines[sent->n - 1];

	return last != NULL && last->kind == LINE_RANGE && last->range.open;
}

uint64_t
sent_next_first(const struct sent *sent, uint64_t first)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < sent->n; i++) {
		const struct line *line = &sent->lines[i];
		if (line->kind == LINE_CUT && next != UINT64_MAX && next > line->range.first)
			next = UINT64_MAX;
		if (line->kind == LINE_RANGE && line->range.first > first && line->range.first < next)
			next = line->range.first;
	}
	return next;
}
