/* The table of places, and the way through a tree along it. */
#include "gate_fields.h"

#include <string.h>

enum { BUILT_IN_MAX = 8 };

static const struct {
	const char *name;
	const char *places[BUILT_IN_MAX];
} fields[] = {
#define X(name, ...) { #name, { __VA_ARGS__ } },
	GATE_FIELD_LIST(X)
#undef X
};

/* ---- settings ---- */

static enum status
add_place(const struct yaml_node *node, const char *field, char *out, struct reason *why)
{
	const char *place = yaml_text(node);
	if (place == NULL || place[0] == '\0' || strlen(place) > GATE_PLACE_BYTES_MAX)
		return yaml_fail(node, why, "a place of '%s' is no text of 1 to %d bytes, expected such as CAR/VE_NAME", field,
		    GATE_PLACE_BYTES_MAX);
	if (strncmp(place, "DR_", 3) == 0 || strstr(place, "/DR_") != NULL || strstr(place, "_DR_") != NULL)
		return yaml_fail(node, why, "'%s' is the driver's: personal data go nowhere", place);
	memcpy(out, place, strlen(place) + 1);
	return STATUS_OK;
}

static enum status
read_field(const struct yaml_node *node, enum gate_field field, struct gate_places *out, struct reason *why)
{
	const char *name = fields[field].name;
	if (yaml_text(node) != NULL)
		return add_place(node, name, out->list[field][0], why);
	if (!yaml_is_list(node) || yaml_count(node) > GATE_PLACES_MAX)
		return yaml_fail(node, why, "the places of '%s' are no list of at most %d names", name, GATE_PLACES_MAX);
	for (size_t i = 0; i < yaml_count(node); i++) {
		enum status status = add_place(yaml_item(node, i), name, out->list[field][i], why);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status
gate_places_read(const struct yaml_node *elements, struct gate_places *out, struct reason *why)
{
	const char *allowed[GATE_FIELDS + 1] = { NULL };
	for (size_t i = 0; i < GATE_FIELDS; i++)
		allowed[i] = fields[i].name;
	*out = (struct gate_places){ 0 };
	if (elements == NULL)
		return STATUS_OK;
	if (!yaml_is_map(elements))
		return yaml_fail(elements, why, "'elements' is no map, expected such as {plate: [VE_NAME, CAR/CAR_NO]}");
	enum status status = yaml_only(elements, allowed, why);
	for (size_t i = 0; status == STATUS_OK && i < GATE_FIELDS; i++)
		if (yaml_get(elements, fields[i].name) != NULL)
			status = read_field(yaml_get(elements, fields[i].name), (enum gate_field)i, out, why);
	return status;
}

/* ---- values ---- */

/* Walks over values; the one asked for is where `left` reaches 0. */
struct search {
	size_t left;
	const char *found;
};

static bool
meet(struct search *search, const char *value)
{
	if (value[0] == '\0' || search->left-- > 0)
		return false;
	search->found = value;
	return true;
}

/* An attribute of this name, and all children of it. */
static bool
meet_in(struct search *search, const struct xml_node *node, const char *name)
{
	if (node == NULL)
		return false;
	if (meet(search, xml_attribute(node, name)))
		return true;
	for (const struct xml_node *at = xml_child(node, name); at != NULL; at = xml_again(at))
		if (meet(search, xml_text(at)))
			return true;
	return false;
}

/* "GROUP/NAME": in each child GROUP; more '/' go on with the first child each. */
static bool
meet_at(struct search *search, const struct xml_node *root, const char *place)
{
	const char *slash = strrchr(place, '/');
	char group[GATE_PLACE_BYTES_MAX + 1];
	if (slash == NULL)
		return meet_in(search, root, place);
	memcpy(group, place, (size_t)(slash - place));
	group[slash - place] = '\0';
	for (const struct xml_node *at = xml_at(root, group); at != NULL; at = xml_again(at))
		if (meet_in(search, at, slash + 1))
			return true;
	return false;
}

/* The next element in the order of the document; what is the driver's is passed by. */
static const struct xml_node *
walk(const struct xml_node *root, const struct xml_node *at)
{
	bool below = true;
	do {
		const struct xml_node *down = below ? at->first : NULL;
		while (down == NULL && at != root && at->next == NULL)
			at = at->parent;
		if (down == NULL && at == root)
			return NULL;
		at = down != NULL ? down : at->next;
		below = strncmp(at->name, "DR_", 3) != 0;
	} while (!below);
	return at;
}

static bool
meet_anywhere(struct search *search, const struct xml_node *root, const char *place)
{
	for (const struct xml_node *at = root; at != NULL; at = walk(root, at))
		if (meet_at(search, at, place))
			return true;
	return false;
}

const char *
gate_value(const struct gate_places *places, const struct xml_node *root, enum gate_field field, size_t n)
{
	struct search search = { n, "" };
	for (size_t i = 0; i < GATE_PLACES_MAX && places->list[field][i][0] != '\0'; i++)
		if (meet_anywhere(&search, root, places->list[field][i]))
			return search.found;
	for (size_t i = 0; i < BUILT_IN_MAX && fields[field].places[i] != NULL; i++)
		if (meet_at(&search, root, fields[field].places[i]))
			return search.found;
	return search.found;
}

const char *
gate_driver(const struct xml_node *root)
{
	static const char *const places[] = { "DR_CUSTOMS_NO", "DR_RFID/DR_CUSTOMS_NO", "IC/IC_DR_CUSTOMS_NO", "IC/DR_IC_NO",
		"DR_RFID/DR_NAME" };
	struct search search = { 0, "" };
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (meet_at(&search, root, places[i]))
			break;
	return search.found;
}
