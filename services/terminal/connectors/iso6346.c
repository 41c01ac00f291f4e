/* The check digit: each sign has a value, each place twice the weight of the one before it, and the sum counts modulo 11. */
#include "iso6346.h"

#include <stddef.h>

enum { LETTERS = 4, COUNTED = 10, MODULUS = 11 };

static bool
is_letter(char sign)
{
	return sign >= 'A' && sign <= 'Z';
}

static bool
is_digit(char sign)
{
	return sign >= '0' && sign <= '9';
}

/* The places from 0 up to `places` are letters and digits where they should be. Stops at the end of a text that is too short. */
static bool
has_form(const char *container, size_t places)
{
	for (size_t i = 0; i < places; i++)
		if (i < LETTERS ? !is_letter(container[i]) : !is_digit(container[i]))
			return false;
	return true;
}

/* A is 10, and so on upwards, but multiples of 11 are left out: they would not change the sum. */
static unsigned
value_of(char sign)
{
	if (is_digit(sign))
		return (unsigned)(sign - '0');
	unsigned value = 10;
	for (char letter = 'A'; letter < sign; letter++)
		value += (value + 1) % MODULUS == 0 ? 2 : 1;
	return value;
}

char
iso6346_digit(const char *container)
{
	unsigned sum = 0;
	if (!has_form(container, COUNTED))
		return 0;
	for (size_t i = 0; i < COUNTED; i++)
		sum += value_of(container[i]) << i;
	return (char)('0' + sum % MODULUS % 10);
}

bool
iso6346_is(const char *container)
{
	return has_form(container, ISO6346_BYTES) && container[ISO6346_BYTES] == '\0';
}

bool
iso6346_right(const char *container)
{
	return iso6346_is(container) && container[COUNTED] == iso6346_digit(container);
}
