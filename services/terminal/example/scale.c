/*
 * A scale's program, whole: it reads weighings from its standard input, one on a line ("BATCH PLATE GROSS TARE", in kg), and
 * hands them over. Each is on this machine's disk before the next line is read; the centre may be away meanwhile.
 *
 *     cc scale.c -ljuyan -o scale
 *     ./scale tcp://10.0.0.1:4711 scale-2.key server.key.pub /var/lib/scale-2 < weighings.txt
 */
#include <inttypes.h>
#include <juyan.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void
on_notice(void *user, enum juyan_notice notice, const char *sentence)
{
	(void)user;
	fprintf(stderr, "notice %d: %s\n", (int)notice, sentence);
}

static int64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* 0: taken. 1: this line is wrong, the next may be right. 2: this machine has to be seen to. */
static int
hand_over(struct juyan *juyan, const char *line)
{
	char batch[65], plate[33], event[512], why[JUYAN_SENTENCE_BYTES];
	int64_t gross, tare;
	if (sscanf(line, "%64s %32s %" SCNd64 " %" SCNd64, batch, plate, &gross, &tare) != 4) {
		fprintf(stderr, "expected BATCH PLATE GROSS TARE, not: %s", line);
		return 1;
	}
	if (strpbrk(line, "\"\\") != NULL) {
		fprintf(stderr, "a quote or backslash is in: %s", line);
		return 1;
	}
	snprintf(event, sizeof event,
	    "{\"occurred_at_ms\": %" PRId64 ", \"port\": \"ceke\", \"batch_no\": \"%s\", \"unit_weighed\": "
	    "{\"unit_id\": \"%s\", \"gross_kg\": %" PRId64 ", \"tare_kg\": %" PRId64
	    ", \"scale\": \"2\", \"stability\": \"STABLE\"}}",
	    now_ms(), batch, plate, gross, tare);
	enum juyan_result result = juyan_take(juyan, event, strlen(event), why, sizeof why);
	if (result != JUYAN_OK)
		fprintf(stderr, "not taken: %s\n", why);
	return result == JUYAN_OK ? 0 : result == JUYAN_WRONG ? 1 : 2;
}

int
main(int argc, char **argv)
{
	char line[256], why[JUYAN_SENTENCE_BYTES];
	struct juyan *juyan;
	int wrong = 0;
	if (argc != 5) {
		fprintf(stderr, "usage: %s CENTRE KEY CENTRE-KEY SPOOL < WEIGHINGS\n", argv[0]);
		return 2;
	}
	const struct juyan_options options = {
		.centre = argv[1],
		.key_file = argv[2],
		.centre_key_file = argv[3],
		.spool_folder = argv[4],
		.on_notice = on_notice,
	};
	if (juyan_open(&options, &juyan, why, sizeof why) != JUYAN_OK) {
		fprintf(stderr, "%s\n", why);
		return 3;
	}
	while (wrong < 2 && fgets(line, sizeof line, stdin) != NULL)
		wrong |= hand_over(juyan, line);
	/* Here a scale would go on for years. What the centre has not confirmed by now waits in the spool for the next start. */
	struct juyan_state state;
	juyan_flush(juyan, 10000);
	juyan_state(juyan, &state);
	printf("%" PRIu64 " events taken, %" PRIu64 " of them at the centre\n", state.taken, state.confirmed);
	juyan_close(&juyan);
	return wrong;
}
