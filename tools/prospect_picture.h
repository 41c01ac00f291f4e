/* Pictures of a prospect. The SVG that comes back is the caller's to free. */
#ifndef JUYAN_TOOLS_PROSPECT_PICTURE_H
#define JUYAN_TOOLS_PROSPECT_PICTURE_H

#include "picture.h"
#include "prospect.h"

/* The forecast of each period behind what was known of the last ones. NO_MEMORY. */
enum status prospect_fan(const struct prospect *prospect, const char *id, bool alone, char **out) MUST_USE;

/*
 * A year as it adds up, beside the year before: of the year that most of the forecast lies in. NOT_FOUND where the rows are years,
 * or hours of a few days: there is nothing that adds up. NO_MEMORY.
 */
enum status prospect_fan_year(const struct prospect *prospect, const char *id, bool alone, char **out) MUST_USE;

/* What each period's forecast is made of, summed up over all that is to come. NOT_FOUND where that is not known. NO_MEMORY. */
enum status prospect_waterfall(const struct prospect *prospect, const char *id, bool alone, char **out) MUST_USE;

#endif
