/* What gates see is told to the machines of the same lane, scales: whether they ought to have noticed it is theirs to say. */
#ifndef JUYAN_GATEWAY_SEEN_H
#define JUYAN_GATEWAY_SEEN_H

#include "sources.h"

/* Of findings that are on disk: each vehicle in its lane, to all `n` sources that want to know (connector.h). */
void seen_tell(const struct machine_source *sources, size_t n, const struct findings *findings, const struct instant *now);

#endif
