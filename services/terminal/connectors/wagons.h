/* What the two files of the wagon list's connector share: its settings (wagons.c), and reading rows by them (wagons_read.c). */
#ifndef JUYAN_CONNECTORS_WAGONS_H
#define JUYAN_CONNECTORS_WAGONS_H

#include <stdio.h>

#include "connector.h"
#include "label.h"
#include "moment.h"
#include "rail.h"

enum wagons_field {
	FIELD_WAGON,
	FIELD_WAYBILL,
	FIELD_LOAD, /* the masses stand together */
	FIELD_TARE,
	FIELD_GROSS,
	FIELD_GOODS,
	FIELD_HS,
	FIELD_CONTAINER,
	FIELD_TRAIN,
	FIELD_BATCH,
	FIELD_DEPARTED,
	FIELD_RELOADED,
	FIELD_ORDER,
	FIELD_TYPE,
	FIELD_LENGTH,
	FIELD_DESTINATION,
	FIELD_CONSIGNEE,
	WAGONS_FIELDS
};

struct wagons {
	struct place place;
	struct rail_settings rail;
	struct label names[WAGONS_FIELDS];
	enum decimal_unit unit[WAGONS_FIELDS];
	bool unit_is_set[WAGONS_FIELDS];
	char encoding[32]; /* "": found out */
	char separator;    /* 0: found out */
	struct decimal_style style;
	char time[MOMENT_FORM_BYTES_MAX + 1];
};

/* What is said once of the whole train, each "" where it is not. */
struct wagons_words {
	const char *train, *date, *batch;
};

/* All rows into the list; false: it is refused (a remark says why), or there is no memory. */
bool wagons_read(const struct wagons *wagons, struct span bytes, struct rail_list *list, struct wagons_words *words);

#endif
