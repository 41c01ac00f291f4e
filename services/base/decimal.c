/* The arithmetic of decimal.h. Pure; 128 bits hold every product, so that nothing is rounded but the result. */
#include "decimal.h"

#include <assert.h>
#include <string.h>

/* What the text says, exactly: number = digits / 10^scale. */
struct decimal {
	int64_t digits; /* with its sign; at most 10^18 - 1 either way */
	int scale;      /* 0 to DECIMAL_DIGITS_MAX */
};

/* kg = number * numerator / denominator. */
static const struct {
	const char *name;
	int64_t numerator;
	int64_t denominator;
} units[] = {
	[DECIMAL_KG] = { "kg", 1, 1 },
	[DECIMAL_T] = { "t", 1000, 1 },
	[DECIMAL_CENTNER] = { "centner", 100, 1 },
	[DECIMAL_LB] = { "lb", 45359237, 100000000 }, /* by definition, since 1959 */
};

bool
decimal_unit_of(struct span name, enum decimal_unit *out)
{
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strlen(units[i].name) == name.bytes && memcmp(units[i].name, name.data, name.bytes) == 0) {
			*out = (enum decimal_unit)i;
			return true;
		}
	}
	return false;
}

static bool
is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

/* The length of a thousands separator at the front of the text; 0 when there is none. */
static size_t
separator_bytes(const uint8_t *at, size_t left, char thousands)
{
	static const char *const spaces[] = { " ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89" };

	if (thousands == 0 || left == 0)
		return 0;
	if (thousands != ' ')
		return at[0] == (uint8_t)thousands ? 1 : 0;
	for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
		size_t n = strlen(spaces[i]);
		if (left >= n && memcmp(at, spaces[i], n) == 0)
			return n;
	}
	return 0;
}

/* Takes one more digit; false when there are too many of them. */
static bool
push_digit(struct decimal *number, int *significant, uint8_t digit)
{
	if (number->digits != 0 || digit != '0')
		(*significant)++;
	if (*significant > DECIMAL_DIGITS_MAX)
		return false;
	number->digits = number->digits * 10 + (digit - '0');
	return true;
}

/* Digits before the mark, with separators only between groups of three. *i stops at what is no part of them. */
static enum status
parse_front(struct span text, char thousands, size_t *i, struct decimal *number, int *significant)
{
	size_t group = 0; /* digits since the start or the last separator */
	bool separated = false;

	for (;;) {
		while (*i < text.bytes && is_digit(text.data[*i])) {
			if (!push_digit(number, significant, text.data[*i]))
				return STATUS_OUT_OF_RANGE;
			group++;
			(*i)++;
		}
		if (separated && group != 3)
			return STATUS_SYNTAX;
		size_t skip = separator_bytes(text.data + *i, text.bytes - *i, thousands);
		if (skip == 0)
			return group > 0 ? STATUS_OK : STATUS_SYNTAX;
		if (group == 0 || group > 3)
			return STATUS_SYNTAX;
		*i += skip;
		group = 0;
		separated = true;
	}
}

/* Digits after the mark. Zeros at the end say nothing and are not kept, so that "1.5000…" fits whatever its length. */
static enum status
parse_back(struct span text, size_t i, struct decimal *number, int *significant)
{
	size_t end = text.bytes;

	if (i == end)
		return STATUS_SYNTAX;
	for (size_t j = i; j < end; j++)
		if (!is_digit(text.data[j]))
			return STATUS_SYNTAX;
	while (end > i && text.data[end - 1] == '0')
		end--;
	for (; i < end; i++) {
		if (number->scale == DECIMAL_DIGITS_MAX || !push_digit(number, significant, text.data[i]))
			return STATUS_OUT_OF_RANGE;
		number->scale++;
	}
	return STATUS_OK;
}

static enum status
parse(struct span text, struct decimal_style style, struct decimal *out)
{
	struct decimal number = { 0, 0 };
	bool negative = false;
	int significant = 0;
	size_t i = 0;

	assert(style.mark == '.' || style.mark == ',');
	assert(style.mark != style.thousands);
	if (text.bytes > 0 && (text.data[0] == '-' || text.data[0] == '+')) {
		negative = text.data[0] == '-';
		i++;
	}
	enum status status = parse_front(text, style.thousands, &i, &number, &significant);
	if (status == STATUS_OK && i < text.bytes)
		status = text.data[i] == (uint8_t)style.mark ? parse_back(text, i + 1, &number, &significant) : STATUS_SYNTAX;
	if (status != STATUS_OK)
		return status;
	if (negative)
		number.digits = -number.digits;
	*out = number;
	return STATUS_OK;
}

static enum status
explain(enum status status, struct decimal_style style, struct reason *why)
{
	if (status == STATUS_OUT_OF_RANGE)
		return reason_say(why, status, "a number of at most %d digits", DECIMAL_DIGITS_MAX);
	if (style.thousands != 0)
		return reason_say(why, status, "a number such as 1%c234%c56", style.thousands, style.mark);
	return reason_say(why, status, "a number such as 1234%c56", style.mark);
}

enum status
decimal_kg(struct span text, struct decimal_style style, enum decimal_unit unit, int64_t *out, struct reason *why)
{
	return decimal_kg_up_to(text, style, unit, MASS_KG_MAX, out, why);
}

enum status
decimal_kg_up_to(struct span text, struct decimal_style style, enum decimal_unit unit, int64_t kg_max, int64_t *out,
    struct reason *why)
{
	struct decimal number;

	enum status status = parse(text, style, &number);
	if (status != STATUS_OK)
		return explain(status, style, why);
	/* At most 10^18 * 10^8 above and 10^18 * 10^8 * 2 below: far within 128 bits. */
	__int128 above = (__int128)number.digits * units[unit].numerator;
	__int128 below = units[unit].denominator;
	for (int i = 0; i < number.scale; i++)
		below *= 10;
	above = 2 * above + (above < 0 ? -below : below);
	__int128 kg = above / (2 * below);
	if (kg > kg_max || kg < -kg_max)
		return reason_say(why, STATUS_OUT_OF_RANGE, "at most %lld kg", (long long)kg_max);
	*out = (int64_t)kg;
	return STATUS_OK;
}

enum status
decimal_whole(struct span text, struct decimal_style style, int64_t *out, struct reason *why)
{
	struct decimal number;

	enum status status = parse(text, style, &number);
	if (status != STATUS_OK)
		return explain(status, style, why);
	if (number.scale > 0)
		return reason_say(why, STATUS_SYNTAX, "a whole number");
	*out = number.digits;
	return STATUS_OK;
}

enum status
decimal_number(struct span text, struct decimal_style style, double *out, struct reason *why)
{
	struct decimal number;
	double below = 1.0;

	enum status status = parse(text, style, &number);
	if (status != STATUS_OK)
		return explain(status, style, why);
	/* Powers of ten up to 10^22 are exact in floating point. */
	for (int i = 0; i < number.scale; i++)
		below *= 10.0;
	*out = (double)number.digits / below;
	return STATUS_OK;
}
