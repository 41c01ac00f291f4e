/* Texts of machines as UTF-8. Owns nothing; any thread. */
#ifndef JUYAN_CONNECTORS_ENCODING_H
#define JUYAN_CONNECTORS_ENCODING_H

#include "wire.h"

/* A name that encoding_to_utf8 knows: utf-8, gb18030, gbk, gb2312, windows-1251, utf-16 (any case). */
bool encoding_knows(const char *name);
/*
 * A copy in the arena, as UTF-8 without a mark at the front. `name` NULL: UTF-8 where the bytes are that, else GB18030; where they
 * are both, what makes sense at this border. SYNTAX with the place of what is no character; NO_MEMORY.
 */
enum status encoding_to_utf8(const char *name, struct span bytes, struct arena *arena, struct span *out,
    struct reason *why) MUST_USE;
/*
 * The same of a text that declares its encoding itself (NULL: it does not, or it is not known): many programs declare GB2312 or
 * UTF-8 and write the other, so that of these two the bytes decide where they are clear.
 */
enum status encoding_declared(const char *name, struct span bytes, struct arena *arena, struct span *out,
    struct reason *why) MUST_USE;

#endif
