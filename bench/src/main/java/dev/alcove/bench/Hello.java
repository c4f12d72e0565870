package dev.alcove.bench;

/** What is measured when nothing but the start of a JVM is. */
final class Hello {
    private Hello() {}

    public static void main(String[] arguments) {
        System.out.println("hello");
    }
}
