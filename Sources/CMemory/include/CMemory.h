// The allocator of the C library: what it has given out, and giving back what is free in it.

#ifndef CMEMORY_H
#define CMEMORY_H

#include <stddef.h>

/// Bytes that were given out and not freed; 0 where the C library does not tell.
size_t memory_allocated_bytes(void);

/// Gives whole free pages back to the system, where the C library can.
void memory_trim(void);

#endif
