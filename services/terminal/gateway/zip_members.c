/* See zip_members.h. */
#include "zip_members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

/* HEADS_MAX: a zip in it, which is refused by itself, may have some, too. */
enum {
	MEMBER_NAME_BYTES = 256,
	HEADS_MAX = 10 * ZIP_MEMBERS_MAX,
	RATIO_FREE_BYTES = 64 * 1024
}; /* so small a thing harms nobody, however well it was packed */

struct zip_members {
	zip_t *zip;
	zip_int64_t n, next;
	size_t packed, unpacked; /* bytes */
	char name[MEMBER_NAME_BYTES];
	uint8_t *data;
};

bool
zip_members_are(struct span bytes)
{
	return bytes.bytes >= 4 && (memcmp(bytes.data, "PK\003\004", 4) == 0 || memcmp(bytes.data, "PK\005\006", 4) == 0);
}

/* Heads of members, before libzip keeps each in memory: of a large zip it may be a million. */
static size_t
count_heads(struct span bytes)
{
	const uint8_t *at = bytes.data, *end = bytes.data + bytes.bytes;
	size_t n = 0;
	while ((at = memmem(at, (size_t)(end - at), "PK\001\002", 4)) != NULL) {
		at += 4;
		n++;
	}
	return n;
}

static enum status
too_many(size_t n, struct reason *why)
{
	return reason_say(why, STATUS_TOO_MANY, "the zip has %zu members; at most %d are read", n, ZIP_MEMBERS_MAX);
}

enum status
zip_members_open(struct span bytes, struct zip_members **out, struct reason *why)
{
	zip_error_t error;
	size_t heads = count_heads(bytes);
	if (heads > HEADS_MAX)
		return too_many(heads, why);
	struct zip_members *members = calloc(1, sizeof *members);
	if (members == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for a zip");
	zip_error_init(&error);
	zip_source_t *source = zip_source_buffer_create(bytes.data, bytes.bytes, 0, &error);
	members->zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY, &error);
	if (members->zip == NULL) {
		reason_write(why, "the zip cannot be read: %.150s", zip_error_strerror(&error));
		zip_source_free(source);
		zip_error_fini(&error);
		zip_members_close(&members);
		return STATUS_SYNTAX;
	}
	zip_error_fini(&error);
	members->packed = bytes.bytes;
	members->n = zip_get_num_entries(members->zip, 0);
	if (members->n > ZIP_MEMBERS_MAX) {
		enum status status = too_many((size_t)members->n, why);
		zip_members_close(&members);
		return status;
	}
	*out = members;
	return STATUS_OK;
}

void
zip_members_close(struct zip_members **zip)
{
	if (*zip == NULL)
		return;
	if ((*zip)->zip != NULL)
		zip_discard((*zip)->zip);
	free((*zip)->data);
	free(*zip);
	*zip = NULL;
}

static enum status
too_large(struct zip_members *zip, struct reason *why)
{
	zip->next = zip->n;
	return reason_say(why, STATUS_TOO_MANY,
	    "the zip grows to more than %d MiB, or %d times its size: nothing more of it is read", ZIP_TOTAL_BYTES_MAX >> 20,
	    ZIP_RATIO_MAX);
}

/* Reads until its end, or until it is more than it may be: what a head says of sizes is not trusted. */
static enum status
unpack(struct zip_members *zip, zip_file_t *file, size_t *bytes, struct reason *why)
{
	size_t n = 0, room = 0;
	for (;;) {
		if (n == room) {
			room = room == 0 ? 64 * 1024 : room * 2;
			uint8_t *wider = realloc(zip->data, room);
			if (wider == NULL)
				return reason_say(why, STATUS_TOO_LARGE, "'%.64s': no memory for it", zip->name);
			zip->data = wider;
		}
		zip_int64_t got = zip_fread(file, zip->data + n, room - n);
		if (got < 0)
			return reason_say(why, STATUS_SYNTAX, "'%.64s' cannot be unpacked: %.100s", zip->name,
			    zip_file_strerror(file));
		if (got == 0)
			break;
		n += (size_t)got;
		zip->unpacked += (size_t)got;
		if (zip->unpacked > ZIP_TOTAL_BYTES_MAX ||
		    (zip->unpacked > RATIO_FREE_BYTES && zip->unpacked / ZIP_RATIO_MAX > zip->packed))
			return too_large(zip, why);
		if (n > ZIP_MEMBER_BYTES_MAX)
			return reason_say(why, STATUS_TOO_LARGE, "'%.64s' unpacks to more than %d MiB", zip->name,
			    ZIP_MEMBER_BYTES_MAX >> 20);
	}
	*bytes = n;
	return STATUS_OK;
}

static enum status
read_member(struct zip_members *zip, zip_uint64_t index, struct span *out, struct reason *why)
{
	size_t bytes = 0;
	zip_stat_t stat;
	if (zip_stat_index(zip->zip, index, 0, &stat) != 0 ||
	    ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE))
		return reason_say(why, STATUS_SYNTAX, "'%.64s' is encrypted", zip->name);
	zip_file_t *file = zip_fopen_index(zip->zip, index, 0);
	if (file == NULL)
		return reason_say(why, STATUS_SYNTAX, "'%.64s' cannot be opened: %.100s", zip->name, zip_strerror(zip->zip));
	enum status status = unpack(zip, file, &bytes, why);
	zip_fclose(file);
	if (status != STATUS_OK)
		return status;
	struct span data = { zip->data, bytes };
	if (zip_members_are(data))
		return reason_say(why, STATUS_SYNTAX, "'%.64s' is a zip in a zip, which is not opened", zip->name);
	*out = data;
	return STATUS_OK;
}

enum status
zip_members_next(struct zip_members *zip, const char **name, struct span *data, struct reason *why)
{
	while (zip->next < zip->n) {
		zip_uint64_t index = (zip_uint64_t)zip->next++;
		const char *said = zip_get_name(zip->zip, index, ZIP_FL_ENC_GUESS);
		snprintf(zip->name, sizeof zip->name, "%s", said == NULL ? "?" : said);
		wire_text_mend(zip->name);
		size_t length = strlen(zip->name);
		if (length > 0 && zip->name[length - 1] == '/')
			continue;
		*name = zip->name;
		return read_member(zip, index, data, why);
	}
	*name = "";
	*data = (struct span){ NULL, 0 };
	return STATUS_OK;
}
