package dev.alcove.network;

import java.nio.file.Path;

/** Makes a network and says how that was refused. Argument: the state folder. */
final class DeniedMain {
    private DeniedMain() {}

    public static void main(String[] args) {
        try {
            Networks.at(Path.of(args[0]), HostNetwork.current()).create(NetworkRequest.bridge("web"));
        } catch (NetworkException e) {
            System.out.println(e.kind() + " " + e.getMessage());
        }
    }
}
