/* See signers.h. */
#include "signers.h"

#include <sodium.h>
#include <stdio.h>

#include "keys.h"

enum { PATH_BYTES = 512 };

enum status
signers_make(const char *path, const char *name, struct signer *out, struct reason *why)
{
	char public_path[PATH_BYTES], text[SIGNER_TEXT_BYTES];
	struct signer signer = { .name = "" };
	int bytes = snprintf(public_path, sizeof public_path, "%s.pub", path);
	if (bytes < 0 || bytes >= PATH_BYTES)
		return reason_say(why, STATUS_USAGE, "%.64s…: the path is too long", path);
	enum status status = signer_make(name, &signer, why);
	if (status != STATUS_OK)
		return status;
	/* The secret first: the public half follows from it. */
	signer_secret_text(&signer, text);
	status = key_line_save(text, path, true, why);
	sodium_memzero(text, sizeof text);
	if (status == STATUS_OK) {
		signer_public_text(&signer, text);
		status = key_line_save(text, public_path, false, why);
	}
	if (status == STATUS_OK)
		*out = signer;
	signer_wipe(&signer);
	return status;
}

enum status
signers_load(const char *path, bool secret, struct signer *out, struct reason *why)
{
	char text[SIGNER_TEXT_BYTES];
	struct reason inner = { "" };
	enum status status = key_line_load(path, secret, sizeof text, text, why);
	if (status != STATUS_OK)
		return status;
	status = signer_parse(text, out, &inner);
	sodium_memzero(text, sizeof text);
	if (status == STATUS_OK && secret && sodium_is_zero(out->secret_key, sizeof out->secret_key))
		status = reason_say(&inner, STATUS_SYNTAX, "it is a public key: the secret one was expected");
	return status == STATUS_OK ? status : reason_say(why, status, "%.120s: %.120s", path, inner.text);
}
