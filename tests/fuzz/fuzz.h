/*
 * What every fuzz target shares: the one function that it is, a look into its input piece by piece, a file made of it, and `holds`
 * for what must be so. A target keeps nothing from one input to the next but what it has set up once; one thread.
 */
#ifndef JUYAN_TESTS_FUZZ_H
#define JUYAN_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

/* libFuzzer's name for a target; 0 always. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Ends the process with the place, so that the fuzzer keeps the input. */
#define fuzz_holds(condition) ((condition) ? (void)0 : fuzz_fails(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fails(const char *file, int line, const char *condition);
/* The same with a sentence: what was taken once is refused now. */
#define fuzz_says(sentence) fuzz_fails(__FILE__, __LINE__, sentence)

/* The input, taken from its front; what is not there is 0 or empty. */
uint8_t fuzz_byte(struct span *input);
uint16_t fuzz_number(struct span *input);  /* two bytes, the higher first */
struct span fuzz_part(struct span *input); /* as long as the number before it says, or as what is left */
/* Up to a line "----" or the end. */
struct span fuzz_section(struct span *input);
/* A text with a NUL of its own behind it, for readers of strings; the caller frees it. */
char *fuzz_text(struct span bytes);

/* A file that holds these bytes, readable for its owner alone, and nothing else; lent until the next call. */
const char *fuzz_file(struct span bytes);

/* One of a few arenas of this size, empty; opened with its first use and never closed. */
enum { FUZZ_ARENAS = 4 };
struct arena *fuzz_arena(unsigned which, size_t bytes);

/* Packed into the arena. */
struct span fuzz_packed(const ProtobufCMessage *message, struct arena *arena);
bool fuzz_same(struct span a, struct span b);

#endif
