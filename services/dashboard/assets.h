/* The page's files, as the build put them into the program: raw and, where that is smaller, gzip'ed. Constant. */
#ifndef JUYAN_DASHBOARD_ASSETS_H
#define JUYAN_DASHBOARD_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct asset {
	const char *path; /* "assets/index-Btia6Ch6.js" */
	const char *type;
	const char *etag; /* by its content, with the quote that opens it */
	bool hashed;      /* its name changes with its content */
	const unsigned char *bytes, *packed;
	size_t n, packed_n; /* packed_n 0: not packed */
};

extern const struct asset assets[];
extern const size_t assets_n;

#endif
