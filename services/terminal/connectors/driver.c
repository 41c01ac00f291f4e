/* See driver.h. */
#include "driver.h"

#include <sodium.h>
#include <string.h>

#include "plate.h"

void
driver_put(struct findings *findings, const struct place *place, const char *said, char **field)
{
	enum { HASH_BYTES = crypto_generichash_BYTES_MIN };
	char plain[TEXT_BYTES_MAX + 1], hex[2 * HASH_BYTES + 1];
	uint8_t hash[HASH_BYTES];
	_Static_assert(DRIVER_DIGITS <= 2 * HASH_BYTES && DRIVER_KEY_BYTES == crypto_generichash_KEYBYTES, "as libsodium has them");
	if (place->driver_key == NULL)
		return;
	plate_plain(said, plain, sizeof plain);
	if (plain[0] == '\0')
		return;
	crypto_generichash(hash, sizeof hash, (const uint8_t *)plain, strlen(plain), place->driver_key, DRIVER_KEY_BYTES);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	sodium_memzero(plain, sizeof plain);
	char *text = findings_text(findings, hex, DRIVER_DIGITS);
	if (text != NULL)
		*field = text;
}
