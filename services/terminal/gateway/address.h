/*
 * Addresses of machines, in numbers: 192.168.1.50:4001, [fe80::1]:4001. A name is not looked up, for that may take longer than a
 * gate can wait. Descriptors are non-blocking, and the caller's to close.
 */
#ifndef JUYAN_GATEWAY_ADDRESS_H
#define JUYAN_GATEWAY_ADDRESS_H

#include <sys/socket.h>

#include "status.h"

enum { ADDRESS_TEXT_BYTES = 72 };

struct address {
	struct sockaddr_storage at;
	socklen_t bytes;
};

/* SYNTAX with what was expected. */
enum status address_read(const char *text, struct address *out, struct reason *why) MUST_USE;
const char *address_text(const struct address *address, char out[ADDRESS_TEXT_BYTES]);

/* A socket that listens there. SYSTEM. */
enum status address_listen(const struct address *address, int backlog, int *fd, struct reason *why) MUST_USE;
/* Where a socket is bound. */
struct address address_of(int fd);
/* A connection that is being made: writable when it is there or has failed (address_failure). SYSTEM. */
enum status address_dial(const struct address *address, int *fd, struct reason *why) MUST_USE;
/* 0: it is there; else the errno. */
int address_failure(int fd);
/* What every connection gets: it does not wait for more to send, and notices in two minutes a peer that is gone without a word. */
void address_tune(int fd);

#endif
