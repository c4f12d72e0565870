/*
 * Feeds init's decoder and loop with programs that nobody meant. init.c is included with its calls of the kernel
 * replaced: nothing is executed, results come from the input, and what the kernel would write goes only where init's
 * own memory is meant to take it. The sanitizers then tell of every step outside.
 *
 *     gcc -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -DFUZZ -I target fuzz.c -o fuzz
 *     fuzz -n 200000 -s 1 PROGRAM...       real programs, changed here and there, and bytes at random
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -DFUZZ -DLIBFUZZER -I target fuzz.c -o fuzz && fuzz CORPUS/
 *
 * The same seed and files give the same run. A failure names its iteration: fuzz -s SEED -o ITERATION PROGRAM... runs
 * that one alone.
 */
#define FUZZ 1
#include "init.c"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#ifndef LIBFUZZER
#include <sanitizer/common_interface_defs.h>
#endif

enum { MOST_CALLS = 300, MOST_STEPS_RUN = 2000, MOST_BYTES = 1 << 20 };

static u64 random_state;
static long calls, steps, all_calls, all_steps, taken;
static int by_program; /* whether a CALL step asks, whose pointers may be anything */

/* A way out of programs that never end. */
static jmp_buf out;
static _Noreturn void over(void) { longjmp(out, 1); }

static void fuzz_step(const struct step *s) {
    by_program = s->op == OP_CALL;
    all_steps++;
    if (++steps > MOST_STEPS_RUN) over();
}

/* xorshift64*: the same everywhere. */
static u64 next_random(void) {
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 2685821657736338717ull;
}

static u64 below(u64 n) { return n ? next_random() % n : 0; }

/* What a call leaves in memory: often digits, as cgroup.procs holds, and ends of strings. */
static void kernel_writes(char *at, u64 n) {
    for (u64 i = 0; i < n; i++) at[i] = (char)(below(3) ? "0123456789\n\0"[below(12)] : (int)next_random());
}

static long fuzz_syscall(long n, long a, long b, long c, long d, long e, long f) {
    (void)a; (void)e; (void)f;
    all_calls++;
    if (++calls > MOST_CALLS) over();
    long result = below(4) ? (long)below(40) - 4 : -(long)below(4096);
    if (by_program) { /* a system call of the program: now and then it fills a piece of the data */
        if (below(4) == 0 && program.head.data) {
            u64 from = below(program.head.data), room = program.head.data - from;
            kernel_writes(program.data + from, below(room < 64 ? room : 64));
        }
        return result;
    }
    switch (n) {
    case __NR_read: {
        if (result > 0) {
            result = (long)(1 + below((u64)c)); /* short reads too */
            kernel_writes((char *)b, (u64)result);
        }
        return result;
    }
    case __NR_write: {
        volatile char sum = 0;
        for (long i = 0; i < c; i++) sum = (char)(sum + ((char *)b)[i]); /* must be readable */
        return result > c ? c : result;
    }
    case __NR_ppoll: {
        struct { int fd; short events, revents; } *fds = (void *)a;
        for (long i = 0; i < b; i++) fds[i].revents = fds[i].fd >= 0 && below(3) == 0 ? (short)(1 + below(31)) : 0;
        return result > b ? b : result;
    }
    case __NR_wait4:
        if (b) *(int *)b = (int)next_random();
        if (d) memset((void *)d, (int)below(8), 144);
        return result;
    case __NR_execve: { /* path and lists are strings up to their ends */
        volatile u64 sum = strlen((char *)a);
        for (char **list = (char **)b; *list; list++) sum += strlen(*list);
        for (char **list = (char **)c; *list; list++) sum += strlen(*list);
        return -(long)(1 + below(40));
    }
    case __NR_openat: {
        volatile u64 sum = strlen((char *)b);
        (void)sum;
        return result;
    }
    case __NR_clock_gettime: {
        struct __kernel_timespec *t = (void *)b;
        t->tv_sec = calls; /* it only goes on */
        t->tv_nsec = (i64)below(1000000000);
        return 0;
    }
    default: return result;
    }
}

/* One input: a header, then a body as long as it says, or shorter: then init reads no further, and nor do we. */
static void one(const u8 *bytes, u64 n) {
    if (n < sizeof program.head) return;
    memcpy(&program.head, bytes, sizeof program.head);
    if (!check_head() || body_size() > n - sizeof program.head) return;
    /* As init has it: the body, then the registers, and nothing behind: the sanitizer watches the end. */
    u64 size = body_size();
    char *body = calloc(1, size + program.head.results * sizeof(i64));
    memcpy(body, bytes + sizeof program.head, size);
    channel = CONTROL;
    on_failure = ~0u;
    unwinding = 0;
    calls = steps = by_program = 0;
    if (take_body(body) && !setjmp(out)) {
        taken++;
        run();
    }
    free(body);
}

#ifdef LIBFUZZER
int LLVMFuzzerTestOneInput(const u8 *bytes, size_t n) {
    random_state = 88172645463325252ull;
    for (size_t i = 0; i < n; i++) random_state = (random_state ^ bytes[i]) * 1099511628211ull;
    random_state |= 1;
    one(bytes, n);
    return 0;
}
#else
static u8 *files[256];
static u64 sizes[256];
static int count;

static void read_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f || count == 256) { fprintf(stderr, "fuzz: cannot take %s\n", path); exit(2); }
    files[count] = malloc(MOST_BYTES);
    sizes[count] = fread(files[count], 1, MOST_BYTES, f);
    fclose(f);
    count++;
}

/* Numbers at which arithmetic goes wrong. */
static u64 odd_number(const struct header *h) {
    switch (below(10)) {
    case 0: return 0;
    case 1: return ~0ull;
    case 2: return 1ull << below(64);
    case 3: return (1ull << below(64)) - 1;
    case 4: return h->data;
    case 5: return h->data - 8 + below(16);
    case 6: return h->steps - 1 + below(3);
    case 7: return h->results - 1 + below(3);
    case 8: return below(h->data + 1ull);
    default: return next_random();
    }
}

/* A field of the format, or a bit, a byte, a piece anywhere. */
static void change(u8 *b, u64 n) {
    const struct header h = *(struct header *)b;
    u64 steps = n > sizeof h ? (n - sizeof h) / sizeof(struct step) : 0;
    if (steps > h.steps) steps = h.steps;
    struct step *s = steps ? (struct step *)(b + sizeof h) + below(steps) : 0;
    switch (below(12)) {
    case 0: b[below(n)] ^= (u8)(1 << below(8)); break;
    case 1: b[below(n)] = (u8)next_random(); break;
    case 2: { u32 v = (u32)odd_number(&h); memcpy(b + 4 * below(8), &v, 4); break; }
    case 3: if (s) s->op = (u8)below(16); break;
    case 4: if (s) s->kind[below(6)] = (u8)below(5); break;
    case 5: case 6: if (s) s->arg[below(6)] = (u32)odd_number(&h); break;
    case 7: if (s) { s->kind[0] = s->kind[1] = ARG_NUMBER; s->arg[below(2)] = (u32)odd_number(&h); } break;
    case 8: if (s) { s->result = (u16)odd_number(&h); s->least = (i32)odd_number(&h); } break;
    case 9: if (s) *s = ((struct step *)(b + sizeof h))[below(steps)]; break;
    case 10: { u64 v = odd_number(&h), at = below(n / 8) * 8; memcpy(b + at, &v, n - at < 8 ? n - at : 8); break; }
    default: { u64 from = below(n), to = below(n), most = n - (from > to ? from : to); memmove(b + to, b + from, below(most < 256 ? most : 256)); }
    }
}

/* The loop decides by results alone, so an iteration is a function of the seed and its number. */
static void iteration(u64 seed, long i) {
    static u64 store[MOST_BYTES / 8]; /* aligned, as the format is */
    u8 *input = (u8 *)store;
    random_state = ((seed + 1) * 0x9E3779B97F4A7C15ull + (u64)i * 0xD1B54A32D192ED03ull) | 1;
    for (int warm = 0; warm < 4; warm++) next_random();
    u64 n;
    if (!count || below(50) == 0) {
        n = below(4096);
        for (u64 at = 0; at < n; at++) input[at] = (u8)next_random();
        if (n >= sizeof(struct header) && below(8)) {
            struct header h = { MAGIC, VERSION, AUDIT_ARCH, 1 + (u32)below(20), (u32)below(20), (u32)below(4), 8 * (u32)below(200), 0 };
            memcpy(input, &h, sizeof h);
            struct step *s = (struct step *)(input + sizeof h);
            for (u64 k = below(4) ? h.steps : 0; k-- && (u8 *)(s + k + 1) <= input + n;) { /* most of a step is right */
                s[k].op = (u8)(1 + below(13));
                s[k].when = (u8)below(4);
                s[k].result = below(2) ? NONE : (u16)below(h.results + 1);
                for (int a = 0; a < 6; a++) {
                    s[k].kind[a] = (u8)below(4);
                    s[k].arg[a] = (u32)below(s[k].kind[a] == ARG_DATA ? h.data + 1 : s[k].kind[a] == ARG_RESULT ? h.results + 1 : 9);
                    if (s[k].kind[a] == ARG_WIDE) s[k].arg[a] = 8 * (u32)below(h.data / 8 + 1);
                }
            }
        }
    } else {
        u64 which = below((u64)count);
        n = sizes[which];
        memcpy(input, files[which], n);
        if (n > sizeof(struct header))
            for (u64 many = i < count ? 0 : 1 + below(1ull << below(6)); many--;) change(input, n);
    }
    one(input, n);
}

static u64 now_seed;
static long now;
static void dying(void) { fprintf(stderr, "fuzz: it was -s %llu -o %ld\n", (unsigned long long)now_seed, now); }

int main(int argc, char **argv) {
    long many = 100000, only = -1;
    u64 seed = 1;
    __sanitizer_set_death_callback(dying);
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-n") && i + 1 < argc) many = atol(argv[++i]);
        else if (!strcmp(argv[i], "-s") && i + 1 < argc) seed = strtoull(argv[++i], 0, 0);
        else if (!strcmp(argv[i], "-o") && i + 1 < argc) only = atol(argv[++i]);
        else read_file(argv[i]);
    }
    for (long i = only < 0 ? 0 : only; i < (only < 0 ? many : only + 1); i++) {
        now_seed = seed;
        now = i;
        iteration(seed, i);
    }
    printf("%ld inputs, %ld were programs, %ld steps, %ld calls\n", only < 0 ? many : 1, taken, all_steps, all_calls);
    for (int i = 0; i < count; i++) free(files[i]);
    return 0;
}
#endif
