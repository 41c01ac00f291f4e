/*
 * Where the values stand in a gate's XML: one table for both dialects, for no public text fixes these names. Settings may put
 * others before them. A value is an element's text or an attribute; one that is empty is not there. Elements of the driver
 * (DR_...) are looked into by gate_driver alone.
 *
 * A place is "GROUP/NAME", a child or an attribute NAME of the root's child GROUP, or "NAME" alone: an attribute or a child of the
 * root. A place from the settings may also lie anywhere below. Values are lent from the tree. Any thread.
 */
#ifndef JUYAN_CONNECTORS_GATE_FIELDS_H
#define JUYAN_CONNECTORS_GATE_FIELDS_H

#include "xml.h"
#include "yaml.h"

/* X(name, the places, in the order in which they are asked) */
#define GATE_FIELD_LIST(X) \
	X(area, "AREA_ID") \
	X(channel, "CHNL_NO") \
	X(way, "I_E_TYPE", "I_E_FLAG") \
	X(number, "SEQ_NO") \
	X(session, "SESSION_ID") \
	X(time, "OPERATE_TIME") \
	/* of the vehicle's card, or the registered one; an answer repeats it in GPS; the bar code is "plate|..." */ \
	X(plate, "CAR/VE_NAME", "VE_RFID/VE_LICENSE_NO", "VE_LICENSE_NO", "IC/IC_VE_NAME", "GPS/VE_NAME", "BARCODE/CODE") \
	/* as the camera read it */ \
	X(camera, "OPTCAR/PCAR_NO", "VE_LICENSE_RECOGNITION/FOREIGN_LICENSE_NO", "VE_LICENSE_RECOGNITION/DOMESTIC_LICENSE_NO") \
	X(gross, "WEIGHT/GROSS_WT", "GROSS_WT") \
	X(tare, "CAR/VE_WT", "VE_RFID/VE_WT") \
	X(bill, "IC/IC_BILL_NO") \
	X(form, "FORM_INFO/FORM_ID", "FORM_ID") \
	X(container, "CONTA/CONTA_ID_F", "CONTA/CONTA_ID_B", "CONTA_ID", "CONTA_RECOGNITION/CONTA_ID") \
	X(result, "CHECK_RESULT", "EXCUTE_COMMAND") \
	X(hint, "OP_HINT")

enum gate_field {
#define X(name, ...) GATE_##name,
	GATE_FIELD_LIST(X)
#undef X
	    GATE_FIELDS
};

enum { GATE_PLACES_MAX = 8, GATE_PLACE_BYTES_MAX = 80 };

/* What settings say of the places; zeroed: nothing. */
struct gate_places {
	char list[GATE_FIELDS][GATE_PLACES_MAX][GATE_PLACE_BYTES_MAX + 1];
};

/* From `elements: {plate: [VE_NAME, CAR/CAR_NO], gross: W}`. SYNTAX, with file and line. */
enum status gate_places_read(const struct yaml_node *elements, struct gate_places *out, struct reason *why) MUST_USE;

/* The n-th value (from 0) of a field, those of the settings first; "": there are no more. */
const char *gate_value(const struct gate_places *places, const struct xml_node *root, enum gate_field field, size_t n);
/* The driver's number, else the name; "": neither is said. For a pseudonym (driver.h), and for nothing else. */
const char *gate_driver(const struct xml_node *root);

#endif
