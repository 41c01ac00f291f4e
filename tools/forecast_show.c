/* Forecasts that are made, as they were asked for: printed, drawn, reported. See forecast_parts.h. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forecast_parts.h"

static enum status
show_tables(const struct forecast_shown *shown, size_t n)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		if (i > 0)
			fputc('\n', stdout);
		status = prospect_table(shown[i].rows, stdout);
	}
	return status;
}

static enum status
show_csv(const struct forecast_shown *shown, size_t n)
{
	const struct prospect **rows = calloc(n, sizeof *rows);
	if (rows == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < n; i++)
		rows[i] = shown[i].rows;
	enum status status = prospect_csv(rows, n, stdout);
	free(rows);
	return status;
}

enum status
forecast_show(const struct forecast_command *command, const struct forecast_shown *shown, size_t n, struct reason *why)
{
	enum status status = STATUS_OK;
	switch (command->shape) {
	case FORECAST_TABLE:
		status = show_tables(shown, n);
		break;
	case FORECAST_CSV:
		status = show_csv(shown, n);
		break;
	case FORECAST_JSON:
		break;
	}
	if (status != STATUS_OK)
		reason_write(why, "%s", status_sentence(status));
	return status;
}
