package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class UserDatabaseTest {
    private static final UserDatabase DATABASE = UserDatabase.parse(
            """
            root:x:0:0:root:/root:/bin/sh
            # comment
            +::::::
            bad:x:many:0::/:/bin/sh
            none:x:4294967295:0::/:/bin/sh
            ann:x:1000:100:Ann,,,:/home/ann:
            toor:x:0:0::/:/bin/sh
            1001:x:5:5::/:/bin/sh
            short:x:1:1
            """, "root:x:0:\nusers:x:100:ann\nwheel:x:10:root, ann\nvideo:x:44:ann\nbroken:x\nvideo2:x:44:ann\n");

    @Test
    void usersAreFoundByNameAndNumber() {
        assertThat(DATABASE.users()).hasSize(5);
        assertThat(DATABASE.user("ann")).contains(new UserDatabase.User("ann", 1000, 100, "/home/ann", ""));
        assertThat(DATABASE.user(0)).map(UserDatabase.User::name).contains("root");
        assertThat(DATABASE.user("1001")).map(UserDatabase.User::uid).contains(5L);
        assertThat(DATABASE.user("short")).contains(new UserDatabase.User("short", 1, 1, "", ""));
        assertThat(DATABASE.user("bad")).isEmpty();
        assertThat(DATABASE.user("none")).isEmpty();
        assertThat(DATABASE.user(1001)).isEmpty();
    }

    @Test
    void groupsAreFoundByNameNumberAndMember() {
        assertThat(DATABASE.group("wheel")).map(UserDatabase.Group::gid).contains(10L);
        assertThat(DATABASE.group(44)).map(UserDatabase.Group::name).contains("video");
        assertThat(DATABASE.group("broken")).isEmpty();
        assertThat(DATABASE.supplementaryGroups("ann")).containsExactly(10L, 44L);
        assertThat(DATABASE.supplementaryGroups("nobody")).isEmpty();
    }

    @Test
    void emptyTextsAreAnEmptyDatabase() {
        UserDatabase empty = UserDatabase.parse("", "");
        assertThat(empty.users()).isEmpty();
        assertThat(empty.user("root")).isEmpty();
    }
}
