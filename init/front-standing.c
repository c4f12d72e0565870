/*
 * Commands that need no JVM: what create made of a container has a program in its folder for what may come later, and
 * the front obeys it. Only for the plain forms of start, state, kill and delete; and only if the program is ours alone.
 * Whatever else there is, and any step of it that fails, is the JVM's: it does the command from its beginning, and has
 * the words for what is wrong. So a program does nothing that the JVM would not do again.
 */
enum { SIG_BLOCK_ = 0, OTHERS_MAY_WRITE = 022, LONGEST_ID = 1024 };

/* What a plain command line says. */
struct plain {
    const char *root, *log, *id;
    i64 command, signal;
};

static int equal(const char *a, const char *b) { return same(a, b) && length(a) == length(b); }

static const char *variable(char **envp, const char *name) {
    for (; *envp; envp++)
        if (same(*envp, name) && (*envp)[length(name)] == '=') return *envp + length(name) + 1;
    return 0;
}

/* The value of a flag with one or two dashes, as --log=FILE or --log FILE; moves on over the latter's. */
static const char *flag(char ***at, const char *name) {
    const char *word = **at + 1;
    if (*word == '-') word++;
    if (!same(word, name)) return 0;
    word += length(name);
    if (*word == '=') return word + 1;
    if (*word || !(*at)[1]) return 0;
    return *++*at;
}

static int is_id(const char *s) {
    if (!*s || *s == '.' || *s == '-' || length(s) > LONGEST_ID) return 0;
    for (; *s; s++) {
        char c = *s, small = c | 32;
        if (!(small >= 'a' && small <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '.' && c != '-' && c != '+')
            return 0;
    }
    return 1;
}

/* The number of a signal; 0 for what only the JVM knows. */
static i64 signal_number(const char *s) {
    static const struct { const char *name; i64 number; } names[] = {
        { "HUP", 1 }, { "INT", 2 }, { "QUIT", 3 }, { "KILL", 9 }, { "USR1", 10 }, { "USR2", 12 }, { "TERM", 15 },
        { "CONT", 18 }, { "STOP", 19 }, { "WINCH", 28 } };
    i64 n = 0;
    if (*s >= '1' && *s <= '9') {
        for (; *s >= '0' && *s <= '9' && n < 100; s++) n = n * 10 + *s - '0';
        return *s || n > 64 ? 0 : n;
    }
    if (same(s, "SIG")) s += 3;
    for (u32 i = 0; i < sizeof names / sizeof *names; i++)
        if (equal(s, names[i].name)) return names[i].number;
    return 0;
}

/* Whether this user namespace is the machine's first: in another one who is root need not have /run. */
static int is_first_user_namespace(void) {
    static const char first[] = "         0          0 4294967295\n";
    char map[sizeof first + 1] = "";
    long fd = sys4(__NR_openat, AT_FDCWD, "/proc/self/uid_map", O_RDONLY | O_CLOEXEC, 0);
    long n = sys(__NR_read, fd, map, sizeof first);
    sys(__NR_close, fd, 0, 0);
    return n == sizeof first - 1 && same(map, first);
}

/* Whether this is a plain form of a command that may need no JVM. */
static int is_plain(char **argv, struct plain *p) {
    p->root = 0;
    p->log = 0;
    char **at = argv + 1;
    for (; *at && **at == '-'; at++) {
        const char *value;
        if ((value = flag(&at, "root"))) p->root = value;
        else if ((value = flag(&at, "log-format"))) { if (!equal(value, "json") && !equal(value, "text")) return 0; }
        else if ((value = flag(&at, "log"))) p->log = value;
        else return 0;
    }
    if (!p->root && !sys(__NR_geteuid, 0, 0, 0) && is_first_user_namespace()) p->root = "/run/alcove-oci";
    if (!*at || !p->root || !*p->root) return 0;
    /* ".." is taken out of a path by its text there, and by the kernel here */
    for (const char *s = p->root; *s; s++) if (*s == '.' && s[1] == '.') return 0;
    const char *name = *at++;
    if (equal(name, "start")) p->command = COMMAND_START;
    else if (equal(name, "state")) p->command = COMMAND_STATE;
    else if (equal(name, "kill")) p->command = COMMAND_KILL;
    else if (equal(name, "delete")) p->command = COMMAND_DELETE;
    else return 0;
    if (p->command == COMMAND_DELETE && *at && (equal(*at, "--force") || equal(*at, "-f") || equal(*at, "-force"))) {
        p->command = COMMAND_FORCE;
        at++;
    }
    if (!*at || !is_id(*at)) return 0;
    p->id = *at++;
    if (p->command == COMMAND_KILL) {
        p->signal = *at ? signal_number(*at++) : 15;
        if (!p->signal) return 0;
    }
    return !*at;
}

/* Whether a file of this kind is of nobody but this user: whoever could write it could have us do anything. */
static int is_own(long fd, u32 kind) {
    struct stat s;
    return sys(__NR_fstat, fd, &s, 0) == 0 && (s.st_mode & S_IFMT) == kind && !(s.st_mode & OTHERS_MAY_WRITE)
        && s.st_uid == (u32)sys(__NR_geteuid, 0, 0, 0) && (kind == S_IFDIR || s.st_nlink == 1);
}

/* Does the command, if it is one of these. 0 leaves it to the JVM. */
static int done_without_jvm(char **argv, char **envp) {
    struct plain p = { 0 };
    const char *wanted = variable(envp, "ALCOVE_QUICK");
    if ((wanted && equal(wanted, "0")) || !is_plain(argv, &p)) return 0;
    long root = sys4(__NR_openat, AT_FDCWD, p.root, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (root < 0) return 0;
    long folder = sys4(__NR_openat, root, p.id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    long file = sys4(__NR_openat, folder, "commands", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
    int done = 0;
    if (file >= 0 && is_own(root, S_IFDIR) && is_own(folder, S_IFDIR) && is_own(file, S_IFREG)
        && read_fully((int)file, &program.head, sizeof program.head)) {
        long log = p.log ? sys4(__NR_openat, AT_FDCWD, p.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : 0;
        i64 given[GIVEN] = { p.command, p.signal, folder, root };
        u64 pipe_signal = 1 << 12, before = 0; /* SIGPIPE, of a FIFO whose reader has just gone, is an error of write */
        sys4(__NR_rt_sigprocmask, SIG_BLOCK_, &pipe_signal, &before, 8);
        channel = -1; /* nobody is told of a failure: the JVM meets it again */
        done = log >= 0 && !obey((int)file, given, GIVEN);
        sys4(__NR_rt_sigprocmask, SIG_SETMASK_, &before, 0, 8);
        on_failure = ~0u;
        unwinding = 0;
        if (p.log && log >= 0) sys(__NR_close, log, 0, 0);
    }
    sys(__NR_close, file, 0, 0);
    sys(__NR_close, folder, 0, 0);
    sys(__NR_close, root, 0, 0);
    return done;
}
