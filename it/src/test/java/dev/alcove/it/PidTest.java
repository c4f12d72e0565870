package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Kernel;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Proc;
import dev.alcove.linux.Signal;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Exit;
import dev.alcove.runtime.SeccompChoice;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Processes numbered anew, and what the first of them is to the others. */
class PidTest {
    @BeforeEach
    void needs() {
        Needs.root();
    }

    private static List<Integer> numbers(int pid) {
        return Proc.status(pid).orElseThrow().namespacePids();
    }

    /** All processes of a container, by their numbers outside. */
    private static List<Integer> processes(Container room) {
        return Rooms.members(
                NamespaceKind.PID,
                Namespace.identity(NamespaceKind.PID, room.pid()).orElseThrow());
    }

    private static char state(int pid) {
        return Proc.stat(pid).orElseThrow().state();
    }

    @Test
    @DisplayName("pid_is_one")
    void pidIsOne() {
        ContainerBuilder builder = Rooms.only(NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.PID);
        try (Container room = builder.start();
                Shell inside = Shell.in(room)) {
            assertThat(inside.say("echo $$")).isEqualTo("1");
            assertThat(room.pid()).isNotEqualTo(1);
            List<Integer> outside = numbers(Kernel.pid());
            List<Integer> levels = numbers(room.pid());
            assertThat(levels).startsWith(room.pid()).endsWith(1).hasSize(outside.size() + 1);
        }
    }

    @Test
    @DisplayName("pid_children_numbered_inside")
    void pidChildrenNumberedInside() {
        ContainerBuilder builder = new ContainerBuilder(Payload.INSIDE, "births").mount(Payload.mount());
        assertThat(Shell.run(builder)).isEqualTo(new Said(0, "2 3 4"));
        assertThat(Shell.run(Payload.file().toString(), "births")).isNotEqualTo("2 3 4");
    }

    @Test
    @DisplayName("pid_nested")
    void pidNested() {
        Needs.programs("util-linux", "unshare");
        try (Container room = new ContainerBuilder("sh").privileged(true).start();
                Shell inside = Shell.in(room)) {
            inside.say("unshare --pid --fork --mount-proc sh -c 'unshare --pid --fork sleep 1000; :' > /dev/null &");
            Wait.until(
                    "the third level is there",
                    () -> inside.attempt("pgrep sleep").status() == 0);
            int second = Integer.parseInt(inside.say("pgrep sleep"));
            int outside = Proc.pids().stream()
                    .filter(pid -> Proc.status(pid)
                            .filter(s -> s.name().equals("sleep")
                                    && s.namespacePids().contains(second))
                            .isPresent())
                    .filter(pid -> numbers(pid).getLast() == 1)
                    .findFirst()
                    .orElseThrow();
            List<Integer> levels = numbers(outside);
            int ours = numbers(Kernel.pid()).size();
            assertThat(levels)
                    .as("a number here and at each of the three levels")
                    .hasSize(ours + 3);
            assertThat(levels.getLast()).isEqualTo(1);
            assertThat(levels.get(ours)).as("the container's number for it").isEqualTo(second);

            assertThat(inside.lines("ps -e -o pid= | tr -d ' '"))
                    .as("the container sees itself and all below")
                    .contains("1", Integer.toString(second));
            assertThat(inside.attempt("kill -0 " + Kernel.pid()).status())
                    .as("and nothing above")
                    .isNotZero();
            inside.say("kill -KILL " + second);
            Wait.until("a signal from above ends it", () -> Proc.stat(outside).isEmpty());
        }
    }

    @Test
    @DisplayName("pid_orphans_go_to_init")
    void pidOrphansGoToInit() {
        String orphan = "sh -c 'sleep 1000 >/dev/null & echo $!'";
        try (Shell reaped = Shell.in(new ContainerBuilder("sh").init(true).start());
                Shell kept = Shell.in(new ContainerBuilder(Payload.INSIDE, "hold", "sh")
                        .mount(Payload.mount())
                        .start());
                Shell outside = Shell.outside()) {
            String one = reaped.say(orphan);
            assertThat(reaped.say("ps -o ppid= -p " + one).strip()).isEqualTo("1");
            reaped.say("kill -KILL " + one);
            Wait.until(
                    "the built-in init reaps it",
                    () -> reaped.attempt("test -e /proc/" + one).status() != 0);

            String two = kept.say(orphan);
            assertThat(kept.say("ps -o ppid= -p " + two).strip()).isEqualTo("1");
            kept.say("kill -KILL " + two);
            Wait.until(
                    "who does not wait keeps a zombie",
                    () -> kept.say("ps -o stat= -p " + two).startsWith("Z"));

            String three = outside.say(orphan);
            int parent = Integer.parseInt(outside.say("ps -o ppid= -p " + three).strip());
            assertThat(numbers(parent))
                    .as("outside it goes to an init of the outside")
                    .hasSameSizeAs(numbers(Kernel.pid()));
            outside.say("kill -KILL " + three);
            Wait.until("gone", () -> Proc.stat(Integer.parseInt(three)).isEmpty());
        }
    }

    @Test
    @DisplayName("pid_init_ends_all_end")
    void pidInitEndsAllEnd() {
        try (Container room = new ContainerBuilder("sh").start()) {
            Shell inside = Shell.in(room);
            inside.say("setsid sleep 1000 & setsid sh -c 'sleep 1000 & sleep 1000' & :");
            Wait.until("all run", () -> inside.attempt("pgrep -c sleep").text().equals("3"));
            List<Integer> all = processes(room);
            assertThat(all).hasSizeGreaterThanOrEqualTo(5).contains(room.pid());
            List<Pidfd> handles =
                    all.stream().map(pid -> Pidfd.open(pid).orElseThrow()).toList();
            assertThat(room.signal(Signal.KILL)).isTrue();
            Exit exit = room.end();
            assertThat(exit.status()).isEqualTo(137);
            assertThat(handles).as("every process inside has ended").noneMatch(Pidfd::isAlive);
            assertThat(Pidfd.open(Kernel.pid()).map(ours -> {
                        try (ours) {
                            return ours.isAlive();
                        }
                    }))
                    .as("outside, life goes on")
                    .contains(true);
            handles.forEach(Pidfd::close);
        }
    }

    @Test
    @DisplayName("pid_init_ignores_unhandled")
    void pidInitIgnoresUnhandled() {
        ContainerBuilder builder = new ContainerBuilder(Payload.INSIDE, "hold", "sh").mount(Payload.mount());
        try (Container room = builder.start();
                Shell inside = Shell.in(room);
                Shell outside = Shell.outside()) {
            inside.say("kill -TERM 1; kill -INT 1; kill -KILL 1; kill -STOP 1");
            assertThat(inside.say("kill -0 1 && echo there")).isEqualTo("there");
            assertThat(room.signal(Signal.TERM)).isTrue();
            outside.say("kill -INT " + room.pid());
            assertThat(inside.say("kill -0 1 && echo there")).isEqualTo("there");
            assertThat(state(room.pid())).isEqualTo('S');

            // The same program with the same signal, where it is not a namespace's first process.
            ContainerBuilder ordinary = Rooms.none(Payload.file().toString(), "hold", "sh");
            try (Container process = ordinary.start()) {
                assertThat(process.signal(Signal.TERM)).isTrue();
                assertThat(process.waitFor()).isEqualTo(128 + Signal.TERM.number());
            }

            room.signal(Signal.STOP);
            Wait.until("the parent namespace stops it", () -> state(room.pid()) == 'T');
            room.signal(Signal.CONT);
            Wait.until("and lets it go on", () -> state(room.pid()) == 'S');
            room.signal(Signal.KILL);
            assertThat(room.waitFor()).isEqualTo(137);
        }
    }

    @Test
    @DisplayName("pid_init_handles_handled")
    void pidInitHandlesHandled() {
        try (Container room = new ContainerBuilder("sh").start();
                Shell inside = Shell.in(room)) {
            inside.say("trap 'echo caught TERM' TERM; trap 'echo caught USR1' USR1");
            assertThat(inside.say("sh -c 'kill -TERM 1'; :")).isEqualTo("caught TERM");
            assertThat(room.signal(Signal.USR1)).isTrue();
            assertThat(inside.say(":")).isEqualTo("caught USR1");
        }
    }

    @Test
    @DisplayName("pid_cannot_reach_siblings")
    void pidCannotReachSiblings() {
        ContainerBuilder builder =
                new ContainerBuilder("sh").mount(Payload.mount()).seccomp(SeccompChoice.unconfined());
        builder.capabilities().add("CAP_SYS_PTRACE");
        try (Container one = builder.start();
                Shell inside = Shell.in(one);
                Container other = new ContainerBuilder("sleep", "1000").start();
                Shell outside = Shell.outside()) {
            for (int target : List.of(other.pid(), Kernel.pid())) {
                assertThat(inside.attempt("kill -KILL " + target).text()).contains("No such process");
                assertThat(inside.say(Payload.INSIDE + " attach " + target)).isEqualTo("ESRCH");
            }
            inside.say("sleep 1000 & echo $! > /run/own");
            assertThat(inside.say(Payload.INSIDE + " attach $(cat /run/own)"))
                    .as("it can trace its own")
                    .isEqualTo("ok");
            assertThat(outside.say(Payload.file() + " attach " + other.pid()))
                    .as("and the outside can trace those inside")
                    .isEqualTo("ok");
            assertThat(other.signal(Signal.KILL)).as("it still ran").isTrue();
            assertThat(other.waitFor()).isEqualTo(137);
        }
    }

    @Test
    @DisplayName("pid_same_number_twice")
    void pidSameNumberTwice() {
        try (Container one = new ContainerBuilder("sh").start();
                Container other = new ContainerBuilder("sh").start();
                Shell first = Shell.in(one);
                Shell second = Shell.in(other)) {
            for (Shell shell : List.of(first, second)) {
                // Until it has executed its program, it is called as the shell is.
                shell.say("sleep 1000 & until grep -qx sleep /proc/$!/comm; do :; done");
                assertThat(shell.lines("ps -e -o pid=,comm= | grep -v ps | awk '{print $1, $2}'"))
                        .startsWith("1 sh", "2 sleep");
            }
            assertThat(processes(one)).doesNotContainAnyElementsOf(processes(other));
            assertThat(one.pid()).isNotEqualTo(other.pid());
        }
    }
}
