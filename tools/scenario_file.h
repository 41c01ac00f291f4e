/*
 * Scenarios as a YAML file, in words that a planner would use: one scenario, or several under `scenarios:`. README.md beside this
 * file tells the form; tools/scenarios/ has an example. What is read lives in the arena. Owns nothing; one thread.
 *
 *     name: more AGVs
 *     changes:
 *       - {from: 2026-07-01, port: ceke, mode: agv, set: {agvs: 30}, ramp_days: 30}
 */
#ifndef JUYAN_TOOLS_SCENARIO_FILE_H
#define JUYAN_TOOLS_SCENARIO_FILE_H

#include "scenario.h"
#include "wire.h"

enum { SCENARIO_FILE_MAX = 16 }; /* scenarios of one file */

struct scenario_file {
	Juyan__V1__Scenario *scenarios[SCENARIO_FILE_MAX];
	size_t n;
};

/*
 * With `ground`, every port and lever is looked up too; NULL: the form alone. SYNTAX with "FILE:LINE: …", or what scenario_check
 * finds with the line before it; NO_MEMORY when the arena is used up.
 */
enum status scenario_file_read(const char *path, const struct scenario_ground *ground, struct arena *arena,
    struct scenario_file *out, struct reason *why) MUST_USE;
enum status scenario_file_parse(const char *name, const char *text, size_t bytes, const struct scenario_ground *ground,
    struct arena *arena, struct scenario_file *out, struct reason *why) MUST_USE;

#endif
