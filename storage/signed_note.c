/* Signing texts, and finding out who signed them: see signed_note.h. */
#include "signed_note.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SECRET_PREFIX "PRIVATE+KEY+"
#define DASH "\xe2\x80\x94 " /* an em dash and a blank begin a signature's line */

enum {
	ED25519 = 1,
	HASH_BYTES = 4,
	KEY_DATA_BYTES = 1 + SIGNING_PUBLIC_BYTES, /* of either half: a seed is as long as a public key */
	LINE_DATA_BYTES = HASH_BYTES + crypto_sign_BYTES,
	BASE64_BYTES = 128
};

_Static_assert(SIGNING_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES && SIGNING_SECRET_BYTES == crypto_sign_SECRETKEYBYTES &&
	SIGNING_PUBLIC_BYTES == crypto_sign_SEEDBYTES,
    "Ed25519");
_Static_assert(sizeof SECRET_PREFIX + SIGNER_NAME_MAX + 2 * HASH_BYTES + 2 + BASE64_BYTES / 2 < SIGNER_TEXT_BYTES, "a key's text");
_Static_assert(sizeof DASH + SIGNER_NAME_MAX + BASE64_BYTES < SIGNATURE_LINE_BYTES + 32, "a signature's line");

static void
hash_of(const struct signer *signer, uint8_t out[HASH_BYTES])
{
	static const uint8_t between[] = { '\n', ED25519 };
	uint8_t hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)signer->name, strlen(signer->name));
	crypto_hash_sha256_update(&state, between, sizeof between);
	crypto_hash_sha256_update(&state, signer->public_key, sizeof signer->public_key);
	crypto_hash_sha256_final(&state, hash);
	memcpy(out, hash, HASH_BYTES);
}

static bool
is_name(const char *name, size_t bytes)
{
	return bytes > 0 && bytes <= SIGNER_NAME_MAX && memchr(name, ' ', bytes) == NULL && memchr(name, '+', bytes) == NULL &&
	    wire_text_clean(name, bytes);
}

/* ---- keys ---- */

enum status
signer_make(const char *name, struct signer *out, struct reason *why)
{
	struct signer signer = { .name = "" };
	if (!is_name(name, strlen(name)))
		return reason_say(why, STATUS_SYNTAX, "'%.64s' is no signer's name: 1 to %d bytes, no blank, no '+'", name,
		    SIGNER_NAME_MAX);
	if (sodium_init() < 0)
		return reason_say(why, STATUS_SYSTEM, "the system gives no randomness");
	snprintf(signer.name, sizeof signer.name, "%s", name);
	crypto_sign_keypair(signer.public_key, signer.secret_key);
	*out = signer;
	signer_wipe(&signer);
	return STATUS_OK;
}

void
signer_wipe(struct signer *signer)
{
	sodium_memzero(signer, sizeof *signer);
}

static void
key_text(const struct signer *signer, const char *prefix, const uint8_t key[SIGNING_PUBLIC_BYTES], char out[SIGNER_TEXT_BYTES])
{
	uint8_t data[KEY_DATA_BYTES] = { ED25519 }, hash[HASH_BYTES];
	char base64[BASE64_BYTES], hex[2 * HASH_BYTES + 1];
	memcpy(data + 1, key, SIGNING_PUBLIC_BYTES);
	hash_of(signer, hash);
	sodium_bin2base64(base64, sizeof base64, data, sizeof data, sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	snprintf(out, SIGNER_TEXT_BYTES, "%s%s+%s+%s", prefix, signer->name, hex, base64);
	sodium_memzero(data, sizeof data);
	sodium_memzero(base64, sizeof base64);
}

void
signer_public_text(const struct signer *signer, char out[SIGNER_TEXT_BYTES])
{
	key_text(signer, "", signer->public_key, out);
}

void
signer_secret_text(const struct signer *signer, char out[SIGNER_TEXT_BYTES])
{
	key_text(signer, SECRET_PREFIX, signer->secret_key, out); /* its first half is the seed */
}

/* The parts behind the name, held against what they say of each other. */
static bool
parse_key(const char *hex, const char *base64, bool secret, struct signer *signer)
{
	uint8_t data[KEY_DATA_BYTES], said[HASH_BYTES], right[HASH_BYTES];
	size_t bytes = 0, hash_bytes = 0;
	bool read = sodium_hex2bin(said, sizeof said, hex, 2 * HASH_BYTES, NULL, &hash_bytes, NULL) == 0 &&
	    hash_bytes == sizeof said && hex[2 * HASH_BYTES] == '+' &&
	    sodium_base642bin(data, sizeof data, base64, strlen(base64), NULL, &bytes, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    bytes == sizeof data && data[0] == ED25519;
	if (read && secret)
		crypto_sign_seed_keypair(signer->public_key, signer->secret_key, data + 1);
	else if (read)
		memcpy(signer->public_key, data + 1, sizeof signer->public_key);
	sodium_memzero(data, sizeof data);
	hash_of(signer, right);
	return read && memcmp(said, right, sizeof right) == 0;
}

enum status
signer_parse(const char *text, struct signer *out, struct reason *why)
{
	struct signer signer = { .name = "" };
	bool secret = strncmp(text, SECRET_PREFIX, sizeof SECRET_PREFIX - 1) == 0;
	const char *name = text + (secret ? sizeof SECRET_PREFIX - 1 : 0);
	size_t bytes = strcspn(name, "+");
	bool fits = is_name(name, bytes) && strlen(name) > bytes + 1 + 2 * HASH_BYTES + 1;
	if (fits)
		snprintf(signer.name, sizeof signer.name, "%.*s", (int)bytes, name);
	fits = fits && parse_key(name + bytes + 1, name + bytes + 1 + 2 * HASH_BYTES + 1, secret, &signer);
	if (fits)
		*out = signer;
	signer_wipe(&signer);
	return fits ? STATUS_OK : reason_say(why, STATUS_SYNTAX, "it is no signer's key: NAME+HASH+KEY was expected");
}

/* ---- notes ---- */

void
signed_note_sign(struct span text, const struct signer *signer, char out[SIGNATURE_LINE_BYTES])
{
	uint8_t signature[LINE_DATA_BYTES];
	char base64[BASE64_BYTES];
	hash_of(signer, signature);
	crypto_sign_detached(signature + HASH_BYTES, NULL, text.data, text.bytes, signer->secret_key);
	sodium_bin2base64(base64, sizeof base64, signature, sizeof signature, sodium_base64_VARIANT_ORIGINAL);
	int bytes = snprintf(out, SIGNATURE_LINE_BYTES, "\n%s%s %s\n", DASH, signer->name, base64);
	(void)bytes;
}

/* Where the signatures begin: behind the last empty line. */
static bool
split(struct span note, struct span *text, struct span *signatures)
{
	for (size_t at = note.bytes; at >= 2; at--)
		if (note.data[at - 1] == '\n' && note.data[at - 2] == '\n') {
			*text = (struct span){ note.data, at - 1 };
			*signatures = (struct span){ note.data + at, note.bytes - at };
			return true;
		}
	return false;
}

/* Whether a line is this signer's signature; gives it without its hash. */
static bool
signature_of(struct span line, const struct signer *signer, uint8_t out[LINE_DATA_BYTES])
{
	uint8_t hash[HASH_BYTES];
	size_t name = strlen(signer->name), bytes = 0, head = sizeof DASH - 1 + name + 1;
	if (line.bytes <= head || memcmp(line.data, DASH, sizeof DASH - 1) != 0 ||
	    memcmp(line.data + sizeof DASH - 1, signer->name, name) != 0 || line.data[head - 1] != ' ')
		return false;
	hash_of(signer, hash);
	if (sodium_base642bin(out, LINE_DATA_BYTES, (const char *)line.data + head, line.bytes - head, NULL, &bytes, NULL,
		sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    bytes != LINE_DATA_BYTES || memcmp(out, hash, HASH_BYTES) != 0)
		return false;
	/* libsodium 1.0.18 takes the byte 0xAF for '/', which differs in its highest bit alone. */
	char written[BASE64_BYTES];
	sodium_bin2base64(written, sizeof written, out, LINE_DATA_BYTES, sodium_base64_VARIANT_ORIGINAL);
	return strlen(written) == line.bytes - head && memcmp(written, line.data + head, line.bytes - head) == 0;
}

enum status
signed_note_open(struct span note, const struct signer *signer, struct span *text, struct reason *why)
{
	struct span body, lines;
	uint8_t signature[LINE_DATA_BYTES];
	if (note.bytes == 0 || note.data[note.bytes - 1] != '\n' || !split(note, &body, &lines) || lines.bytes == 0)
		return reason_say(why, STATUS_UNDECODABLE,
		    "it is no signed note: a text, an empty line and signatures were expected");
	while (lines.bytes > 0) {
		const uint8_t *newline = memchr(lines.data, '\n', lines.bytes); /* there is one: the note ends with it */
		struct span line = { lines.data, (size_t)(newline - lines.data) };
		lines = (struct span){ newline + 1, lines.bytes - line.bytes - 1 };
		if (!signature_of(line, signer, signature))
			continue;
		if (crypto_sign_verify_detached(signature + HASH_BYTES, body.data, body.bytes, signer->public_key) != 0)
			return reason_say(why, STATUS_UNDECODABLE,
			    "the signature of '%s' does not belong to this text: one of them was changed", signer->name);
		*text = body;
		return STATUS_OK;
	}
	return reason_say(why, STATUS_UNDECODABLE, "'%s' has not signed it with this key", signer->name);
}
