package dev.alcove.runtime;

import dev.alcove.spec.Bytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs other people's Java code where it can do no harm: in a JVM of its own, in a container that holds a read-only view
 * of this JDK and nothing else. It has no network, sees no file that it was not given, can start no process, is nobody,
 * and ends when its time, memory or output is used up.
 *
 * {@snippet class="dev.alcove.examples.OtherPeoplesCode" region="sandbox"}
 *
 * <p>What holds it, from the outside inwards:
 * <ul>
 *   <li>namespaces of its own of every kind but the clocks; its process list holds itself alone
 *   <li>users of its own: its user 65534 is for root's sandboxes an id of the machine that nobody else is, out of the range
 *       that /etc/subuid gives to {@code alcove} or {@code root}, or of 65536 ids from 1879048192 on; for an ordinary
 *       user's it is that user. Only where root may make no user namespace, or is root of one itself, it is the
 *       machine's own user 65534
 *   <li>a root file system of its own, in memory and read-only: the JDK at {@code /jdk}, the C library, what
 *       {@link #read} names, and {@code /tmp} of limited size, which is gone at the end
 *   <li>a control group with limits of memory, processor and threads
 *   <li>Landlock, where the kernel has it: nothing can be written but {@code /tmp}
 *   <li>no capability, the user and group 65534, and no way to become another
 *   <li>a filter of system calls with what a JVM needs for threads, memory and files. Every other call is refused with
 *       EPERM, and its name is in the {@link Verdict}
 *   <li>in the JVM, no native access, unless {@link #nativeAccess} says so
 * </ul>
 *
 * <p>Its kernel is this machine's. Whoever runs code of sworn enemies wants a virtual machine around that.
 *
 * <p><b>Without root</b> it works too, in a user namespace. The limits of memory and threads then need control groups
 * that this user may make (a systemd user session with delegation, cgroup version 2). Where there are none, {@link #run}
 * refuses to start, unless {@link #withoutCgroups} allows for limits of the process instead; since the program is one
 * process and can start no other, these hold it too, but the share of the processor is not limited then, only its time.
 *
 * <p>A sandbox can be run any number of times. Not safe for use by several threads at once.
 */
public final class Sandbox {
    private static final Bytes MEMORY = Bytes.mebi(256);
    private static final Bytes TEMP = Bytes.mebi(64);
    private static final Bytes OUTPUT = Bytes.mebi(1);
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final int THREADS = 128;

    /** What may not run longer has no use for the second compiler. */
    private static final Duration SHORT = Duration.ofSeconds(10);

    final List<Path> classPath;
    final String mainClass;
    final List<String> arguments = new ArrayList<>();
    final List<String> options = new ArrayList<>();
    final Map<String, String> environment = new LinkedHashMap<>();
    final Map<String, String> properties = new LinkedHashMap<>();
    final List<Path> readable = new ArrayList<>();
    byte[] stdin = {};
    Bytes memory = MEMORY;
    Bytes temp = TEMP;
    Bytes output = OUTPUT;
    Duration timeout = TIME;
    double cpus = 1;
    int threads = THREADS;
    boolean nativeAccess;
    boolean killOnForbiddenCall;
    boolean withoutCgroups;

    private Sandbox(List<Path> classPath, String mainClass) {
        this.classPath = List.copyOf(classPath);
        this.mainClass = mainClass;
    }

    /**
     * A sandbox for a jar whose manifest names its main class. Other jars that the manifest's Class-Path names are not
     * there; use {@link #classPath} for several.
     *
     * @param jar the file
     */
    public static Sandbox java(Path jar) {
        return new Sandbox(List.of(jar), "");
    }

    /**
     * A sandbox for a class on a class path.
     *
     * @param classPath jars and directories of classes, in order
     * @param mainClass the class with the main method, as {@code com.example.Main}
     */
    public static Sandbox classPath(List<Path> classPath, String mainClass) {
        return new Sandbox(classPath, mainClass);
    }

    /** More arguments of the program. */
    public Sandbox arguments(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** What the program reads from its standard input; nothing at first. */
    public Sandbox stdin(byte[] bytes) {
        stdin = bytes.clone();
        return this;
    }

    /** What the program reads from its standard input, as UTF-8. */
    public Sandbox stdin(String text) {
        return stdin(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The most memory it may use, its JVM and its files in {@code /tmp} included; 256 MiB at first. The heap gets what
     * the JVM itself leaves of it.
     *
     * @param limit 48 MiB or more
     */
    public Sandbox memory(Bytes limit) {
        memory = limit;
        return this;
    }

    /**
     * How many processors' time it may use; 1 at first.
     *
     * @param number 0.1 to as many as the machine has
     */
    public Sandbox cpus(double number) {
        cpus = number;
        return this;
    }

    /**
     * The most threads, of which the JVM needs about 20 for itself; 128 at first.
     *
     * @param limit 24 or more
     */
    public Sandbox threads(int limit) {
        threads = limit;
        return this;
    }

    /**
     * How long it may run; 10 seconds at first. What may run no longer than that is compiled quickly rather than well
     * (-XX:TieredStopAtLevel=1), which starts a JVM sooner.
     */
    public Sandbox timeout(Duration limit) {
        timeout = limit;
        return this;
    }

    /** The most it may print on each of its two streams; what prints more is killed. 1 MiB at first. */
    public Sandbox output(Bytes limit) {
        output = limit;
        return this;
    }

    boolean shortLived() {
        return timeout.compareTo(SHORT) <= 0;
    }

    /** The size of {@code /tmp}, its working directory and the only place where it can write; 64 MiB at first. */
    public Sandbox temp(Bytes size) {
        temp = size;
        return this;
    }

    /** A variable of its environment, which holds nothing of this process's. */
    public Sandbox environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** A system property of its JVM. */
    public Sandbox systemProperty(String name, String value) {
        properties.put(name, value);
        return this;
    }

    /** An option of its JVM, such as {@code -Xss512k} or {@code -XX:+UseG1GC}, after those that the sandbox gives. */
    public Sandbox vmOption(String option) {
        options.add(option);
        return this;
    }

    /**
     * A file or directory that it may read, at the same path inside; without set-user-ID, devices and whatever is mounted
     * below later. Everybody must be able to read it (chmod o+r), as nobody is who reads it; the directories above it may be
     * the caller's alone.
     */
    public Sandbox read(Path path) {
        readable.add(path.toAbsolutePath().normalize());
        return this;
    }

    /**
     * Whether it may load native libraries and call native functions (JNI, java.lang.foreign); false at first. What they
     * do to the kernel is held by everything else.
     */
    public Sandbox nativeAccess(boolean on) {
        nativeAccess = on;
        return this;
    }

    /** Whether the first forbidden system call ends it, rather than fail with EPERM; false at first. */
    public Sandbox killOnForbiddenCall(boolean on) {
        killOnForbiddenCall = on;
        return this;
    }

    /**
     * Whether limits of the process, setrlimit(2), will do where no control groups are to be had: RLIMIT_DATA for the
     * memory, RLIMIT_NPROC for the threads. False at first.
     */
    public Sandbox withoutCgroups(boolean on) {
        withoutCgroups = on;
        return this;
    }

    /**
     * Runs the program to its end.
     *
     * @return what became of it; a program that fails or is ended is no exception
     * @throws IllegalArgumentException if something wanted cannot be, with every fault on a line of its own; nothing was
     *     made
     * @throws ContainerException       if the sandbox cannot be made here; nothing is left
     * @throws InterruptedException     if the thread is interrupted; nothing is left
     */
    public Verdict run() throws InterruptedException {
        SandboxCheck.check(this);
        return new SandboxRun(this).run();
    }
}
