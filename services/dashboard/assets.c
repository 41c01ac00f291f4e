/* See assets.h: which file answers which path. A path is compared with names in the program; no file system is involved. */
#include "assets.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "desk_parts.h"

static const struct asset *
find(const char *path)
{
	for (size_t i = 0; i < assets_n; i++)
		if (strcmp(assets[i].path, path) == 0)
			return &assets[i];
	return NULL;
}

/* "gzip" among what is taken, and not with q=0. */
static bool
takes_gzip(const char *accepted)
{
	const char *found = accepted == NULL ? NULL : strcasestr(accepted, "gzip");
	if (found == NULL)
		return false;
	found += strlen("gzip");
	found += strspn(found, " ");
	return strncmp(found, ";q=0", 4) != 0 || strncmp(found, ";q=0.", 5) == 0;
}

bool
assets_answer(const struct target *target, const struct http_asked *asked, struct http_answer *out)
{
	const char *name = target->n_parts == 0 ? "" : target->path + 1;
	const char *last = target->n_parts == 0 ? "" : target->parts[target->n_parts - 1];
	const struct asset *asset = find(name);
	bool is_page = target->n_parts == 0 || (strcmp(target->parts[0], "assets") != 0 && strchr(last, '.') == NULL);
	if (asset == NULL && is_page)
		asset = find("index.html"); /* a page's path, which the page itself reads */
	if (asset == NULL)
		return false;
	bool packed = asset->packed_n > 0 && takes_gzip(asked->accept_encoding);
	*out = (struct http_answer){ .status = 200,
		.type = asset->type,
		.still = { packed ? asset->packed : asset->bytes, packed ? asset->packed_n : asset->n },
		.encoding = packed ? "gzip" : NULL,
		.cache = asset->hashed ? "public, max-age=31536000, immutable" : "no-cache" };
	/* Two forms of one thing are two things to a cache. */
	snprintf(out->etag, sizeof out->etag, "%.40s%s\"", asset->etag, packed ? "-gz" : "");
	return true;
}
