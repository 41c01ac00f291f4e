/* The files that the planner's commands write beside what they print: a picture, a report. Texts are argv's. One thread. */
#ifndef JUYAN_TOOLS_PLANNER_FILES_H
#define JUYAN_TOOLS_PLANNER_FILES_H

#include <argp.h>

#include "sheet.h"

struct planner_files {
	const char *svg, *html; /* NULL: none */
};

extern const struct argp planner_files_argp;  /* --svg, --html */
extern const struct argp planner_report_argp; /* --html alone */

/* Says it all: to the terminal, or into a report, then with pictures. */
typedef enum status planner_say(struct sheet *sheet, const void *answer, struct reason *why);

/* To the terminal. */
enum status planner_print(planner_say *say, const void *answer, struct reason *why) MUST_USE;
/* Where a report is asked for; one that fails is removed. */
enum status planner_write_report(const struct planner_files *files, const char *title, const char *lead, planner_say *say,
    const void *answer, struct reason *why) MUST_USE;
/* What was drawn (alone), where a picture is asked for, or why it could not be. Frees it. */
enum status planner_write_picture(const struct planner_files *files, enum status drawn, char **svg, struct reason *why) MUST_USE;

#endif
