/*
 * The pictures of the contract: each asks what it needs and gives the answer as JSON. Where it sets no `mark` that is done for it,
 * from the log sequence numbers of what it asked. `request` has its parameters checked; its route is NULL for picture_live. The
 * caller owns *out. What is wrong with a request comes back as a status of REFUSE with its sentence (problem.h says what follows);
 * NO_MEMORY and what the services asked say come back as they are.
 */
#ifndef JUYAN_DASHBOARD_PICTURES_H
#define JUYAN_DASHBOARD_PICTURES_H

#include "easel.h"
#include "routes.h"

#define PICTURE_LIST(X) \
	X(place) \
	X(live) X(overview) X(flow) X(calendar) X(goods) X(search) X(batch) X(attention) X(machines) X(quarantined) X(report)

#define X(name) \
	enum status picture_##name(struct easel *easel, const struct request *request, json_t **out, struct reason *why) MUST_USE;
PICTURE_LIST(X)
#undef X

/* The report as CSV, XLSX or PDF, by the parameters `format` and `lang`. */
enum status picture_report_file(struct easel *easel, const struct request *request, struct route_file *out,
    struct reason *why) MUST_USE;

#endif
