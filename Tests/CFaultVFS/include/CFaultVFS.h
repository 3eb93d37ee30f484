// A SQLite VFS for tests: the system's own, with an observer in front of each operation on chosen files.
// It keeps no state of its own: what is recorded, and what fails, is the observer's business.

#ifndef C_FAULT_VFS_H
#define C_FAULT_VFS_H

#include <stdint.h>

enum {
    CFAULT_OPEN,
    CFAULT_READ,
    CFAULT_WRITE,
    CFAULT_TRUNCATE,
    CFAULT_SYNC,
    CFAULT_SIZE,
    CFAULT_DELETE,
    CFAULT_SHARED_MEMORY,
    CFAULT_KINDS
};

/// One operation on a file. Pointers are valid during the call only.
typedef struct {
    int kind;
    const char *path;
    /// Of a read or write; the new size for a truncate; SQLITE_OPEN_ flags for an open.
    int64_t offset;
    /// What is written; NULL for other operations.
    const void *bytes;
    int count;
    /// Set by `before` when it fails a write: so many bytes reach the file all the same.
    int torn;
    /// After the operation: its result code.
    int result;
} CFaultEvent;

typedef struct {
    /// Who observes the file at this path: a pointer that is passed back, or NULL to leave the file alone.
    void *(*claim)(const char *path);
    /// Called once for each open file that was claimed, when it is closed or when opening it failed.
    void (*release)(void *observer);
    /// Returns 0 to let the operation happen, or the SQLite result code that it fails with.
    int (*before)(void *observer, CFaultEvent *event);
    void (*after)(void *observer, const CFaultEvent *event);
} CFaultObserver;

/// Makes the VFS the process's default. Files that nobody claims go straight to the system's VFS. Called once, before
/// the first database that is to be observed is opened. Returns SQLite's result code.
int cfault_register(CFaultObserver observer);

#endif
