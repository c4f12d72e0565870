package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Networks between the containers of one ordinary user. */
@Timeout(600)
class UserHouseTest {
    @TempDir
    private Path folder;

    @Test
    void networksOfAnOrdinaryUser() throws Exception {
        Needs.programs("passt", "pasta");
        Needs.programs("nftables", "nft");
        try (UserRoom room = UserRoom.of(folder)) {
            assertThat(room.alcove("network create web")).matches("(?s).*[0-9a-f]{64}");
            assertThat(room.say("ip -br link")).as("nothing on the host").doesNotContain("br-");
            room.alcove("run -d --name one --network web host sh -c"
                    + " 'socat -U TCP-LISTEN:80,fork,reuseaddr SYSTEM:\"echo \\$SOCAT_PEERADDR\"'");
            assertThat(room.alcove("ps")).contains("one");
            assertThat(room.alcove("run --network web host sh -c"
                            + " 'for i in 1 2 3 4 5 6 7 8 9; do socat -u TCP:one:80 - && exit; sleep 0.2; done; exit 1'"))
                    .as("by name")
                    .contains("10.90.");
            // The peer sees the host's address: pasta speaks for the house.
            room.say("nsenter -t $(cat /run/peer) -n socat -U TCP-LISTEN:7,fork SYSTEM:'echo \"$SOCAT_PEERADDR\"' &");
            assertThat(room.alcove("exec one sh -c"
                            + " 'for i in 1 2 3 4 5 6 7 8 9; do socat -u TCP:192.0.2.1:7 - && exit; sleep 0.2; done; exit 1'"))
                    .contains("192.0.2.2");
            Said refused = room.tryAlcove("run --network web -p 8080:80 host true");
            assertThat(refused.status()).isEqualTo(125);
            assertThat(refused.text()).startsWith("alcove: --publish: ports cannot lead");
            room.alcove("kill one");
            room.alcove("wait one");
            room.alcove("rm one");
            assertThat(room.alcove("network rm web")).contains("web");
            Wait.until("the house has ended", () -> room.attempt("pgrep -u " + OrdinaryUser.ID)
                            .status()
                    != 0);
            assertThat(room.say("find /run/own/alcove -type f ! -name '*lock*' ! -name 'house.used' ! -name 'last*'"))
                    .isEmpty();
        }
    }
}
