/*
 * What goes wrong at a border, in the share in which it does: late reports, a release before its manifest, manifests amended
 * or withdrawn, scales that were read too early or wrongly, masses put right, and reports that cannot be taken. Works on a
 * crossing as drawn; owns nothing; any thread.
 */
#ifndef JUYAN_SIMULATE_FAULTS_H
#define JUYAN_SIMULATE_FAULTS_H

#include "crossing.h"

/* text_only: leave out what a file of JSON cannot say (bytes that are no text, bytes that are no message). */
void faults_apply(struct crossing *crossing, bool text_only, struct random *random);

/*
 * When a fact goes out from a desk whose line to the centre may be down: now and then for half an hour to a day and a half,
 * and then all that has gathered is sent one after the other.
 */
int64_t faults_line_ms(uint64_t seed, uint8_t port, uint8_t desk, int64_t sent_at_ms);

#endif
