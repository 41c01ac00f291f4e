/*
 * Names under which a field stands in other people's lists and forms: defaults, or what a setting says. Names are compared folded:
 * letters in lower case, without spaces, '_' and full stops, and a Cyrillic letter that looks like a Latin one is that one, for
 * published forms mix them up. Owns nothing; any thread.
 */
#ifndef JUYAN_CONNECTORS_NAMES_H
#define JUYAN_CONNECTORS_NAMES_H

#include "decimal.h"
#include "yaml.h"

enum { NAME_BYTES_MAX = 64, NAME_ALIASES_MAX = 10 };

struct names {
	const char *field;                            /* as the setting calls it */
	char alias[NAME_ALIASES_MAX][NAME_BYTES_MAX]; /* folded */
	size_t n;
};

/* Cut to the buffer. */
void name_fold(const char *text, char *out, size_t bytes);
/* Takes names out of "wagon|wagon no|车号". */
void names_default(struct names *names, const char *field, const char *list);
/* `map` (may be NULL) has names by field: one, or a list; they stand in place of the defaults. SYNTAX. */
enum status names_set(struct names *names, size_t n, const struct yaml_node *map, const char *what, struct reason *why) MUST_USE;
bool names_has(const struct names *names, const char *text);

/*
 * A heading may end in its unit: "Tare (t)", "Тара, ц", "load_kg", "载重（吨）". True where it does; *bytes is then how much of it is
 * the name, else all of it.
 */
bool name_unit(const char *heading, size_t *bytes, enum decimal_unit *unit);

/* Yes or no as lists in Chinese, English and Russian write it; nothing is no. False: neither. */
bool name_flag(const char *text, bool *out) MUST_USE;

/* One of two words of a setting; `yes` is the second. SYNTAX. */
enum status setting_choose(const struct yaml_node *settings, const char *name, const char *no, const char *yes, bool *out,
    struct reason *why) MUST_USE;

#endif
