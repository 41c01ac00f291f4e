/*
 * A zip from outside: members come, or sentences, never more of either than it may have, and the same ones each time.
 *
 * reads: services/terminal/gateway/zip_members.c
 */
#include "fuzz.h"
#include "zip_members.h"

struct sum {
	size_t members, wrong, bytes, mixed;
};

static void
add(struct sum *sum, const char *name, struct span data)
{
	fuzz_holds(data.bytes <= ZIP_MEMBER_BYTES_MAX && !zip_members_are(data));
	fuzz_holds(name[0] == '\0' || name[strlen(name) - 1] != '/');
	for (size_t i = 0; name[i] != '\0'; i++)
		fuzz_holds((unsigned char)name[i] >= ' ');
	for (size_t i = 0; i < data.bytes; i++)
		sum->mixed = sum->mixed * 31 + data.data[i];
	sum->members++;
	sum->bytes += data.bytes;
}

static struct sum
look(struct span zip)
{
	struct zip_members *members = NULL;
	struct sum sum = { 0 };
	struct reason why = { "" };
	enum status status = zip_members_open(zip, &members, &why);
	if (status != STATUS_OK) {
		fuzz_holds(members == NULL && why.text[0] != '\0' && status_consequence(status) == REFUSE);
		return sum;
	}
	for (;;) {
		const char *name = "";
		struct span data = { NULL, 0 };
		why.text[0] = '\0';
		status = zip_members_next(members, &name, &data, &why);
		if (status == STATUS_OK && data.data == NULL)
			break;
		fuzz_holds(status == STATUS_OK || (why.text[0] != '\0' && status_consequence(status) == REFUSE));
		if (status == STATUS_OK)
			add(&sum, name, data);
		else
			sum.wrong++;
		fuzz_holds(sum.members + sum.wrong <= ZIP_MEMBERS_MAX);
	}
	zip_members_close(&members);
	fuzz_holds(sum.bytes <= ZIP_TOTAL_BYTES_MAX && (sum.bytes <= 64 * 1024 || sum.bytes / ZIP_RATIO_MAX <= zip.bytes));
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span zip = { data, bytes };
	zip_members_are(zip);
	struct sum once = look(zip), again = look(zip);
	fuzz_holds(memcmp(&once, &again, sizeof once) == 0);
	return 0;
}
