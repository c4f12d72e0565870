package dev.alcove.runtime;

import dev.alcove.linux.Syscall;
import dev.alcove.linux.UnixSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A start without a container, for the training of a JVM whose classes are kept: everything in Java is done as in
 * {@link ContainerBuilder#start()}, down to the native calls, but init gets a program that makes nothing and only
 * reports that a process started and ended. Needs no privileges.
 */
public final class Rehearsal {
    /** Higher than any pid can be. */
    private static final int NOBODY = Integer.MAX_VALUE;

    private Rehearsal() {}

    /**
     * Rehearses a start.
     *
     * @param builder what to plan and encode; its streams are used, its program is not run
     * @return what behaves as a container whose program has ended with status 0
     */
    public static Container start(ContainerBuilder builder) {
        ContainerSpec spec = builder.spec();
        HostFacts facts = HostProbe.read(spec);
        ProgramEncoder.encode(Planner.plan(spec, facts));
        Program.Builder p = new Program.Builder(facts.arch());
        report(p, Wire.REPORT_STARTED, NOBODY);
        report(p, Wire.REPORT_EXITED, 0);
        p.add(new Step.Exit(Arg.ZERO, "that is all"));
        return Container.start(builder.streams, spec, facts, p.build(), Map.of());
    }

    /** A front that takes a program, runs none of it, and says that a process started. */
    public static Front front() {
        return front("", "");
    }

    /**
     * The same for a front that takes its program from a pipe, and reports into another.
     *
     * @param folder where the reports are put
     */
    public static Front front(Path folder) throws IOException {
        byte[] report = bytes(Wire.REPORT_STARTED, NOBODY);
        ByteBuffer.wrap(report).order(ByteOrder.LITTLE_ENDIAN).putLong(Wire.REPORT_EXTRA1, FrontPart.PIDFS);
        Path reports = Files.write(folder.resolve("reports"), report);
        return front("/dev/null", reports.toString());
    }

    private static Front front(String program, String reports) {
        UnixSocket.Pair pair = UnixSocket.pair();
        Thread.ofPlatform().daemon().start(() -> {
            try (UnixSocket theirs = pair.right()) {
                // The first part is enough: what follows fits into the socket.
                theirs.receive(new byte[Wire.HEADER_SIZE]);
                theirs.send(bytes(Wire.REPORT_STARTED, NOBODY));
                while (theirs.receive(new byte[4096]).length() > 0) {
                    // the rest of the program, until the other end is closed
                }
            }
        });
        return Front.rehearsed(pair.left(), program, reports);
    }

    private static byte[] bytes(int kind, long value) {
        byte[] report = new byte[Wire.REPORT_SIZE];
        ByteBuffer.wrap(report)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(Wire.REPORT_KIND, kind)
                .putLong(Wire.REPORT_VALUE, value);
        return report;
    }

    private static void report(Program.Builder p, int kind, long value) {
        byte[] report = bytes(kind, value);
        p.call(
                "a report of what did not happen",
                Syscall.WRITE,
                Arg.num(Wire.CONTROL),
                Arg.at(Data.bytes(report, "{report " + kind + "}")),
                Arg.num(report.length));
    }
}
