/*
 * The texts by which vehicles, containers and papers are known, made from numbers: a crossing keeps numbers, and its texts are
 * made only when an event is written. Each function writes the text with its NUL at `at` and returns the place behind the NUL;
 * NAME_BYTES hold any one of them. Owns nothing; any thread.
 */
#ifndef JUYAN_SIMULATE_NAMES_H
#define JUYAN_SIMULATE_NAMES_H

#include <stdint.h>

enum { NAME_BYTES = 32 };

/* One name for one number: "4207 УНА", "蒙M04207" or the bare "4207". */
char *names_truck(char *at, uint32_t vehicle);
char *names_trailer(char *at, uint32_t vehicle, uint32_t which);
char *names_agv(char *at, uint32_t vehicle);
char *names_wagon(char *at, uint32_t vehicle);
/* ISO 6346 with its check digit, such as "TBJU4567891". */
char *names_container(char *at, uint32_t container);
/* A letter before the date and a number, such as "CK230925" "00417". */
char *names_paper(char *at, const char *letters, uint32_t yymmdd, uint32_t number, int digits);
/* A place with a number, such as "road-in-3". */
char *names_place(char *at, const char *kind, uint32_t number);

#endif
