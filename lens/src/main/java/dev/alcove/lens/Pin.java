package dev.alcove.lens;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.Pidfd;
import java.util.Optional;

/** What keeps a namespace alive, namespaces(7) "Namespace lifetime". */
public sealed interface Pin {
    /** One word for a list: {@code process}, {@code descriptor}. */
    String word();

    /** For people: {@code descriptor 5 of process 71}. */
    String text();

    /**
     * It has processes.
     *
     * @param pid the first of them, that with the lowest number
     */
    record Member(int pid) implements Pin {
        @Override
        public String word() {
            return "process";
        }

        @Override
        public String text() {
            return "process " + pid;
        }
    }

    /**
     * One thread of a process that is elsewhere is in it.
     *
     * @param pid the process
     * @param tid the thread
     */
    record LoneThread(int pid, int tid) implements Pin {
        @Override
        public String word() {
            return "thread";
        }

        @Override
        public String text() {
            return "thread " + tid + " of process " + pid;
        }
    }

    /**
     * The next child of a process that is elsewhere will be in it: of PID and TIME, which a process itself never enters.
     *
     * @param pid the process
     */
    record Children(int pid) implements Pin {
        @Override
        public String word() {
            return "children";
        }

        @Override
        public String text() {
            return "the children of process " + pid;
        }
    }

    /**
     * A process has it open.
     *
     * @param pid    the process
     * @param number which of its descriptors, from 0
     */
    record Descriptor(int pid, int number) implements Pin {
        @Override
        public String word() {
            return "descriptor";
        }

        @Override
        public String text() {
            return "descriptor " + number + " of process " + pid;
        }
    }

    /**
     * A process that is elsewhere has a socket that was made in it: of NET.
     *
     * @param pid    the process
     * @param number which of its descriptors, from 0
     */
    record Socket(int pid, int number) implements Pin {
        @Override
        public String word() {
            return "socket";
        }

        @Override
        public String text() {
            return "socket " + number + " of process " + pid;
        }

        /**
         * A handle of the socket's namespace.
         *
         * @return the handle, or empty if the process has ended, or has no such socket
         * @throws dev.alcove.linux.LinuxException EPERM if the caller may not know
         */
        Optional<Namespace> open() {
            try (Pidfd process = Pidfd.open(pid).orElse(null)) {
                return process == null ? Optional.empty() : open(process);
            }
        }

        /** The same, of a process that is known. The copy of the socket is closed before anybody could miss its end. */
        Optional<Namespace> open(Pidfd process) {
            try (Fd copy = process.descriptor(number).orElse(null)) {
                return copy == null ? Optional.empty() : Namespace.ofSocket(copy);
            }
        }
    }

    /**
     * It is bound to a path.
     *
     * @param mountNamespace where that mount is, by its number
     * @param path           the path there
     */
    record BindMount(long mountNamespace, String path) implements Pin {
        @Override
        public String word() {
            return "mount";
        }

        @Override
        public String text() {
            return path + " in mnt:[" + mountNamespace + "]";
        }
    }

    /**
     * Another namespace that exists is below it or owned by it.
     *
     * @param label the other one, {@code pid:[4026532212]}
     */
    record Related(String label) implements Pin {
        @Override
        public String word() {
            return "namespace";
        }

        @Override
        public String text() {
            return label + ", which is below it";
        }
    }
}
