/* Stands in for the pictures that are not made yet: each says so. */
#include "pictures.h"

#define X(name) \
	enum status picture_##name(struct easel *easel, const struct request *request, json_t **out, struct reason *why) \
	{ \
		return none(easel, request, out, why); \
	}

static enum status
none(struct easel *easel, const struct request *request, json_t **out, struct reason *why)
{
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__StatusAsk ask = JUYAN__V1__STATUS_ASK__INIT;
	const Juyan__V1__Answer *answer = NULL;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &ask;
	enum status status = asker_query(easel->asker, &question, &answer, why);
	if (status != STATUS_OK)
		return status;
	(void)request;
	*out = json_pack("{s:b}", "none", true);
	return *out == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

PICTURE_LIST(X)
#undef X

enum status
picture_report_file(struct easel *easel, const struct request *request, struct route_file *out, struct reason *why)
{
	(void)easel;
	(void)request;
	(void)out;
	return reason_say(why, STATUS_NOT_FOUND, "reports as files are not made yet");
}
