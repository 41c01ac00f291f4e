/*
 * The waybills of MT1401 and MT2401: declared mass, packages and goods.
 *
 * - The waybill's total holds; where its lines weigh otherwise together, that is a remark.
 * - Classification/ID looks like a UN number of dangerous goods, so that there is no HS code unless it is configured.
 * - Containers that a waybill names stand on no vehicle yet: the carriage confirmation says which one carries them.
 * - Secondary data (0) are mostly parties and addresses. A waybill of theirs is taken only where it says its mass and its goods
 *   itself: put in the place of what the main data said, anything less would take something away from it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "manifest.h"

/* More than any batch of road vehicles can carry: a mistake in the unit, most likely. */
#define BATCH_KG_MAX (UNITS_MAX * UNIT_KG_MAX_ROAD)

enum { HS_DIGITS_WRITTEN_MIN = 6 };

/* "Coking coal; lump": both ways in which a line says what it is, where they differ, since groups go by words. */
static char *
description_of(struct manifest_reading *reading, const struct xml_node *commodity)
{
	const char *cargo = xml_text(xml_child(commodity, "CargoDescription"));
	const char *more = xml_text(xml_child(commodity, "Description"));
	if (cargo[0] == '\0' || more[0] == '\0' || strcmp(cargo, more) == 0)
		return findings_text(reading->out, cargo[0] != '\0' ? cargo : more, TEXT_BYTES_MAX);
	size_t bytes = strlen(cargo) + strlen(more) + sizeof "; ";
	char *both = findings_take(reading->out, bytes);
	if (both == NULL)
		return NULL;
	snprintf(both, bytes, "%s; %s", cargo, more);
	return findings_text(reading->out, both, TEXT_BYTES_MAX);
}

static const char *
hs_code_of(const struct manifest_reading *reading, const struct xml_node *commodity)
{
	const char *text = xml_text(xml_at(commodity, "Classification/ID"));
	size_t digits = strspn(text, "0123456789");
	bool hs = text[digits] == '\0' && digits >= HS_DIGITS_WRITTEN_MIN && digits <= HS_DIGITS_MAX;
	return reading->classification_is_hs && hs ? text : "";
}

static Juyan__V1__GoodsLine *
goods_line(struct manifest_reading *reading, const struct xml_node *item)
{
	const struct xml_node *commodity = xml_child(item, "Commodity");
	Juyan__V1__GoodsLine *line = findings_new(reading->out, &juyan__v1__goods_line__descriptor);
	if (line == NULL)
		return NULL;
	line->description = description_of(reading, commodity);
	line->hs_code = findings_text(reading->out, hs_code_of(reading, commodity), HS_DIGITS_MAX);
	manifest_mass(reading, item, "GoodsMeasure/GrossMassMeasure", &line->has_declared_kg, &line->declared_kg);
	manifest_packages(reading, item, "Packaging/QuantityQuantity", &line->has_packages, &line->packages);
	return line->description != NULL && line->hs_code != NULL ? line : NULL;
}

/* A waybill that names no goods has one line that says nothing: what it is is unknown, its mass is not. */
static bool
read_goods(struct manifest_reading *reading, const struct xml_node *consignment, Juyan__V1__Waybill *waybill)
{
	const struct xml_node *item = xml_child(consignment, "ConsignmentItem");
	do {
		if (waybill->n_goods == GOODS_MAX) {
			manifest_lacks(reading, item, "", "at most 512 goods lines");
			return false;
		}
		if (!findings_append(reading->out, &waybill->goods, &waybill->n_goods, goods_line(reading, item)))
			return false;
		item = xml_again(item);
	} while (item != NULL);
	return true;
}

static void
compare_masses(struct manifest_reading *reading, const Juyan__V1__Waybill *waybill)
{
	int64_t sum = 0;
	bool all = true;
	for (size_t i = 0; i < waybill->n_goods; i++) {
		sum += waybill->goods[i]->has_declared_kg ? waybill->goods[i]->declared_kg : 0;
		all = all && waybill->goods[i]->has_declared_kg;
	}
	if (waybill->has_declared_kg && (sum > waybill->declared_kg || (all && sum != waybill->declared_kg)))
		findings_remark(reading->out, REMARK_differs,
		    "waybill %s: its goods weigh %" PRId64 " kg together and its total is %" PRId64 " kg: the total holds",
		    waybill->waybill_no, sum, waybill->declared_kg);
	int64_t kg = waybill->has_declared_kg ? waybill->declared_kg : sum;
	if (kg > BATCH_KG_MAX)
		findings_remark(reading->out, REMARK_implausible,
		    "waybill %s: %" PRId64 " kg were declared; a batch of %d vehicles carries at most %" PRId64
		    " kg: is the unit right?",
		    waybill->waybill_no, kg, UNITS_MAX, BATCH_KG_MAX);
}

static Juyan__V1__Waybill *
read_waybill(struct manifest_reading *reading, const struct xml_node *consignment)
{
	static const char total[] = "GovernmentAgencyGoodsItem/GoodsMeasure/GrossMassMeasure";
	Juyan__V1__Waybill *waybill = findings_new(reading->out, &juyan__v1__waybill__descriptor);
	char *number = manifest_text(reading, consignment, "TransportContractDocument/ID", SHORT_TEXT_BYTES_MAX,
	    "a waybill number of up to 64 bytes");
	if (waybill == NULL || number == NULL)
		return NULL;
	waybill->waybill_no = number;
	if (reading->function == '3')
		return waybill;
	manifest_mass(reading, consignment, total, &waybill->has_declared_kg, &waybill->declared_kg);
	const char *packages = xml_child(consignment, "TotalPackageQuantity") != NULL
	    ? "TotalPackageQuantity"
	    : "GovernmentAgencyGoodsItem/TotalPackageQuantity";
	manifest_packages(reading, consignment, packages, &waybill->has_packages, &waybill->packages);
	if (!read_goods(reading, consignment, waybill))
		return NULL;
	if (!reading->refused)
		compare_masses(reading, waybill);
	return waybill;
}

static bool
says_all(const Juyan__V1__Waybill *waybill)
{
	bool all = waybill->has_declared_kg;
	for (size_t i = 0; i < waybill->n_goods; i++)
		all = all && waybill->goods[i]->description[0] != '\0';
	return all;
}

static bool
is_new(const Juyan__V1__ManifestLodged *lodged, const char *waybill_no)
{
	for (size_t i = 0; i < lodged->n_waybills; i++)
		if (strcmp(lodged->waybills[i]->waybill_no, waybill_no) == 0)
			return false;
	return true;
}

/* One more waybill; false: the document is refused, or there is no memory. */
static bool
add_waybill(struct manifest_reading *reading, const struct xml_node *consignment, Juyan__V1__ManifestLodged *lodged, size_t *goods)
{
	Juyan__V1__Waybill *waybill = read_waybill(reading, consignment);
	if (waybill == NULL || reading->refused)
		return false;
	*goods += waybill->n_goods;
	if (lodged->n_waybills == WAYBILLS_MAX || *goods > GOODS_MAX)
		manifest_lacks(reading, consignment, "", "at most 256 waybills with 512 goods lines together");
	else if (!is_new(lodged, waybill->waybill_no))
		manifest_lacks(reading, consignment, "TransportContractDocument/ID", "each waybill once");
	else if (reading->function == '0' && !says_all(waybill))
		findings_remark(reading->out, REMARK_no_change,
		    "secondary data of waybill %s, without its mass or its goods: what was said before stays", waybill->waybill_no);
	else
		return findings_append(reading->out, &lodged->waybills, &lodged->n_waybills, waybill);
	return !reading->refused;
}

bool
manifest_waybills(struct manifest_reading *reading, Juyan__V1__ManifestLodged *lodged, enum part *part)
{
	const struct xml_node *consignment = xml_child(reading->declaration, "Consignment");
	size_t goods = 0;
	bool whole = reading->function == '9' && reading->main_is_whole;
	*part = whole ? PART_REPLACE : reading->function == '3' ? PART_DROP : PART_ADD;
	if (consignment == NULL && reading->function == '0') {
		findings_remark(reading->out, REMARK_no_change, "secondary data without a waybill: what was said before stays");
		return false;
	}
	if (consignment == NULL && reading->function != '3')
		manifest_lacks(reading, reading->declaration, "Consignment", "at least one waybill");
	for (; consignment != NULL; consignment = xml_again(consignment))
		if (!add_waybill(reading, consignment, lodged, &goods))
			return false;
	return !reading->refused && (lodged->n_waybills > 0 || *part == PART_DROP);
}
