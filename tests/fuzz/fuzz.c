/* See fuzz.h. */
#include "fuzz.h"

#include <assert.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void
fuzz_fails(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, condition);
	abort();
}

uint8_t
fuzz_byte(struct span *input)
{
	if (input->bytes == 0)
		return 0;
	input->bytes--;
	return *input->data++;
}

uint16_t
fuzz_number(struct span *input)
{
	unsigned high = fuzz_byte(input), low = fuzz_byte(input);
	return (uint16_t)(high << 8 | low);
}

struct span
fuzz_part(struct span *input)
{
	size_t bytes = fuzz_number(input);
	struct span part = { input->data, bytes < input->bytes ? bytes : input->bytes };
	input->data += part.bytes;
	input->bytes -= part.bytes;
	return part;
}

struct span
fuzz_section(struct span *input)
{
	static const char mark[] = "----\n";
	size_t mark_bytes = sizeof mark - 1;
	const uint8_t *found = memmem(input->data, input->bytes, mark, mark_bytes);
	struct span section = { input->data, found == NULL ? input->bytes : (size_t)(found - input->data) };
	size_t taken = found == NULL ? section.bytes : section.bytes + mark_bytes;
	input->data += taken;
	input->bytes -= taken;
	return section;
}

char *
fuzz_text(struct span bytes)
{
	char *text = malloc(bytes.bytes + 1);
	assert(text != NULL);
	if (bytes.bytes > 0)
		memcpy(text, bytes.data, bytes.bytes);
	text[bytes.bytes] = '\0';
	return text;
}

const char *
fuzz_file(struct span bytes)
{
	static int fd = -1;
	static char path[64];
	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		fuzz_holds(fd >= 0 && fchmod(fd, 0600) == 0);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	fuzz_holds(ftruncate(fd, 0) == 0);
	fuzz_holds(pwrite(fd, bytes.data, bytes.bytes, 0) == (ssize_t)bytes.bytes);
	return path;
}

struct arena *
fuzz_arena(unsigned which, size_t bytes)
{
	static struct arena arenas[FUZZ_ARENAS];
	struct arena *arena = &arenas[which];
	fuzz_holds(which < FUZZ_ARENAS);
	if (arena->base == NULL)
		fuzz_holds(arena_open(arena, bytes) == STATUS_OK);
	fuzz_holds(arena->size == (bytes & ~(size_t)15));
	arena_reset(arena);
	return arena;
}

struct span
fuzz_packed(const ProtobufCMessage *message, struct arena *arena)
{
	struct span bytes = { NULL, 0 };
	fuzz_holds(wire_pack(message, 4 * FRAME_BYTES_MAX, arena, &bytes) == STATUS_OK);
	return bytes;
}

bool
fuzz_same(struct span a, struct span b)
{
	return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.data, b.data, a.bytes) == 0);
}
