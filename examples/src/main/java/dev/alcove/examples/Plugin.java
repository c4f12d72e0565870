package dev.alcove.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Code that somebody else wrote: counts the words it is given, and tries some more on the way. */
public final class Plugin {
    private Plugin() {}

    /** Works, and pries. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("words: " + in.readLine().split(" ").length);
        attempt("a file", () -> Files.readString(Path.of("/etc/passwd")));
        attempt("a program", () -> Runtime.getRuntime().exec(new String[] {"/bin/sh"}));
        attempt("a connection", () -> new Socket(InetAddress.getLoopbackAddress(), 80));
        Files.writeString(Path.of("/tmp/own"), "its own folder");
        System.out.println("wrote to " + Files.readString(Path.of("/tmp/own")));
    }

    private interface Attempt {
        Object get() throws IOException;
    }

    private static void attempt(String what, Attempt attempt) {
        try {
            System.out.println(what + ": got " + attempt.get());
        } catch (IOException e) {
            System.out.println(what + ": refused");
        }
    }
}
