/*
 * The registry as a YAML file: lists of records under places, ports, groups, terminals, days, capacities, goals, levers, overrides,
 * published and authorities, with the field names of cargo.proto and valid_from; enums as lower-case words, keys as Z85 or
 * hexadecimal. What is read passes registry_check. Records live in the caller's arena. Owns nothing; one thread for one arena.
 */
#ifndef JUYAN_TOOLS_REGISTRY_FILE_H
#define JUYAN_TOOLS_REGISTRY_FILE_H

#include <stdio.h>

#include "registry.h"

/* For sentences that say what may stand in a file. */
#define REGISTRY_FILE_LISTS "places, ports, groups, terminals, days, capacities, goals, levers, overrides, published or authorities"

struct registry_file {
	const Juyan__V1__RegistryRecord **records; /* in the order of the file */
	const int *lines;                          /* where each of them begins */
	const char *name;                          /* of the file, as it was opened; lent from the caller */
	size_t n;
	uint32_t kinds; /* bit n: the list whose records have the record_case n stands in the file, be it empty */
};

/* SYNTAX or what registry_check finds, with "FILE:LINE: …"; NO_MEMORY when the arena is used up. */
enum status registry_file_read(const char *path, struct arena *arena, struct registry_file *out, struct reason *why) MUST_USE;
enum status registry_file_parse(const char *name, const char *text, size_t bytes, struct arena *arena, struct registry_file *out,
    struct reason *why) MUST_USE;

/* Puts "FILE:LINE: " before the sentence where the record is one of the file's; otherwise, and for NULL, it stays as it is. */
void registry_file_place(const struct registry_file *file, const Juyan__V1__RegistryRecord *record, struct reason *why);

/* The registry that is shipped with the program (tools/registry.yaml), with its days (tools/calendar.yaml). */
enum status registry_default(struct arena *arena, const Juyan__V1__RegistryRecord ***records, size_t *n,
    struct reason *why) MUST_USE;

/*
 * Writes records in this form, sorted by kind, rank and name, so that the same registry is always the same file. NO_MEMORY.
 * Whether the stream took it is the caller's to ask (ferror).
 */
enum status registry_file_write(const Juyan__V1__RegistryRecord *const *records, size_t n, FILE *out) MUST_USE;

/* Prints the fields that differ, one a line as "name: old -> new"; `old` NULL: all that `record` says. Both of one kind. */
void registry_file_differences(const Juyan__V1__RegistryRecord *old, const Juyan__V1__RegistryRecord *record, FILE *out);

/* The list's name of a kind of record ("ports"), and the one of a single record ("port"); NULL where there is none. */
const char *registry_file_list(int record_case);
const char *registry_file_kind(int record_case);
/* Where a kind stands in a file: what others point at comes first. */
int registry_file_order(int record_case);

#endif
