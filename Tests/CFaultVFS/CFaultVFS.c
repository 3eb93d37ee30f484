// See CFaultVFS.h. Every function asks the observer, calls the system's VFS, and reports.

#include "CFaultVFS.h"

#include <sqlite3.h>
#include <string.h>

typedef struct {
    sqlite3_file base;
    void *observer;
    const char *path;
    /// The file of the system's VFS, which follows this structure.
    sqlite3_file *real;
} FaultFile;

static CFaultObserver observer;
static sqlite3_vfs *system_vfs;
static sqlite3_vfs fault_vfs;

static FaultFile *fault_file(sqlite3_file *file) { return (FaultFile *)file; }

static CFaultEvent event_of(const FaultFile *file, int kind, int64_t offset, const void *bytes, int count) {
    CFaultEvent event = {kind, file->path, offset, bytes, count, 0, SQLITE_OK};
    return event;
}

static int finish(FaultFile *file, CFaultEvent *event, int result) {
    event->result = result;
    observer.after(file->observer, event);
    return result;
}

static int fault_close(sqlite3_file *file) {
    FaultFile *self = fault_file(file);
    int result = self->real->pMethods->xClose(self->real);
    observer.release(self->observer);
    return result;
}

static int fault_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    FaultFile *self = fault_file(file);
    CFaultEvent event = event_of(self, CFAULT_READ, offset, NULL, count);
    int failure = observer.before(self->observer, &event);
    if (failure != SQLITE_OK) return finish(self, &event, failure);
    return finish(self, &event, self->real->pMethods->xRead(self->real, bytes, count, offset));
}

static int fault_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    FaultFile *self = fault_file(file);
    CFaultEvent event = event_of(self, CFAULT_WRITE, offset, bytes, count);
    int failure = observer.before(self->observer, &event);
    if (failure == SQLITE_OK) {
        return finish(self, &event, self->real->pMethods->xWrite(self->real, bytes, count, offset));
    }
    if (event.torn > 0) (void)self->real->pMethods->xWrite(self->real, bytes, event.torn, offset);
    return finish(self, &event, failure);
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size) {
    FaultFile *self = fault_file(file);
    CFaultEvent event = event_of(self, CFAULT_TRUNCATE, size, NULL, 0);
    int failure = observer.before(self->observer, &event);
    if (failure != SQLITE_OK) return finish(self, &event, failure);
    return finish(self, &event, self->real->pMethods->xTruncate(self->real, size));
}

static int fault_sync(sqlite3_file *file, int flags) {
    FaultFile *self = fault_file(file);
    CFaultEvent event = event_of(self, CFAULT_SYNC, flags, NULL, 0);
    int failure = observer.before(self->observer, &event);
    if (failure != SQLITE_OK) return finish(self, &event, failure);
    return finish(self, &event, self->real->pMethods->xSync(self->real, flags));
}

static int fault_size(sqlite3_file *file, sqlite3_int64 *size) {
    FaultFile *self = fault_file(file);
    CFaultEvent event = event_of(self, CFAULT_SIZE, 0, NULL, 0);
    int failure = observer.before(self->observer, &event);
    if (failure != SQLITE_OK) return finish(self, &event, failure);
    return finish(self, &event, self->real->pMethods->xFileSize(self->real, size));
}

static int fault_lock(sqlite3_file *file, int level) {
    sqlite3_file *real = fault_file(file)->real;
    return real->pMethods->xLock(real, level);
}

static int fault_unlock(sqlite3_file *file, int level) {
    sqlite3_file *real = fault_file(file)->real;
    return real->pMethods->xUnlock(real, level);
}

static int fault_check_lock(sqlite3_file *file, int *is_reserved) {
    sqlite3_file *real = fault_file(file)->real;
    return real->pMethods->xCheckReservedLock(real, is_reserved);
}

static int fault_control(sqlite3_file *file, int operation, void *argument) {
    sqlite3_file *real = fault_file(file)->real;
    return real->pMethods->xFileControl(real, operation, argument);
}

static int fault_sector_size(sqlite3_file *file) {
    sqlite3_file *real = fault_file(file)->real;
    return real->pMethods->xSectorSize(real);
}

static int fault_characteristics(sqlite3_file *file) {
    sqlite3_file *real = fault_file(file)->real;
    return real->pMethods->xDeviceCharacteristics(real);
}

static int fault_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **memory) {
    FaultFile *self = fault_file(file);
    CFaultEvent event = event_of(self, CFAULT_SHARED_MEMORY, region, NULL, size);
    int failure = observer.before(self->observer, &event);
    if (failure != SQLITE_OK) {
        *memory = NULL;
        return finish(self, &event, failure);
    }
    return finish(self, &event, self->real->pMethods->xShmMap(self->real, region, size, extend, memory));
}

static int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    sqlite3_file *real = fault_file(file)->real;
    return real->pMethods->xShmLock(real, offset, count, flags);
}

static void fault_shm_barrier(sqlite3_file *file) {
    sqlite3_file *real = fault_file(file)->real;
    real->pMethods->xShmBarrier(real);
}

static int fault_shm_unmap(sqlite3_file *file, int is_deleted) {
    sqlite3_file *real = fault_file(file)->real;
    return real->pMethods->xShmUnmap(real, is_deleted);
}

// Version 2: without memory-mapped reads, which nobody could observe.
static const sqlite3_io_methods fault_methods = {
    .iVersion = 2,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_check_lock,
    .xFileControl = fault_control,
    .xSectorSize = fault_sector_size,
    .xDeviceCharacteristics = fault_characteristics,
    .xShmMap = fault_shm_map,
    .xShmLock = fault_shm_lock,
    .xShmBarrier = fault_shm_barrier,
    .xShmUnmap = fault_shm_unmap,
};

static int fault_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags) {
    (void)vfs;
    void *claimed = path == NULL ? NULL : observer.claim(path);
    if (claimed == NULL) return system_vfs->xOpen(system_vfs, path, file, flags, out_flags);

    FaultFile *self = fault_file(file);
    memset(self, 0, sizeof *self);
    self->observer = claimed;
    self->path = path;
    self->real = (sqlite3_file *)(self + 1);
    CFaultEvent event = event_of(self, CFAULT_OPEN, flags, NULL, 0);
    int result = observer.before(claimed, &event);
    if (result == SQLITE_OK) result = system_vfs->xOpen(system_vfs, path, self->real, flags, out_flags);
    finish(self, &event, result);
    if (result == SQLITE_OK) {
        self->base.pMethods = &fault_methods;
    } else {
        // Without methods SQLite does not call xClose, although the system's VFS may have asked for it.
        if (self->real->pMethods != NULL) (void)self->real->pMethods->xClose(self->real);
        observer.release(claimed);
    }
    return result;
}

static int fault_delete(sqlite3_vfs *vfs, const char *path, int sync_directory) {
    (void)vfs;
    void *claimed = observer.claim(path);
    if (claimed == NULL) return system_vfs->xDelete(system_vfs, path, sync_directory);
    CFaultEvent event = {CFAULT_DELETE, path, sync_directory, NULL, 0, 0, SQLITE_OK};
    int result = observer.before(claimed, &event);
    if (result == SQLITE_OK) result = system_vfs->xDelete(system_vfs, path, sync_directory);
    event.result = result;
    observer.after(claimed, &event);
    observer.release(claimed);
    return result;
}

static int fault_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    return system_vfs->xAccess(system_vfs, path, flags, result);
}

static int fault_full_path(sqlite3_vfs *vfs, const char *path, int size, char *full) {
    (void)vfs;
    return system_vfs->xFullPathname(system_vfs, path, size, full);
}

static int fault_randomness(sqlite3_vfs *vfs, int count, char *bytes) {
    (void)vfs;
    return system_vfs->xRandomness(system_vfs, count, bytes);
}

static int fault_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return system_vfs->xSleep(system_vfs, microseconds);
}

static int fault_time(sqlite3_vfs *vfs, double *time) {
    (void)vfs;
    return system_vfs->xCurrentTime(system_vfs, time);
}

static int fault_last_error(sqlite3_vfs *vfs, int count, char *message) {
    (void)vfs;
    return system_vfs->xGetLastError(system_vfs, count, message);
}

static int fault_time64(sqlite3_vfs *vfs, sqlite3_int64 *time) {
    (void)vfs;
    return system_vfs->xCurrentTimeInt64(system_vfs, time);
}

int cfault_register(CFaultObserver new_observer) {
    system_vfs = sqlite3_vfs_find(NULL);
    if (system_vfs == NULL || system_vfs == &fault_vfs) return SQLITE_MISUSE;
    observer = new_observer;
    fault_vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = (int)sizeof(FaultFile) + system_vfs->szOsFile,
        .mxPathname = system_vfs->mxPathname,
        .zName = "usher-fault",
        .xOpen = fault_open,
        .xDelete = fault_delete,
        .xAccess = fault_access,
        .xFullPathname = fault_full_path,
        .xRandomness = fault_randomness,
        .xSleep = fault_sleep,
        .xCurrentTime = fault_time,
        .xGetLastError = fault_last_error,
        .xCurrentTimeInt64 = fault_time64,
    };
    return sqlite3_vfs_register(&fault_vfs, 1);
}
