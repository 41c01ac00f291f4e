/*
 * The vehicle of a carriage confirmation, MT4401 to MT4406: who crosses, with which trailers and containers. There is no mass of
 * goods in it: that is the waybills'.
 *
 * - TransportEquipment of the vehicle is its trailers, of the consignment its containers; a container's number is known by its form
 *   wherever it stands.
 * - TareWeight is a trailer's. The vehicle's own tare is not said, so that the tare of the whole stays unknown: a part of it,
 *   taken for the whole, would make a net mass of steel. The containers' tare is theirs together, and known where each one's is.
 * - A deletion takes out the vehicle that it names. One that names none is refused: it cannot mean the waybills, too.
 */
#include <string.h>

#include "container.h"
#include "driver.h"
#include "manifest.h"

/* Four letters, the fourth of them U, J or Z, and seven digits: ISO 6346. */
static bool
is_container(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 4 && strchr("UJZ", text[3]) != NULL &&
	    strspn(text + 4, "0123456789") == 7 && text[11] == '\0';
}

static bool
is_among(char *const *texts, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(texts[i], text) == 0)
			return true;
	return false;
}

/* Each container's tare once; an empty or zero one makes all of them unknown, for no container weighs nothing. */
static void
add_tare(struct manifest_reading *reading, const struct xml_node *equipment, Juyan__V1__Unit *unit)
{
	protobuf_c_boolean known = false;
	int64_t kg = 0;
	manifest_mass(reading, equipment, "TareWeight", &known, &kg);
	unit->has_container_tare_kg = known && kg > 0 && (unit->n_containers == 1 || unit->has_container_tare_kg);
	unit->container_tare_kg = unit->has_container_tare_kg ? unit->container_tare_kg + kg : 0;
}

static void
add_equipment(struct manifest_reading *reading, const struct xml_node *parent, bool of_vehicle, Juyan__V1__Unit *unit)
{
	const struct xml_node *equipment = xml_child(parent, "TransportEquipment");
	for (; equipment != NULL && !reading->refused; equipment = xml_again(equipment)) {
		bool trailer = of_vehicle && !is_container(xml_text(xml_child(equipment, "ID")));
		char *number = manifest_text(reading, equipment, "ID", SHORT_TEXT_BYTES_MAX,
		    "a trailer's or container's number of up to 64 bytes");
		if (number != NULL && !trailer)
			number = container_number(reading->out, number);
		if (number == NULL)
			return;
		if (number[0] == '\0')
			continue;
		if (is_among(trailer ? unit->trailers : unit->containers, trailer ? unit->n_trailers : unit->n_containers, number))
			continue;
		if (trailer ? unit->n_trailers == TRAILERS_MAX : unit->n_containers == CONTAINERS_MAX)
			manifest_lacks(reading, equipment, "ID", "at most 8 trailers and 16 containers");
		else if (trailer)
			findings_append(reading->out, &unit->trailers, &unit->n_trailers, number);
		else if (findings_append(reading->out, &unit->containers, &unit->n_containers, number))
			add_tare(reading, equipment, unit);
	}
}

/* The unit of this name, at the end of the manifest where it is new. */
static Juyan__V1__Unit *
unit_named(struct manifest_reading *reading, Juyan__V1__ManifestLodged *lodged, char *name)
{
	for (size_t i = 0; i < lodged->n_units; i++)
		if (strcmp(lodged->units[i]->unit_id, name) == 0)
			return lodged->units[i];
	Juyan__V1__Unit *unit = findings_new(reading->out, &juyan__v1__unit__descriptor);
	if (unit == NULL)
		return NULL;
	unit->unit_id = name;
	return findings_append(reading->out, &lodged->units, &lodged->n_units, unit) ? unit : NULL;
}

static void
read_vehicle(struct manifest_reading *reading, const struct xml_node *consignment, Juyan__V1__ManifestLodged *lodged)
{
	const struct xml_node *vehicle = xml_child(consignment, "BorderTransportMeans");
	const char *name =
	    xml_text(xml_child(vehicle, "Name"))[0] != '\0' ? "BorderTransportMeans/Name" : "BorderTransportMeans/ID";
	char *plate = manifest_text(reading, consignment, name, UNIT_ID_BYTES_MAX,
	    "a plate of up to 32 bytes in BorderTransportMeans/Name, or in ID");
	if (plate == NULL)
		return;
	if (lodged->n_units == UNITS_MAX) {
		manifest_lacks(reading, vehicle, "", "at most 128 vehicles");
		return;
	}
	Juyan__V1__Unit *unit = unit_named(reading, lodged, plate);
	if (unit == NULL || reading->function == '3')
		return;
	const struct xml_node *master = xml_child(vehicle, "Master");
	const char *number = xml_text(xml_child(master, "ID"));
	driver_put(reading->out, reading->place, number[0] != '\0' ? number : xml_text(xml_child(master, "Name")), &unit->driver);
	add_equipment(reading, vehicle, true, unit);
	add_equipment(reading, consignment, false, unit);
}

bool
manifest_vehicles(struct manifest_reading *reading, Juyan__V1__ManifestLodged *lodged, enum part *part)
{
	const struct xml_node *consignment = xml_child(reading->declaration, "Consignment");
	*part = reading->function == '3' ? PART_DROP : PART_ADD;
	if (reading->function == '0') {
		findings_remark(reading->out, REMARK_no_change, "secondary data of a vehicle: what was said before stays");
		return false;
	}
	for (; consignment != NULL && !reading->refused && !findings_full(reading->out); consignment = xml_again(consignment))
		if (xml_child(consignment, "BorderTransportMeans") != NULL)
			read_vehicle(reading, consignment, lodged);
	if (lodged->n_units == 0 && !reading->refused) /* an empty vehicle carries no consignment: it may stand above */
		read_vehicle(reading, reading->declaration, lodged);
	return !reading->refused && lodged->n_units > 0;
}
