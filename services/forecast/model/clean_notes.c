/* See clean_notes.h. */
#include "clean_notes.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* So many wild values are named one by one; of more the number is told. */
enum { NAMED_MAX = 2 };

__attribute__((format(printf, 2, 3))) static void
add(struct cleaned *cleaned, const char *format, ...)
{
	va_list words;
	if (cleaned->n_notes == CLEAN_NOTES_MAX)
		return;
	va_start(words, format);
	vsnprintf(cleaned->notes[cleaned->n_notes++], SENTENCE_BYTES_MAX, format, words);
	va_end(words);
}

static size_t
count(const struct cleaned *cleaned, enum clean_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < cleaned->n; i++)
		n += cleaned->kind[i] == kind;
	return n;
}

static const char *
name_of(const struct series *series, size_t step, char out[STEP_NAME_BYTES])
{
	if (series->step_name != NULL)
		series->step_name(series->step_user, step, out);
	else
		snprintf(out, STEP_NAME_BYTES, "step %zu", step + 1);
	return out;
}

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void
tell_missing(struct cleaned *cleaned)
{
	size_t gaps = count(cleaned, CLEAN_GAP), shut = count(cleaned, CLEAN_SHUT);
	if (cleaned->begin > 0)
		add(cleaned, "nothing went through in the first %zu steps: the history begins after them", cleaned->begin);
	if (gaps > 0)
		add(cleaned, "%zu step%s without a value %s filled with what was to be expected", gaps, plural(gaps),
		    gaps == 1 ? "is" : "are");
	if (shut > 0)
		add(cleaned, "%zu step%s in which next to nothing went through %s kept out of level, trend and season", shut,
		    plural(shut), shut == 1 ? "is" : "are");
	if (cleaned->at_end > 0)
		add(cleaned,
		    "next to nothing went through in the last %zu steps: whether it goes on like this is not to be seen here",
		    cleaned->at_end);
}

static void
tell_outliers(struct cleaned *cleaned, const struct series *series, const bool *wild, const double *expected)
{
	char name[STEP_NAME_BYTES];
	size_t n = 0;
	for (size_t i = cleaned->begin; i < cleaned->n; i++)
		n += wild[i - cleaned->begin];
	if (n > NAMED_MAX)
		add(cleaned, "%zu wild values are kept out of trend and season", n);
	for (size_t i = cleaned->begin; i < cleaned->n && n <= NAMED_MAX; i++)
		if (wild[i - cleaned->begin])
			add(cleaned, "%s is %.2g times what was to be expected: it is kept out of trend and season",
			    name_of(series, i, name), cleaned->values[i] / expected[i - cleaned->begin]);
}

static void
tell_break(struct cleaned *cleaned, const struct series *series, const struct level_break *found)
{
	char at[STEP_NAME_BYTES], until[STEP_NAME_BYTES];
	double change = found->after - found->before, share = cleaned->of_log ? expm1(change) : change / fabs(found->before);
	const char *way = change < 0.0 ? "fell" : "rose";
	if (found->kind == BREAK_TEMPORARY)
		add(cleaned, "the level %s by %.0f %% from %s on and was back by %s", way, 100.0 * fabs(share),
		    name_of(series, found->at, at), name_of(series, found->until, until));
	else
		add(cleaned, "the level %s by %.0f %% from %s on%s", way, 100.0 * fabs(share), name_of(series, found->at, at),
		    found->kind == BREAK_LASTING ? " and stayed there" : "; whether it stays there is too early to say");
}

/* The last two breaks: what is older hardly bears on what is to come. */
void
clean_tell(struct cleaned *cleaned, const struct series *series, const bool *wild, const double *expected)
{
	tell_missing(cleaned);
	tell_outliers(cleaned, series, wild, expected);
	for (size_t b = cleaned->n_breaks > 2 ? cleaned->n_breaks - 2 : 0; b < cleaned->n_breaks; b++)
		tell_break(cleaned, series, &cleaned->breaks[b]);
}
