/*
 * What recorder.so writes down and power_load reads: all that a process did to the files under one folder, in its order, and what
 * it said meanwhile. One struct, then `path_bytes` of path, then `bytes` of data; the numbers are this machine's.
 */
#ifndef JUYAN_TESTS_RECORD_H
#define JUYAN_TESTS_RECORD_H

#include <stdint.h>

enum record_kind {
	RECORD_WRITE,    /* data at `offset` of file `inode`; `synced`: by a descriptor that returns when the disk has it */
	RECORD_TRUNCATE, /* file `inode` to `offset` bytes */
	RECORD_SYNC,     /* file or folder `inode`, which is `path` */
	RECORD_FOLDER,   /* `path` is made */
	RECORD_FILE,     /* `path` is made, as `inode` */
	RECORD_RENAME,   /* `path` becomes what stands in the data */
	RECORD_REMOVE,   /* `path` */
	RECORD_SAID      /* the data went to the standard output */
};

struct record {
	uint32_t kind;
	uint32_t synced;
	uint64_t inode;
	uint64_t offset;
	uint32_t path_bytes;
	uint32_t bytes;
};

#endif
