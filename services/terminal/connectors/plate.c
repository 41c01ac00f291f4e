/* Cameras, offices and drivers write one plate in many ways. */
#include "plate.h"

#include <stdbool.h>
#include <string.h>

/* "·" of Chinese plates, the no-break space, and the ideographic space. */
static size_t
between(const char *at)
{
	static const char *const signs[] = { " ", "-", ".", "\t", "\xC2\xB7", "\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\xA2" };
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (strncmp(at, signs[i], strlen(signs[i])) == 0)
			return strlen(signs[i]);
	return 0;
}

static size_t
sign_bytes(unsigned char first)
{
	return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* а … п and р … я stand in two blocks; ё ө ү are by themselves. All are two bytes, before and after. */
static void
raise(char *sign, size_t bytes)
{
	unsigned char *at = (unsigned char *)sign;
	if (bytes == 1 && *sign >= 'a' && *sign <= 'z')
		*sign = (char)(*sign - 'a' + 'A');
	else if (bytes == 2 && at[0] == 0xD0 && at[1] >= 0xB0)
		at[1] = (unsigned char)(at[1] - 0x20);
	else if (bytes == 2 && at[0] == 0xD1 && at[1] >= 0x80 && at[1] <= 0x8F)
		at[0] = 0xD0, at[1] = (unsigned char)(at[1] + 0x20);
	else if (bytes == 2 && at[0] == 0xD1 && at[1] == 0x91)
		at[0] = 0xD0, at[1] = 0x81;
	else if (bytes == 2 && ((at[0] == 0xD3 && at[1] == 0xA9) || (at[0] == 0xD2 && at[1] == 0xAF)))
		at[1]--;
}

void
plate_plain(const char *plate, char *out, size_t bytes)
{
	size_t n = 0, skip;
	while (*plate != '\0') {
		if ((skip = between(plate)) > 0) {
			plate += skip;
			continue;
		}
		size_t wide = sign_bytes((unsigned char)*plate);
		if (strnlen(plate, wide) < wide)
			wide = strlen(plate);
		if (n + wide >= bytes)
			break;
		memcpy(out + n, plate, wide);
		raise(out + n, wide);
		n += wide;
		plate += wide;
	}
	out[n] = '\0';
}
