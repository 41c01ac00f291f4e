/*
 * Names under which a field stands in other people's lists and forms: defaults, or what a setting says. Names are compared folded:
 * letters in lower case, without spaces, '_' and full stops, and a Cyrillic letter that looks like a Latin one is that one, for
 * published forms mix them up. Owns nothing; any thread.
 */
#ifndef JUYAN_CONNECTORS_LABEL_H
#define JUYAN_CONNECTORS_LABEL_H

#include "decimal.h"
#include "yaml.h"

enum { LABEL_BYTES_MAX = 64, LABEL_ALIASES_MAX = 10 };

struct label {
	const char *field;                              /* as the setting calls it */
	char alias[LABEL_ALIASES_MAX][LABEL_BYTES_MAX]; /* folded */
	size_t n;
};

/* Cut to the buffer. */
void label_fold(const char *text, char *out, size_t bytes);
/* Takes names out of "wagon|wagon no|车号". */
void label_default(struct label *label, const char *field, const char *list);
/* `map` (may be NULL) has names by field: one, or a list; they stand in place of the defaults. SYNTAX. */
enum status label_set(struct label *labels, size_t n, const struct yaml_node *map, const char *what, struct reason *why) MUST_USE;
bool label_has(const struct label *label, const char *text);

/*
 * A heading may end in its unit: "Tare (t)", "Тара, ц", "load_kg", "载重（吨）". True where it does; *bytes is then how much of it is
 * the name, else all of it.
 */
bool label_unit(const char *heading, size_t *bytes, enum decimal_unit *unit);

/* Yes or no as lists in Chinese, English and Russian write it; nothing is no. False: neither. */
bool label_flag(const char *text, bool *out) MUST_USE;

#endif
