/* Folding names, and finding them. */
#include "label.h"

#include <stdio.h>
#include <string.h>

/* ---- folding ---- */

/* A lower-case Cyrillic letter as the Latin one that it looks like, as a capital or small; 0: it looks like none. */
static char
looks_like(unsigned sign)
{
	static const struct {
		unsigned sign;
		char latin;
	} twins[] = { { 0x430, 'a' }, { 0x432, 'b' }, { 0x435, 'e' }, { 0x43A, 'k' }, { 0x43C, 'm' }, { 0x43D, 'h' },
		{ 0x43E, 'o' }, { 0x440, 'p' }, { 0x441, 'c' }, { 0x442, 't' }, { 0x443, 'y' }, { 0x445, 'x' }, { 0x455, 's' },
		{ 0x456, 'i' }, { 0x458, 'j' } };
	for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++)
		if (twins[i].sign == sign)
			return twins[i].latin;
	return 0;
}

static unsigned
lower(unsigned sign)
{
	if (sign >= 0x410 && sign <= 0x42F)
		return sign + 0x20;
	return sign >= 0x400 && sign <= 0x40F ? sign + 0x50 : sign;
}

/* One sign of two bytes; returns how many bytes it wrote. */
static size_t
fold_two(const unsigned char *at, char out[2])
{
	unsigned sign = lower((unsigned)(at[0] & 0x1F) << 6 | (at[1] & 0x3F));
	if (sign == 0xA0) /* a space that does not break */
		return 0;
	out[0] = looks_like(sign);
	if (out[0] != 0)
		return 1;
	out[0] = (char)(0xC0 | sign >> 6);
	out[1] = (char)(0x80 | (sign & 0x3F));
	return 2;
}

void
label_fold(const char *text, char *out, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t n = 0;
	char folded[2];
	while (*at != '\0' && n + sizeof folded < bytes) {
		if ((*at & 0xE0) == 0xC0 && (at[1] & 0xC0) == 0x80) {
			size_t wrote = fold_two(at, folded);
			memcpy(out + n, folded, wrote);
			n += wrote;
			at += 2;
			continue;
		}
		if (strchr(" _.\t\r\n", *at) == NULL)
			out[n++] = (char)(*at >= 'A' && *at <= 'Z' ? *at + ('a' - 'A') : *at);
		at++;
	}
	out[n] = '\0';
}

/* ---- names of fields ---- */

void
label_default(struct label *label, const char *field, const char *list)
{
	label->field = field;
	label->n = 0;
	while (*list != '\0' && label->n < LABEL_ALIASES_MAX) {
		char one[LABEL_BYTES_MAX];
		size_t bytes = strcspn(list, "|");
		snprintf(one, sizeof one, "%.*s", (int)bytes, list);
		label_fold(one, label->alias[label->n++], LABEL_BYTES_MAX);
		list += bytes + (list[bytes] == '|');
	}
}

static enum status
set_one(struct label *label, const struct yaml_node *node, struct reason *why)
{
	size_t n = yaml_is_list(node) ? yaml_count(node) : 1;
	if (n > LABEL_ALIASES_MAX)
		return yaml_fail(node, why, "%s: expected at most %d names", label->field, LABEL_ALIASES_MAX);
	for (size_t i = 0; i < n; i++) {
		const char *text = yaml_text(yaml_is_list(node) ? yaml_item(node, i) : node);
		if (text == NULL || strlen(text) >= LABEL_BYTES_MAX - 2)
			return yaml_fail(node, why, "%s: expected a name, or a list of names, of less than %d bytes", label->field,
			    LABEL_BYTES_MAX - 2);
		label_fold(text, label->alias[i], LABEL_BYTES_MAX);
	}
	label->n = n;
	return STATUS_OK;
}

enum status
label_set(struct label *labels, size_t n, const struct yaml_node *map, const char *what, struct reason *why)
{
	enum status status = STATUS_OK;
	if (map == NULL)
		return STATUS_OK;
	if (!yaml_is_map(map))
		return yaml_fail(map, why, "%s: expected lines such as  wagon: 车号", what);
	for (size_t i = 0; i < yaml_count(map) && status == STATUS_OK; i++) {
		size_t k = 0;
		while (k < n && strcmp(labels[k].field, yaml_key(map, i)) != 0)
			k++;
		if (k == n)
			return yaml_fail(yaml_value(map, i), why, "%s: there is no '%.32s' here; the first of them is '%s'", what,
			    yaml_key(map, i), labels[0].field);
		status = set_one(&labels[k], yaml_value(map, i), why);
	}
	return status;
}

bool
label_has(const struct label *label, const char *text)
{
	char folded[LABEL_BYTES_MAX];
	label_fold(text, folded, sizeof folded);
	for (size_t i = 0; folded[0] != '\0' && i < label->n; i++)
		if (strcmp(label->alias[i], folded) == 0)
			return true;
	return false;
}

/* ---- units ---- */

static bool
unit_word(const char *text, size_t bytes, enum decimal_unit *unit)
{
	static const struct {
		const char *word;
		enum decimal_unit unit;
	} words[] = { { "kg", DECIMAL_KG }, { "кг", DECIMAL_KG }, { "公斤", DECIMAL_KG }, { "千克", DECIMAL_KG },
		{ "t", DECIMAL_T }, { "т", DECIMAL_T }, { "吨", DECIMAL_T }, { "centner", DECIMAL_CENTNER },
		{ "ц", DECIMAL_CENTNER } };
	char word[16], folded[16], known[16];
	if (bytes >= sizeof word)
		return false;
	memcpy(word, text, bytes);
	word[bytes] = '\0';
	label_fold(word, folded, sizeof folded);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		label_fold(words[i].word, known, sizeof known);
		if (strcmp(folded, known) == 0) {
			*unit = words[i].unit;
			return true;
		}
	}
	return false;
}

static bool
ends_in(const char *text, size_t bytes, const char *end)
{
	return bytes > strlen(end) && memcmp(text + bytes - strlen(end), end, strlen(end)) == 0;
}

bool
label_unit(const char *heading, size_t *bytes, enum decimal_unit *unit)
{
	static const char wide_open[] = "（", wide_shut[] = "）";
	size_t end = strlen(heading);
	*bytes = end;
	if (ends_in(heading, end, ")"))
		end--;
	else if (ends_in(heading, end, wide_shut))
		end -= strlen(wide_shut);
	for (size_t at = end; at-- > 1;) {
		size_t mark = strchr("(,_ ", heading[at]) != NULL ? 1 : 0;
		if (strncmp(heading + at, wide_open, strlen(wide_open)) == 0)
			mark = strlen(wide_open);
		if (mark == 0)
			continue;
		if (unit_word(heading + at + mark, end - at - mark, unit)) {
			while (at > 0 && strchr(" ,", heading[at - 1]) != NULL)
				at--;
			*bytes = at;
			return true;
		}
		if (heading[at] != ' ')
			return false;
	}
	return false;
}

static bool
is_one_of(const char *folded, const char *const *words)
{
	char known[LABEL_BYTES_MAX];
	for (; *words != NULL; words++) {
		label_fold(*words, known, sizeof known);
		if (strcmp(folded, known) == 0)
			return true;
	}
	return false;
}

bool
label_flag(const char *text, bool *out)
{
	static const char *const yes[] = { "是", "y", "yes", "1", "true", "да", "д", "x", "√", "已换装", NULL };
	static const char *const no[] = { "", "否", "n", "no", "0", "false", "нет", "н", "-", NULL };
	char folded[LABEL_BYTES_MAX];
	label_fold(text, folded, sizeof folded);
	*out = is_one_of(folded, yes);
	return *out || is_one_of(folded, no);
}
