package io.espalier.benchmarks;

/** What a child says to the study that has started it: whole lines, at once. */
final class Lines {
    private Lines() {}

    static synchronized void say(String line) {
        System.out.println(line.replace('\n', ' '));
        System.out.flush();
    }
}
