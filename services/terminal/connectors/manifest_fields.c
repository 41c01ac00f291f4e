/* Single fields of a manifest's document, and the sentence that is written where one is wrong. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "decimal.h"
#include "manifest.h"
#include "moment.h"

enum { PATH_BYTES = 160 };

static const struct decimal_style plain = { '.', 0 };

static struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

void
manifest_lacks(struct manifest_reading *reading, const struct xml_node *at, const char *path, const char *expected)
{
	char place[PATH_BYTES];
	const struct xml_node *node = xml_at(at, path);
	xml_path(at, place, sizeof place);
	size_t used = strlen(place);
	snprintf(place + used, sizeof place - used, "%s%s", used > 0 && path[0] != '\0' ? "/" : "", path);
	unsigned long line = node != NULL ? node->line : at != NULL ? at->line : 1;
	if (xml_text(node)[0] == '\0')
		findings_remark(reading->out, REMARK_lacks, "line %lu: %s is missing or empty; expected %s", line, place, expected);
	else
		findings_remark(reading->out, REMARK_lacks, "line %lu: %s is '%.40s'; expected %s", line, place, xml_text(node),
		    expected);
	reading->refused = true;
}

char *
manifest_text(struct manifest_reading *reading, const struct xml_node *at, const char *path, size_t bytes_max, const char *expected)
{
	const char *text = xml_text(xml_at(at, path));
	if (text[0] == '\0' || strlen(text) > bytes_max || !wire_text_clean(text, strlen(text))) {
		manifest_lacks(reading, at, path, expected);
		return NULL;
	}
	return findings_text(reading->out, text, bytes_max);
}

/* UN/ECE recommendation 20, as far as decimal.h can say it exactly. */
static bool
unit_of(const char *code, enum decimal_unit *out)
{
	static const struct {
		const char *code;
		enum decimal_unit unit;
	} units[] = { { "KGM", DECIMAL_KG }, { "TNE", DECIMAL_T }, { "DTN", DECIMAL_CENTNER }, { "LBR", DECIMAL_LB } };
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strcasecmp(units[i].code, code) == 0) {
			*out = units[i].unit;
			return true;
		}
	}
	return false;
}

void
manifest_mass(struct manifest_reading *reading, const struct xml_node *at, const char *path, protobuf_c_boolean *known, int64_t *kg)
{
	const struct xml_node *node = xml_at(at, path);
	char place[PATH_BYTES];
	enum decimal_unit unit;
	struct reason why;
	int64_t mass;
	if (xml_text(node)[0] == '\0')
		return;
	if (!unit_of(xml_attribute(node, "unitCode"), &unit)) { /* a number without its unit is no mass */
		findings_remark(reading->out, REMARK_strange,
		    "line %lu: %s has the unit '%.20s'; expected KGM, TNE, DTN or LBR: this mass is unknown", node->line,
		    xml_path(node, place, sizeof place), xml_attribute(node, "unitCode"));
		return;
	}
	if (decimal_kg(span_of(node->text), plain, unit, &mass, &why) != STATUS_OK || mass < 0) {
		manifest_lacks(reading, at, path, "a mass of 0 or more, up to a million tonnes, such as 1234.5");
		return;
	}
	*known = true;
	*kg = mass;
}

void
manifest_packages(struct manifest_reading *reading, const struct xml_node *at, const char *path, protobuf_c_boolean *known,
    int64_t *packages)
{
	const struct xml_node *node = xml_at(at, path);
	struct reason why;
	int64_t n;
	if (xml_text(node)[0] == '\0')
		return;
	if (decimal_whole(span_of(node->text), plain, &n, &why) != STATUS_OK || n < 0 || n > PACKAGES_MAX) {
		manifest_lacks(reading, at, path, "a count of packages, a whole number");
		return;
	}
	*known = true;
	*packages = n;
}

int64_t
manifest_moment(struct manifest_reading *reading, const struct xml_node *node)
{
	struct span text = span_of(xml_text(node));
	struct reason why;
	int64_t ms;
	if (text.bytes == 0)
		return reading->when->now_ms;
	const char *form = text.bytes == strlen("yyyymmddhhmmss") ? "YYYYMMDDhhmmss" : "YYYYMMDDhhmmssfff";
	if (moment_parse(text, form, &reading->place->offset_minutes, &ms, &why) == STATUS_OK)
		return ms;
	manifest_lacks(reading, node, "", "the port's local time as yyyyMMddHHmmssSSS");
	return 0;
}
