package dev.alcove.runtime;

import java.util.List;

/** The made-up /etc of the image {@code host}: two users, no secret, nothing of the machine's own. */
final class HostEtc {
    private HostEtc() {}

    static List<TextFile> files() {
        return List.of(
                new TextFile("/etc/passwd", """
                        root:x:0:0:root:/root:/bin/sh
                        daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
                        www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
                        nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
                        """),
                new TextFile("/etc/group", """
                        root:x:0:
                        daemon:x:1:
                        tty:x:5:
                        www-data:x:33:
                        users:x:100:
                        nogroup:x:65534:
                        """),
                new TextFile("/etc/nsswitch.conf", """
                        passwd: files
                        group: files
                        shadow: files
                        hosts: files dns
                        networks: files
                        protocols: files
                        services: files
                        """),
                new TextFile("/etc/shells", "/bin/sh\n/bin/bash\n"));
    }
}
