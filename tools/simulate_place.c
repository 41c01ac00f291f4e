/* The simulation of a data folder: one line of text, written once. */
#include "simulate_place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "port_calendar.h"

enum { LINE_BYTES = 256, PATH_BYTES = 512 };

#define LINE \
	"juyan-simulation 1 seed=%" PRIu64 " ceke=%d wuliji=%d from=%" PRId64 " to=%" PRId64 " scale=%" PRIu32 \
	" faults=%d rail=%d machines=%" PRId64 " twin=%" PRIu32 "\n"
#define LINE_SCAN \
	"juyan-simulation 1 seed=%" SCNu64 " ceke=%d wuliji=%d from=%" SCNd64 " to=%" SCNd64 " scale=%" SCNu32 " faults=%d " \
	"rail=%d machines=%" SCNd64 " twin=%" SCNu32

static enum status
remember(int fd, const char *path, const struct simulation_options *options, struct reason *why)
{
	char line[LINE_BYTES];
	int n = snprintf(line, sizeof line, LINE, options->seed, options->ports[PORT_CEKE], options->ports[PORT_WULIJI],
	    options->from_day, options->to_day, options->scale_per_mille, options->faults, options->rail,
	    options->machines_from_day, options->twin);
	if (pwrite(fd, line, (size_t)n, 0) != n || fsync(fd) != 0)
		return reason_say(why, STATUS_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
	return STATUS_OK;
}

static bool
same_day(int64_t asked, int64_t kept, const char *name, struct reason *why, const char *path)
{
	if (asked == kept)
		return true;
	int year, month, day;
	port_calendar_date(kept, &year, &month, &day);
	reason_say(why, STATUS_CONTRADICTION,
	    "%s: the terminals of this folder stream a simulation with %s=%04d-%02d-%02d; go on with that, or "
	    "take another data folder",
	    path, name, year, month, day);
	return false;
}

static bool
same_number(uint64_t asked, uint64_t kept, const char *name, struct reason *why, const char *path)
{
	if (asked == kept)
		return true;
	reason_say(why, STATUS_CONTRADICTION,
	    "%s: the terminals of this folder stream a simulation with %s=%" PRIu64 "; go on with that, or take "
	    "another data folder",
	    path, name, kept);
	return false;
}

static enum status
go_on(const char *line, const char *path, const struct simulate_asked *asked, struct simulation_options *options,
    struct reason *why)
{
	struct simulation_options kept = *options;
	int ceke, wuliji, faults, rail;
	/* A line of an earlier version ends before these. */
	kept.machines_from_day = 0;
	kept.twin = 0;
	if (sscanf(line, LINE_SCAN, &kept.seed, &ceke, &wuliji, &kept.from_day, &kept.to_day, &kept.scale_per_mille, &faults, &rail,
		&kept.machines_from_day, &kept.twin) < 8)
		return reason_say(why, STATUS_SYNTAX, "%s cannot be read: it does not say which simulation this folder has", path);
	kept.ports[PORT_CEKE] = ceke != 0;
	kept.ports[PORT_WULIJI] = wuliji != 0;
	kept.faults = faults != 0;
	kept.rail = rail != 0;
	bool same = (!asked->seed || same_number(options->seed, kept.seed, "seed", why, path)) &&
	    (!asked->ports || same_number(options->ports[PORT_CEKE], kept.ports[PORT_CEKE], "ceke", why, path)) &&
	    (!asked->ports || same_number(options->ports[PORT_WULIJI], kept.ports[PORT_WULIJI], "wuliji", why, path)) &&
	    (!asked->from || same_day(options->from_day, kept.from_day, "from", why, path)) &&
	    (!asked->to || same_day(options->to_day, kept.to_day, "to", why, path)) &&
	    (!asked->scale || same_number(options->scale_per_mille, kept.scale_per_mille, "scale per mille", why, path)) &&
	    (!asked->faults || same_number(options->faults, kept.faults, "faults", why, path)) &&
	    (!asked->twin || same_number(options->twin, kept.twin, "twin", why, path)) &&
	    (!asked->rail || same_number(options->rail, kept.rail, "rail", why, path)) &&
	    (!asked->machines || same_day(options->machines_from_day, kept.machines_from_day, "machines", why, path));
	if (!same)
		return STATUS_CONTRADICTION;
	*options = kept;
	return STATUS_OK;
}

enum status
simulate_place_open(const char *keys_dir, const struct simulate_asked *asked, struct simulation_options *options,
    struct simulate_place *out, struct reason *why)
{
	char path[PATH_BYTES], line[LINE_BYTES];
	if (snprintf(path, sizeof path, "%s/simulate.place", keys_dir) >= (int)sizeof path)
		return reason_say(why, STATUS_USAGE, "the path of the keys is too long: '%s'", keys_dir);
	struct simulate_place place = { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) };
	if (place.fd < 0 && errno == ENOENT)
		return reason_say(why, STATUS_NOT_FOUND,
		    "%s: there is no such folder for the terminals' keys; 'juyan serve' makes one when it "
		    "first starts on a data folder",
		    keys_dir);
	if (place.fd < 0)
		return reason_say(why, STATUS_SYSTEM, "%s cannot be opened: %s", path, strerror(errno));
	enum status status = STATUS_OK;
	if (flock(place.fd, LOCK_EX | LOCK_NB) != 0)
		status = reason_say(why, STATUS_IN_USE, "another simulation streams as the terminals of %s", keys_dir);
	ssize_t n = status == STATUS_OK ? pread(place.fd, line, sizeof line - 1, 0) : 0;
	if (n > 0) {
		line[n] = '\0';
		status = go_on(line, path, asked, options, why);
	} else if (status == STATUS_OK) {
		status = n == 0 ? remember(place.fd, path, options, why)
				: reason_say(why, STATUS_SYSTEM, "%s cannot be read: %s", path, strerror(errno));
	}
	if (status == STATUS_OK)
		*out = place;
	else
		simulate_place_close(&place);
	return status;
}

void
simulate_place_close(struct simulate_place *place)
{
	if (place->fd >= 0)
		close(place->fd);
	place->fd = -1;
}
