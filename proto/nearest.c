/* See nearest.h: three rows of the table of distances between the beginnings of two names. */
#include "nearest.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static unsigned char
letter(char c)
{
	return (unsigned char)tolower((unsigned char)c);
}

size_t
nearest_distance(const char *a, const char *b)
{
	/* rows[i % 3][j]: from the first i bytes of a to the first j of b. */
	size_t rows[3][NEAREST_BYTES_MAX + 1];
	size_t bytes_a = strnlen(a, NEAREST_BYTES_MAX), bytes_b = strnlen(b, NEAREST_BYTES_MAX);
	for (size_t j = 0; j <= bytes_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= bytes_a; i++) {
		size_t *row = rows[i % 3], *before = rows[(i + 2) % 3], *before_that = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= bytes_b; j++) {
			size_t changed = before[j - 1] + (letter(a[i - 1]) != letter(b[j - 1]));
			row[j] = least(changed, least(before[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && letter(a[i - 1]) == letter(b[j - 2]) && letter(a[i - 2]) == letter(b[j - 1]))
				row[j] = least(row[j], before_that[j - 2] + 1);
		}
	}
	return rows[bytes_a % 3][bytes_b];
}

struct nearest
nearest_to(const char *wanted)
{
	return (struct nearest){ wanted, NULL, SIZE_MAX };
}

void
nearest_offer(struct nearest *search, const char *name)
{
	size_t distance = nearest_distance(search->wanted, name);
	if (distance < search->distance) {
		search->name = name;
		search->distance = distance;
	}
}

const char *
nearest_of(const char *wanted, const char *const *names, size_t n)
{
	struct nearest search = nearest_to(wanted);
	for (size_t i = 0; i < n; i++)
		nearest_offer(&search, names[i]);
	return search.name;
}
