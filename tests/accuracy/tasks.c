/* See tasks.h. */
#include "tasks.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"

enum { FIELDS_MAX = 16 };

static void *
more(void *list, size_t n, size_t *room, size_t bytes)
{
	if (n < *room)
		return list;
	*room = *room == 0 ? 64 : 2 * *room;
	list = realloc(list, *room * bytes);
	if (list == NULL)
		errx(3, "memory ran out");
	return list;
}

/* Cuts a line at its commas; missing fields are empty. */
static void
cut(char *line, char *fields[FIELDS_MAX])
{
	static char none[] = "";
	line[strcspn(line, "\r\n")] = '\0';
	for (size_t i = 0; i < FIELDS_MAX; i++) {
		fields[i] = line == NULL ? none : line;
		if (line != NULL && (line = strchr(line, ',')) != NULL)
			*line++ = '\0';
	}
}

/* "2018-03" to months, "2018-03-31" to days. */
static long
step_of(const char *text, bool daily, const char *path)
{
	char first[DATE_BYTES];
	int64_t day;
	int year, month, dom;
	snprintf(first, sizeof first, "%.10s%s", text, daily ? "" : "-01");
	if (!civil_parse_day(first, &day))
		errx(3, "%s: '%s' is no date", path, text);
	civil_date(day, &year, &month, &dom);
	return daily ? (long)day : 12L * year + month - 1;
}

static void
put(struct column *column, long step, double value)
{
	if (column->n == 0)
		column->first = step;
	do {
		column->values = more(column->values, column->n, &column->room, sizeof *column->values);
		column->values[column->n++] = NAN;
	} while (column->first + (long)column->n <= step);
	column->values[step - column->first] = value;
}

static FILE *
begin(const char *path, char **line, size_t *room)
{
	FILE *file = fopen(path, "r");
	if (file == NULL)
		err(3, "%s", path);
	if (getline(line, room, file) < 0)
		errx(3, "%s is empty", path);
	return file;
}

static void
read_series(struct tasks *tasks, const char *path, bool daily)
{
	char *line = NULL, *fields[FIELDS_MAX];
	size_t room = 0, columns_room = 0;
	FILE *file = begin(path, &line, &room);
	while (getline(&line, &room, file) > 0) {
		cut(line, fields);
		struct column *column = tasks->n_columns == 0 ? NULL : &tasks->columns[tasks->n_columns - 1];
		if (column == NULL || strcmp(column->id, fields[0]) != 0) {
			tasks->columns = more(tasks->columns, tasks->n_columns, &columns_room, sizeof *tasks->columns);
			column = &tasks->columns[tasks->n_columns++];
			*column = (struct column){ 0 };
			snprintf(column->id, sizeof column->id, "%s", fields[0]);
		}
		/* Monthly: id,port,border,measure,month,value; daily: id,port,measure,date,value. */
		put(column, step_of(fields[daily ? 3 : 4], daily, path), strtod(fields[daily ? 4 : 5], NULL));
	}
	free(line);
	fclose(file);
}

static size_t
find(const struct tasks *tasks, const char *id)
{
	for (size_t i = 0; i < tasks->n_columns; i++)
		if (strcmp(tasks->columns[i].id, id) == 0)
			return i;
	errx(3, "there is no series '%s'", id);
}

static double
sum(const struct column *column, long from, long to)
{
	double sum = 0.0;
	for (long step = from; step < to; step++)
		if (step >= column->first && step < column->first + (long)column->n)
			sum += column->values[step - column->first];
	return sum;
}

static long
new_year(int year, bool daily)
{
	return daily ? (long)civil_day(year, 1, 1) : 12L * year;
}

static struct question
question_of(const struct tasks *tasks, char *fields[FIELDS_MAX], bool daily, const char *path)
{
	struct question question = { .column = find(tasks, fields[0]) };
	const struct column *column = &tasks->columns[question.column];
	long origin = step_of(fields[1], daily, path);
	snprintf(question.origin, sizeof question.origin, "%.15s", fields[1]);
	question.n = (size_t)(origin - column->first + 1);
	if (origin < column->first || question.n > column->n)
		errx(3, "%s: %s has no value at %s", path, fields[0], fields[1]);
	question.points = strcmp(fields[4], "1") != 0 ? 0 : daily ? 28 : 12;
	if (strcmp(fields[5], "1") == 0) {
		int year = (int)strtol(fields[7], NULL, 10);
		long begin = new_year(year, daily), end = new_year(year + 1, daily);
		question.total = (size_t)(end - 1 - origin);
		question.known = sum(column, begin, origin + 1);
		question.last_year = sum(column, new_year(year - 1, daily), begin);
	}
	return question;
}

void
tasks_read(struct tasks *tasks, const char *series_path, const char *tasks_path, bool daily, bool core)
{
	char *line = NULL, *fields[FIELDS_MAX];
	size_t room = 0, questions_room = 0;
	*tasks = (struct tasks){ .periods = { daily ? 7.0 : 12.0, 365.25 },
		.n_periods = daily ? 2 : 1,
		.calendar = daily ? CALENDAR_DAYS : CALENDAR_MONTHS };
	read_series(tasks, series_path, daily);
	FILE *file = begin(tasks_path, &line, &room);
	while (getline(&line, &room, file) > 0) {
		cut(line, fields);
		if (core && strcmp(fields[2], "1") != 0)
			continue;
		tasks->questions = more(tasks->questions, tasks->n_questions, &questions_room, sizeof *tasks->questions);
		tasks->questions[tasks->n_questions++] = question_of(tasks, fields, daily, tasks_path);
	}
	free(line);
	fclose(file);
}

void
tasks_read_wide(struct tasks *tasks, const char *path, double period, size_t horizon)
{
	char *line = NULL;
	size_t room = 0, columns_room = 0, questions_room = 0;
	*tasks = (struct tasks){ .periods = { period }, .n_periods = period > 1.0 ? 1 : 0 };
	FILE *file = fopen(path, "r");
	if (file == NULL)
		err(3, "%s", path);
	while (getline(&line, &room, file) > 0) {
		tasks->columns = more(tasks->columns, tasks->n_columns, &columns_room, sizeof *tasks->columns);
		struct column *column = &tasks->columns[tasks->n_columns];
		*column = (struct column){ 0 };
		size_t width = strcspn(line, ",\r\n");
		snprintf(column->id, sizeof column->id, "%.*s", (int)width, line);
		for (char *at = line + width; *at == ',';) {
			char *end;
			double value = strtod(at + 1, &end);
			put(column, (long)column->n, end == at + 1 || isnan(value) ? NAN : value);
			at += 1 + strcspn(at + 1, ",\r\n");
		}
		tasks->questions = more(tasks->questions, tasks->n_questions, &questions_room, sizeof *tasks->questions);
		tasks->questions[tasks->n_questions++] =
		    (struct question){ .column = tasks->n_columns++, .origin = "end", .n = column->n, .points = horizon };
	}
	free(line);
	fclose(file);
}

struct working
tasks_working(const void *column, size_t step)
{
	long at = ((const struct column *)column)->first + (long)step;
	int year = (int)(at / 12), month = (int)(at % 12) + 1;
	return (struct working){ civil_working_days(year, month), civil_has_good_friday(year, month) ? 1.0 : 0.0 };
}

void
tasks_close(struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->n_columns; i++)
		free(tasks->columns[i].values);
	free(tasks->columns);
	free(tasks->questions);
	*tasks = (struct tasks){ 0 };
}
