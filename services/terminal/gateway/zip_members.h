/*
 * The members of a zip that came from outside, one by one, over libzip. What it may take is bounded whatever it claims: count, size
 * of each and of all together, and how much larger it may become than it was. Folders in it are passed over; what is encrypted, or
 * a zip itself, is refused. Lends the bytes of the zip until zip_members_close. One thread.
 */
#ifndef JUYAN_GATEWAY_ZIP_MEMBERS_H
#define JUYAN_GATEWAY_ZIP_MEMBERS_H

#include "wire.h"

enum {
	ZIP_MEMBERS_MAX = 1000,
	ZIP_MEMBER_BYTES_MAX = 16 * 1024 * 1024,
	ZIP_TOTAL_BYTES_MAX = 64 * 1024 * 1024,
	ZIP_RATIO_MAX = 200
};

struct zip_members;

/* Whether bytes begin as a zip does. */
bool zip_members_are(struct span bytes);
/* SYNTAX, TOO_MANY, NO_MEMORY. */
enum status zip_members_open(struct span bytes, struct zip_members **out, struct reason *why) MUST_USE;
void zip_members_close(struct zip_members **zip);
/*
 * The next member; NULL as its data after the last. Name and data are lent until the next call. SYNTAX or TOO_LARGE: this member is
 * none, and the call after goes on behind it; TOO_MANY: the whole is too large, and nothing more comes.
 */
enum status zip_members_next(struct zip_members *zip, const char **name, struct span *data, struct reason *why) MUST_USE;

#endif
