/*
 * Events of a small port for tests: each is built, packed into an arena and handed out as a span. Texts are lent until the event is
 * packed.
 */
#ifndef JUYAN_TESTS_SCENE_H
#define JUYAN_TESTS_SCENE_H

#include "ledger.h"

/* 2026-03-02T08:00 at +08:00 */
#define SCENE_MS INT64_C(1772409600000)

/* Generated structs hold texts as char *; nobody writes through them. */
char *scene_text(const char *lent);
struct span scene_pack(const Juyan__V1__Event *event, struct arena *arena);
Juyan__V1__Event scene_event(const char *port, const char *batch_no, Juyan__V1__Event__WhatCase what);
/* One truck with coal, declared on the waybill. */
struct span scene_manifest(const char *port, const char *batch_no, int64_t declared_kg, struct arena *arena);
struct span scene_weighing(const char *port, const char *batch_no, int64_t gross_kg, int64_t tare_kg, struct arena *arena);
struct span scene_release(const char *port, const char *batch_no, struct arena *arena);
struct span scene_registry(Juyan__V1__RegistryRecord **records, size_t n, struct arena *arena);
void scene_port(Juyan__V1__RegistryRecord *record, Juyan__V1__Port *port, const char *id);
/* `ports` is one port id or "*". */
void scene_terminal(Juyan__V1__RegistryRecord *record, Juyan__V1__Terminal *terminal, uint32_t no, const char *name, uint8_t *key,
    char **ports);
/* All that was counted with this basis comes to this. */
void scene_check_sum(struct reader *reader, struct arena *arena, const char *basis, int64_t net_kg, int64_t units);

#endif
