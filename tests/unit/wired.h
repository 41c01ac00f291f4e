/* Two arenas for tests of bytes and messages: one where they are made, one where they are unpacked. For one thread. */
#ifndef JUYAN_TESTS_WIRED_H
#define JUYAN_TESTS_WIRED_H

#include "any.h"
#include "wire.h"

enum { BLOCK_BYTES = 8 * 1024 * 1024 };

static struct arena build;  /* where tests make messages and bytes */
static struct arena decode; /* where they are unpacked */

static int
open_arenas(void **state)
{
	(void)state;
	any_begin();
	return arena_open(&build, BLOCK_BYTES) != STATUS_OK || arena_open(&decode, DECODE_BYTES_MAX) != STATUS_OK;
}

static int
close_arenas(void **state)
{
	(void)state;
	arena_close(&build);
	arena_close(&decode);
	return 0;
}

static int
empty_arenas(void **state)
{
	(void)state;
	arena_reset(&build);
	arena_reset(&decode);
	return 0;
}

static struct span
packed(const ProtobufCMessage *message)
{
	struct span bytes = { 0 };
	assert_int_equal(wire_pack(message, FRAME_BYTES_MAX, &build, &bytes), STATUS_OK);
	return bytes;
}

#endif
