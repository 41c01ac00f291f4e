/*
 * What the two kinds of `juyan forecast` share: the command line, and what is done with forecasts that are made. Texts are argv's.
 */
#ifndef JUYAN_TOOLS_FORECAST_PARTS_H
#define JUYAN_TOOLS_FORECAST_PARTS_H

#include "options.h"
#include "prospect.h"

enum { FORECAST_NAMES_MAX = 64 };

enum forecast_shape { FORECAST_TABLE, FORECAST_CSV, FORECAST_JSON };

struct forecast_names {
	char *name[FORECAST_NAMES_MAX];
	size_t n;
};

enum forecast_filter { FORECAST_PORT, FORECAST_DIRECTION, FORECAST_MODE, FORECAST_GROUP, FORECAST_FILTERS };

struct forecast_command {
	struct tool_connection connection;
	/* a file's series */
	const char *series;
	const char *date_column;
	struct forecast_names columns, ids;
	bool gaps_unknown;
	bool seasons_given;
	double season[STEP_SEASONS_MAX];
	size_t n_seasons;
	bool print_paths;
	/* the ledger */
	struct forecast_names filter[FORECAST_FILTERS];
	bool by[FORECAST_FILTERS];
	const char *as_of;
	const char *scenario;
	/* both */
	const char *to;
	size_t horizon; /* 0: the usual */
	size_t paths;   /* 0: the usual */
	bool seed_given;
	uint64_t seed;
	bool period_given;
	enum step_kind period;
	enum forecast_shape shape;
	const char *svg, *html;
};

/* Of what, how far, with which seed, and which Juyan: takes a struct forecast_command. */
extern const struct argp forecast_which_argp;
/* A number within these bounds, or the end with a sentence. */
uint64_t forecast_number(const char *text, const char *what, uint64_t min, uint64_t max, struct argp_state *state);

/* Each says nothing itself; the sentence is in `why`. */
enum status forecast_of_file(const struct forecast_command *command, struct reason *why) MUST_USE;
enum status forecast_of_ledger(struct forecast_command *command, struct reason *why) MUST_USE;

/* One made forecast: in detail for the year as it adds up, as can be drawn, in periods for tables (all may be one). Lent. */
struct forecast_shown {
	const struct prospect *detail, *course, *rows;
};

/* Prints them as asked for, and writes the picture and the report where these are asked for. */
enum status forecast_show(const struct forecast_command *command, const struct forecast_shown *shown, size_t n,
    struct reason *why) MUST_USE;

#endif
