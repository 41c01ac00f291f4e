/*
 * Letters of UTF-8 texts, and what counts as the same letter: upper and lower case, for Latin without and with accents and for
 * Cyrillic with the letters of Mongolian. Pure; in a header, for the groups ask it for every letter of every goods line.
 */
#ifndef JUYAN_STORAGE_LETTERS_H
#define JUYAN_STORAGE_LETTERS_H

#include "wire.h"

/* How many bytes follow the first one of a character; SIZE_MAX where it is not a first one. */
static inline size_t
letters_bytes_behind(uint8_t first)
{
	if (first < 0x80)
		return 0;
	if ((first & 0xE0) == 0xC0)
		return 1;
	if ((first & 0xF0) == 0xE0)
		return 2;
	return (first & 0xF8) == 0xF0 ? 3 : SIZE_MAX;
}

/* One character of UTF-8 from the front of `text`; whatever is not UTF-8 counts as a sign that no word holds. */
static inline uint32_t
letters_take(struct span *text)
{
	static const uint8_t mask[] = { 0x7F, 0x1F, 0x0F, 0x07 };
	size_t more = letters_bytes_behind(text->data[0]);
	uint32_t letter = 0xFFFD;
	if (more < text->bytes) {
		letter = (uint32_t)(text->data[0] & mask[more]);
		for (size_t i = 1; i <= more; i++)
			letter = letter << 6 | (text->data[i] & 0x3F);
	} else {
		more = 0;
	}
	text->data += more + 1;
	text->bytes -= more + 1;
	return letter;
}

/* To lower case, for Latin without and with accents and for Cyrillic with the letters of Mongolian. */
static inline uint32_t
letters_fold(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0x00C0 && c <= 0x00DE && c != 0x00D7) || (c >= 0x0410 && c <= 0x042F))
		return c + 0x20;
	if (c >= 0x0400 && c <= 0x040F) /* Ё and its kin */
		return c + 0x50;
	/* Ү, Ө and others stand in pairs, the capital first. */
	if ((c >= 0x0460 && c <= 0x0481) || (c >= 0x048A && c <= 0x04BF) || (c >= 0x04D0 && c <= 0x052F))
		return c | 1;
	return c == '\t' || c == 0x00A0 || c == 0x3000 ? ' ' : c;
}

#endif
