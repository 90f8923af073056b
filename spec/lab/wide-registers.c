/*
 * User-Mode Linux sets the registers of its processes with a buffer that is made for processors as they were before AMX.
 * The host takes the registers as a whole only, and refuses. Loaded in front of the C library (LD_PRELOAD), this `ptrace`
 * fills the buffer up with zeros, which is the state of registers that nobody has used.
 *
 * Needs nothing but a compiler: no headers, no libraries.
 */
enum { SYS_ptrace = 101, GETREGSET = 0x4204, SETREGSET = 0x4205, EXTENDED_STATE = 0x202, PEEKUSER = 3 };

struct buffer {
  char *start;
  unsigned long length;
};

extern int *__errno_location(void);

static long system_call(long request, long process, long address, void *data) {
  long result;
  register void *fourth __asm__("r10") = data;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"((long)SYS_ptrace), "D"(request), "S"(process), "d"(address), "r"(fourth)
                   : "rcx", "r11", "memory");
  return result;
}

/* One processor, and no preemption: one call at a time. The stacks of the kernel are too small for it. */
static char wide[1 << 16];
static unsigned long width;

static long set_extended_state(long process, struct buffer *given) {
  struct buffer whole = {wide, sizeof wide};
  unsigned long index;
  if (width == 0) {
    long result = system_call(GETREGSET, process, EXTENDED_STATE, &whole);
    if (result < 0) return result;
    width = whole.length;
  }
  if (given->length >= width) return system_call(SETREGSET, process, EXTENDED_STATE, given);
  for (index = 0; index < width; index++) wide[index] = index < given->length ? given->start[index] : 0;
  whole.length = width;
  return system_call(SETREGSET, process, EXTENDED_STATE, &whole);
}

long ptrace(long request, long process, long address, void *data) {
  /* The system call stores what the function returns. */
  int peeks = request >= 1 && request <= PEEKUSER;
  long word = 0;
  long result = request == SETREGSET && address == EXTENDED_STATE
                    ? set_extended_state(process, data)
                    : system_call(request, process, address, peeks ? (void *)&word : data);
  if (result < 0) {
    *__errno_location() = (int)-result;
    return -1;
  }
  return peeks ? word : result;
}
