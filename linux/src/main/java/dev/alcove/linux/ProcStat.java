package dev.alcove.linux;

/**
 * What /proc/PID/stat tells of a process, proc_pid_stat(5).
 *
 * @param pid            the process
 * @param name           the command's name, as it is: it may hold blanks, parentheses and line ends
 * @param state          as in {@link ProcStatus#state}
 * @param parent         the parent's id, 0 if it is outside of the PID namespace
 * @param processGroup   the process group
 * @param session        the session
 * @param terminal       the controlling terminal's device number, 0 if there is none
 * @param foreground     the terminal's foreground process group, -1 if there is none
 * @param userTicks      CPU time in user mode, in hundredths of a second
 * @param systemTicks    CPU time in the kernel, in hundredths of a second
 * @param threads        how many threads
 * @param startTicks     when it started, in hundredths of a second since boot: with the pid, what tells a process from a
 *     later one of the same number
 */
public record ProcStat(
        int pid,
        String name,
        char state,
        int parent,
        int processGroup,
        int session,
        int terminal,
        int foreground,
        long userTicks,
        long systemTicks,
        int threads,
        long startTicks) {
    static ProcStat parse(String text) {
        // The name is whatever stands between the first and the very last parenthesis.
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        if (open < 0 || close < open) {
            throw new IllegalArgumentException("not a /proc/PID/stat: " + text);
        }
        int pid = (int) ProcFile.decimal(text.substring(0, open).strip());
        String name = text.substring(open + 1, close);
        ProcFile.Words words = new ProcFile.Words(text.substring(close + 1));
        char state = words.take().charAt(0);
        int parent = (int) words.takeSigned();
        int group = (int) words.takeSigned();
        int session = (int) words.takeSigned();
        int terminal = (int) words.takeSigned();
        int foreground = (int) words.takeSigned();
        skip(words, 5); // flags, minflt, cminflt, majflt, cmajflt
        long user = words.takeSigned();
        long system = words.takeSigned();
        skip(words, 4); // cutime, cstime, priority, nice
        int threads = (int) words.takeSigned();
        skip(words, 1); // itrealvalue
        long start = words.takeSigned();
        return new ProcStat(
                pid, name, state, parent, group, session, terminal, foreground, user, system, threads, start);
    }

    private static void skip(ProcFile.Words words, int count) {
        for (int i = 0; i < count; i++) {
            words.must();
        }
    }
}
