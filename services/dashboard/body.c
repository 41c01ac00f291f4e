/* See body.h. */
#include "body.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum status
body_make(const void *bytes, size_t n, struct body **out)
{
	struct body *body = malloc(sizeof *body + n + 1);
	if (body == NULL)
		return STATUS_NO_MEMORY;
	atomic_init(&body->holders, 1);
	body->n = n;
	memcpy(body->bytes, bytes, n);
	body->bytes[n] = '\0';
	*out = body;
	return STATUS_OK;
}

struct body *
body_hold(struct body *body)
{
	size_t before = atomic_fetch_add_explicit(&body->holders, 1, memory_order_relaxed);
	assert(before > 0);
	return body;
}

void
body_drop(struct body **body)
{
	if (*body != NULL && atomic_fetch_sub_explicit(&(*body)->holders, 1, memory_order_acq_rel) == 1)
		free(*body);
	*body = NULL;
}
