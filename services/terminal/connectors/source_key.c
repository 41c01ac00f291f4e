/* FNV-1a of 64 bits: it parts what was written by different hands or on different days, and guards against nobody. */
#include "source_key.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HASH_DIGITS = 16, LONG_BYTES = 1024 };

uint64_t
source_hash(struct span bytes)
{
	uint64_t hash = UINT64_C(0xCBF29CE484222325);
	for (size_t i = 0; i < bytes.bytes; i++)
		hash = (hash ^ bytes.data[i]) * UINT64_C(0x100000001B3);
	return hash;
}

char *
source_key(struct findings *findings, const char *format, ...)
{
	char text[LONG_BYTES], key[SHORT_TEXT_BYTES_MAX + 1];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (strlen(text) <= SHORT_TEXT_BYTES_MAX)
		return findings_text(findings, text, SHORT_TEXT_BYTES_MAX);
	uint64_t hash = source_hash((struct span){ (const uint8_t *)text, strlen(text) });
	snprintf(key, sizeof key, "%.*s~%0*" PRIx64, SHORT_TEXT_BYTES_MAX - HASH_DIGITS - 1, text, HASH_DIGITS, hash);
	return findings_text(findings, key, SHORT_TEXT_BYTES_MAX); /* a sign that was cut in two becomes '?' */
}
