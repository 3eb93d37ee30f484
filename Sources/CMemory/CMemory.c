#include "CMemory.h"

#ifdef __GLIBC__
#include <malloc.h>

size_t memory_allocated_bytes(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

void memory_trim(void) { malloc_trim(0); }
#else
size_t memory_allocated_bytes(void) { return 0; }

void memory_trim(void) {}
#endif
