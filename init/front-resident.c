/*
 * The resident JVM: one that stays, and is asked for a program instead of a JVM that is started for it.
 *
 *     front                                   resident JVM
 *      | -- connect: is it this user's? --------> |  is it this user's, as we are?
 *      | -- the command, its surroundings ------> |
 *      | <- READY ------------------------------- |
 *      | -- GO ---------------------------------> |  from here on it is done there, and nowhere else
 *      | <- program, reports, as of a cold JVM -> |
 *      | <- ENDED and the status ---------------- |
 *
 * Until GO the front may turn away at any time, and starts a JVM of its own: nothing has been done. All that a JVM of
 * its own would have of the caller is sent, or is part of the key: a resident serves only callers whose key is its own.
 * Its socket is named by the key, so callers of another build, other namespaces or another root do not even meet it.
 *
 * ALCOVE_RESIDENT: 0 for none; a folder for its socket, or 1 for the usual one: starts one if there is none. Without
 * the variable one is asked if it is there.
 */
enum { SOL_SOCKET_ = 1, SO_PASSCRED_ = 16, SO_PEERCRED_ = 17, SO_RCVTIMEO_ = 20, SO_SNDTIMEO_ = 21, SCM_RIGHTS_ = 1,
       MSG_NOSIGNAL_ = 0x4000, SHUT_WR_ = 1, SOCK_NONBLOCK_ = 04000, LOCK_EX_ = 2, LOCK_NB_ = 4, KEY = 4096, PLACE = 256,
       MOST_SENT = 512 << 10 };

static struct {
    char key[KEY];       /* what the caller is like, as text */
    char folder[PLACE];  /* where the socket is */
    char name[24];       /* the socket's: the key's hash */
} seat;

static u64 add_text(char *to, u64 at, u64 room, const char *s) {
    while (*s && at + 1 < room) to[at++] = *s++;
    to[at] = 0;
    return at;
}

static u64 add_number(char *to, u64 at, u64 room, u64 n) {
    char digits[DIGITS + 2];
    put_decimal(digits, n, " ");
    return add_text(to, at, room, digits);
}

/* This build, by the file that says how its JVM is started; the namespaces; the root; the umask; where programs are; the locale. */
static int take_key(char **envp) {
    static const char *const kinds[] = { "mnt", "user", "pid", "pid_for_children", "net", "cgroup", "ipc", "uts", "time" };
    struct stat s;
    u64 at = 0;
    char file[sizeof self];
    memcpy(file, self, length(self));
    memcpy(file + length(self), ".jvm", 5);
    if (sys4(__NR_newfstatat, AT_FDCWD, file, &s, 0)) return 0;
    at = add_number(seat.key, at, KEY, s.st_dev);
    at = add_number(seat.key, at, KEY, s.st_ino);
    at = add_number(seat.key, at, KEY, s.st_ctime);
    at = add_number(seat.key, at, KEY, s.st_ctime_nsec);
    for (u32 i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char path[64], link[64];
        add_text(path, add_text(path, 0, sizeof path, "/proc/self/ns/"), sizeof path, kinds[i]);
        long r = sys4(__NR_readlinkat, AT_FDCWD, path, link, sizeof link - 1);
        link[r < 0 ? 0 : r] = 0;
        at = add_text(seat.key, at, KEY, link);
        at = add_text(seat.key, at, KEY, " ");
    }
    if (sys4(__NR_newfstatat, AT_FDCWD, "/", &s, 0)) return 0;
    at = add_number(seat.key, at, KEY, s.st_dev);
    at = add_number(seat.key, at, KEY, s.st_ino);
    long mask = sys(__NR_umask, 0, 0, 0);
    sys(__NR_umask, mask, 0, 0);
    at = add_number(seat.key, at, KEY, (u64)mask);
    static const char *const names[] = { "PATH", "LC_ALL", "LC_CTYPE", "LANG" };
    for (u32 i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = variable(envp, names[i]);
        at = add_text(seat.key, at, KEY, value ? value : "");
        at = add_text(seat.key, at, KEY, "\n");
    }
    if (at + 1 >= KEY) return 0;
    u64 hash = 14695981039346656037ull; /* FNV-1a */
    for (u64 i = 0; i < at; i++) hash = (hash ^ (u8)seat.key[i]) * 1099511628211ull;
    put_decimal(seat.name, hash, "");
    return 1;
}

/* Where the socket is to be; whether one may be started, if `start` is not null. 0: there shall be none. */
static int take_seat(char **envp, int *may_start) {
    const char *wanted = variable(envp, "ALCOVE_RESIDENT"), *home = 0;
    *may_start = wanted && *wanted;
    if (wanted && equal(wanted, "0")) return 0;
    u64 at;
    if (wanted && *wanted == '/') at = add_text(seat.folder, 0, PLACE, wanted);
    else if (wanted && *wanted && !equal(wanted, "1")) return 0;
    else {
        if (sys(__NR_geteuid, 0, 0, 0)) {
            home = variable(envp, "XDG_RUNTIME_DIR");
            if (!home || *home != '/') return 0;
        }
        at = add_text(seat.folder, 0, PLACE, home ? home : "/run");
        at = add_text(seat.folder, at, PLACE, "/alcove-resident");
    }
    return at + 1 < PLACE;
}

/* The folder of the socket, if it is this user's alone. */
static long own_folder(int make) {
    struct stat s;
    if (make) sys4(__NR_mkdirat, AT_FDCWD, seat.folder, 0700, 0);
    long folder = sys4(__NR_openat, AT_FDCWD, seat.folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (folder < 0) return folder;
    if (!is_own(folder, S_IFDIR) || sys(__NR_fstat, folder, &s, 0) || s.st_mode & 077) {
        sys(__NR_close, folder, 0, 0);
        return -EPERM;
    }
    return folder;
}

static long connect_to(long folder) {
    struct { u16 family; char path[108]; } address = { AF_UNIX_, "" };
    u64 at = add_text(address.path, 0, sizeof address.path, "/proc/self/fd/");
    char digits[DIGITS + 2];
    put_decimal(digits, (u64)folder, "/");
    at = add_text(address.path, at, sizeof address.path, digits);
    add_text(address.path, at, sizeof address.path, seat.name);
    /* not blocking: one whose backlog is full is busy or stopped */
    long s = sys(__NR_socket, AF_UNIX_, SOCK_STREAM_ | SOCK_CLOEXEC_ | SOCK_NONBLOCK_, 0);
    if (s < 0) return s;
    struct { i32 pid; u32 uid, gid; } peer = { 0, ~0u, ~0u };
    u32 size = sizeof peer;
    if (sys(__NR_connect, s, &address, sizeof address) == 0
        && sys6(__NR_getsockopt, s, SOL_SOCKET_, SO_PEERCRED_, (long)&peer, (long)&size, 0) == 0
        && peer.uid == (u32)sys(__NR_geteuid, 0, 0, 0)) {
        long high = sys(__NR_fcntl, s, F_DUPFD_CLOEXEC_, HIGH);
        if (high >= 0) {
            sys(__NR_fcntl, high, F_SETFL_, O_RDWR);
            sys(__NR_close, s, 0, 0);
            return high;
        }
    }
    sys(__NR_close, s, 0, 0);
    return -ECONNREFUSED;
}

static void patience(int s, i64 seconds) {
    struct __kernel_timespec t = { seconds, 0 };
    sys6(__NR_setsockopt, s, SOL_SOCKET_, SO_RCVTIMEO_, (long)&t, sizeof t, 0);
    sys6(__NR_setsockopt, s, SOL_SOCKET_, SO_SNDTIMEO_, (long)&t, sizeof t, 0);
}

/* Copies a string with its NUL; 0 if there is no room. */
static u64 put_string(char *to, u64 at, const char *s) {
    u64 n = length(s) + 1;
    if (!at || n > MOST_SENT - at) return 0;
    memcpy(to + at, s, n);
    return at + n;
}

/* Sends the command. Whether the other side had room for all of it. */
static int send_request(int s, char **argv, char **envp) {
    long memory = sys6(__NR_mmap, 0, MOST_SENT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory < 0) return 0;
    char *to = (char *)memory;
    struct request *r = (struct request *)to;
    u64 at = put_string(to, sizeof *r, seat.key);
    /* a directory that cannot be named is no directory for another process */
    long n = at ? sys(__NR_getcwd, to + at, MOST_SENT - at, 0) : -1;
    if (n <= 0 || to[at] != '/') return 0;
    at += (u64)n;
    r->magic = REQUEST;
    r->kind = REQUEST_COMMAND;
    r->control = (u32)s;
    for (char **w = argv + 1; *w; w++, r->words++) at = put_string(to, at, *w);
    for (char **e = envp; *e; e++) at = put_string(to, at, *e);
    if (!at) return 0;
    r->bytes = (u32)(at - sizeof *r);
    struct { u64 size; int level, type, fds[4]; } rights = { 0, SOL_SOCKET_, SCM_RIGHTS_, { 0 } };
    int count = 0;
    for (int fd = 0; fd < 3; fd++)
        if (sys(__NR_fcntl, fd, F_GETFD_, 0) >= 0) {
            rights.fds[count++] = fd;
            r->streams |= 1u << fd;
        }
    rights.size = 16 + 4 * (u64)count;
    struct { char *base; u64 size; } part = { to, at };
    struct { void *name; u64 name_size; void *parts; u64 count; void *control; u64 control_size; u64 flags; } message = {
        0, 0, &part, 1, count ? &rights : 0, count ? (rights.size + 7) & ~7ull : 0, 0 };
    for (u64 done = 0; done < at;) {
        n = sys(__NR_sendmsg, s, &message, MSG_NOSIGNAL_);
        if (n == -EINTR) continue;
        if (n <= 0) break;
        done += (u64)n;
        part.base += n;
        part.size -= (u64)n;
        message.control = 0;
        message.control_size = 0;
    }
    sys(__NR_munmap, memory, MOST_SENT, 0);
    return !part.size;
}

/* The socket's place as one path. */
static void put_place(char *place) {
    u64 at = add_text(place, 0, PLACE + 32, seat.folder);
    at = add_text(place, at, PLACE + 32, "/");
    add_text(place, at, PLACE + 32, seat.name);
}

/* The same for the command by which somebody starts or ends one. */
static int find_place(char **envp, char *place) {
    int may_start;
    if (!take_seat(envp, &may_start) || !take_key(envp)) return 0;
    long folder = own_folder(1);
    if (folder < 0) return 0;
    sys(__NR_close, folder, 0, 0);
    put_place(place);
    return 1;
}

/* Starts a resident JVM beside this command, unless somebody is about to: whoever holds the lock. */
static void start_resident(long folder, char **envp) {
    char lock_name[32], place[PLACE + 32];
    u64 at = add_text(lock_name, 0, sizeof lock_name, seat.name);
    add_text(lock_name, at, sizeof lock_name, ".lock");
    long lock = sys4(__NR_openat, folder, lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock < 0) return;
    if (sys(__NR_flock, lock, LOCK_EX_ | LOCK_NB_, 0) == 0) {
        int status;
        long child = sys6(__NR_clone, SIGCHLD_, 0, 0, 0, 0, 0);
        if (!child) {
            /* a session of its own, not this process's child, and nothing of the caller's but its user */
            sys(__NR_setsid, 0, 0, 0);
            if (sys6(__NR_clone, SIGCHLD_, 0, 0, 0, 0, 0)) for (;;) sys(__NR_exit_group, 0, 0, 0);
            long nothing = sys4(__NR_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
            for (int fd = 0; fd < 3; fd++) sys(__NR_dup3, nothing, fd, 0);
            sys(__NR_dup3, lock, 3, 0);
            sys(__NR_close_range, 4, ~0u, 0);
            sys(__NR_chdir, "/", 0, 0);
            u64 none = 0;
            sys4(__NR_rt_sigprocmask, SIG_SETMASK_, &none, 0, 8);
            static char word[] = "resident";
            char *words[] = { word, word, 0 };
            put_place(place);
            become_jvm(words, envp, 0, place);
        }
        if (child > 0) sys4(__NR_wait4, child, &status, __WALL, 0);
    }
    sys(__NR_close, lock, 0, 0);
}

/* Asks the resident JVM, if there is one for this caller, to do the command; its socket, or -1. */
static int ask_resident(char **argv, char **envp) {
    int may_start = 0;
    if (!argv[0] || (argv[1] && equal(argv[1], "resident")) || !take_seat(envp, &may_start)) return -1;
    long folder = own_folder(may_start);
    if (folder < 0) return -1;
    int asked = -1;
    if (take_key(envp)) {
        long s = connect_to(folder);
        if (s >= 0) {
            char word = 0;
            patience((int)s, 1);
            if (send_request((int)s, argv, envp) && sys(__NR_read, s, &word, 1) == 1 && word == READY) {
                word = GO;
                if (sys6(__NR_sendto, s, (long)&word, 1, MSG_NOSIGNAL_, 0, 0) == 1) asked = (int)s;
            }
            patience((int)s, 0);
            if (asked < 0) sys(__NR_close, s, 0, 0);
        } else if (may_start) {
            start_resident(folder, envp);
        }
    }
    sys(__NR_close, folder, 0, 0);
    return asked;
}

/* Follows the command that the resident JVM does; the status to end with, or -1 if it turned away before all. */
static int follow_resident(int s) {
    int own = 0;
    channel = s;
    int heard = read_fully(s, &program.head, sizeof program.head);
    if (heard && program.head.magic == MAGIC) {
        be_undisturbed();
        own = obey(s, 0, 0);
        sys(__NR_shutdown, s, SHUT_WR_, 0); /* it waits for this end where the program failed */
        heard = read_fully(s, &program.head, sizeof program.head);
    }
    if (own) return own;
    if (heard && program.head.magic == ENDED) {
        if (program.head.version <= 255) return (int)program.head.version;
        sys(__NR_close, s, 0, 0);
        return -1;
    }
    static const char gone[] = "alcove-oci: the resident JVM was killed while it did this command\n"
                               "  likely cause: somebody ended it, or the machine ran out of memory\n"
                               "  mend: look with state; delete --force removes what is left of a container\n";
    sys(__NR_write, 2, gone, sizeof gone - 1);
    return 1;
}
