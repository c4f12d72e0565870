package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The records of containers that nobody has started yet, or nobody will any more. */
class ContainerStoreTest {
    @TempDir
    Path folder;

    private ContainerStore store() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        return ContainerStore.at(folder.resolve("state"));
    }

    @Test
    void aRecordIsWholeOrNotThere() throws IOException {
        ContainerBuilder b = new ContainerBuilder("true");
        try (ContainerStore.NewContainer made = store().create(b, "one", "host", "", false, false)) {
            Path at = made.container().folder();
            assertThat(at.resolve("state.json")).isNotEmptyFile();
            assertThat(Files.getPosixFilePermissions(at.resolve("state.json")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            try (var files = Files.list(at)) {
                assertThat(files.map(f -> String.valueOf(f.getFileName())))
                        .containsExactlyInAnyOrder("state.json", "exit", "creating");
            }
        }
        assertThat(store().list()).isEmpty();
    }

    @Test
    void whatACrashLeftOfARecordGoes() throws IOException {
        ContainerStore store = store();
        store.create(new ContainerBuilder("true"), "one", "host", "", false, false)
                .close();
        Path dead = Files.createDirectory(store.root().resolve("containers").resolve("dead"));
        Files.writeString(dead.resolve("creating"), "");
        Files.writeString(dead.resolve(".state.json.2x4k.tmp"), "{");
        assertThat(store.list()).isEmpty();
        assertThat(dead).doesNotExist();
    }

    /** Whoever finds it by name would otherwise have a process in it that may make every call. */
    @Test
    void aFilterThatIsNotRecordedIsNotLeftOut() throws IOException {
        ContainerBuilder b = new ContainerBuilder("true")
                .seccomp(SeccompChoice.filter(
                        SeccompFilters.of(SeccompChoice.standard(), Set.of()).orElseThrow()));
        try (ContainerStore.NewContainer made = store().create(b, "one", "host", "", false, false)) {
            StoredState kept = StoredState.parse(made.container().state().toJson());
            assertThatThrownBy(kept::seccompChoice).isInstanceOfSatisfying(ContainerException.class, e -> {
                assertThat(e.kind()).isEqualTo(ContainerException.Kind.CONFLICT);
                assertThat(e).hasMessageContaining("container 'one'").hasMessageContaining("Container.exec");
            });
        }
    }
}
