/*
 * The bytes of a source, made UTF-8 on the way: spreadsheets are saved in other encodings too. What is no character in the
 * encoding becomes the byte FF, which is no UTF-8 either, so that the row that uses it is found. A recode owns its buffer; the
 * source is lent. One thread.
 */
#ifndef JUYAN_TOOLS_RECODE_H
#define JUYAN_TOOLS_RECODE_H

#include "byte_source.h"

struct recode;

#define RECODE_NAMES "utf-8, utf-16, gb18030 (also for gbk) or windows-1251"

/* Whether this encoding is known; "utf-8" needs no recode. */
bool recode_knows(const char *encoding);
/* SYSTEM when this machine cannot do it, NO_MEMORY. */
enum status recode_open(const char *encoding, struct byte_source *source, struct recode **out, struct reason *why) MUST_USE;
void recode_close(struct recode **recode);

/* As byte_source_peek and byte_source_take. */
enum status recode_peek(struct recode *recode, struct span *out, struct reason *why) MUST_USE;
void recode_take(struct recode *recode, size_t bytes);

#endif
