/* Preloaded into a worker: some writes to regular files below FAULTY_UNDER fail, with EIO or ENOSPC, half of the time
 * after a part was written. FAULTY_IN is how many writes in 10000 fail, FAULTY_MOST how many a process refuses. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static __thread unsigned seed;
static int refused;

static int below(int fd) {
  const char *under = getenv("FAULTY_UNDER");
  char link[64], path[4096];
  if (!under) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return strncmp(path, under, strlen(under)) == 0;
}

static int fails(int fd) {
  const char *in = getenv("FAULTY_IN");
  if (!seed) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    seed = (unsigned)(getpid() * 2654435761u) ^ (unsigned)now.tv_nsec ^ 1u;
  }
  const char *most = getenv("FAULTY_MOST");
  if (most && refused >= atoi(most)) return 0;
  return in && rand_r(&seed) % 10000 < atoi(in) && below(fd);
}

static int refuse(void) {
  int saved = rand_r(&seed) % 2 ? EIO : ENOSPC;
  const char *log = getenv("FAULTY_LOG");
  refused++;
  if (log) {
    FILE *out = fopen(log, "a");
    if (out) {
      fprintf(out, "%d\n", saved);
      fclose(out);
    }
  }
  errno = saved;
  return -1;
}

ssize_t write(int fd, const void *data, size_t count) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (count && fails(fd)) {
    if (count > 1 && rand_r(&seed) % 2) real(fd, data, count / 2);
    return refuse();
  }
  return real(fd, data, count);
}

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  if (count && fails(fd)) {
    if (count > 1 && rand_r(&seed) % 2) real(fd, data, count / 2, offset);
    return refuse();
  }
  return real(fd, data, count, offset);
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t offset) { return pwrite64(fd, data, count, offset); }

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return fails(fd) ? refuse() : real(fd);
}
