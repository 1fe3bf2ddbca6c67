package io.espalier.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A network namespace joined to this machine by a virtual wire, which can be cut as a real one. Needs root. */
final class Namespace implements AutoCloseable {
    private final String name;
    private final String wire;
    private final int network;

    private Namespace(String name, String wire, int network) {
        this.name = name;
        this.wire = wire;
        this.network = network;
    }

    /** Whether namespaces can be made here. */
    static boolean available() {
        String name = "esp-probe-" + ProcessHandle.current().pid();
        try {
            boolean made = run("ip", "netns", "add", name);
            return made && run("ip", "netns", "del", name);
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** Makes one; {@code number} sets apart those that live at the same time. */
    static Namespace make(int number) {
        int network = (int) ((ProcessHandle.current().pid() * 8 + number) % 250);
        String name = "esp-" + ProcessHandle.current().pid() + "-" + number;
        Namespace made = new Namespace(name, "espv" + network, network);
        made.need("ip", "netns", "add", name);
        made.need("ip", "link", "add", made.wire, "type", "veth", "peer", "name", made.wire + "i");
        made.need("ip", "link", "set", made.wire + "i", "netns", name);
        made.need("ip", "addr", "add", made.outside() + "/24", "dev", made.wire);
        made.need("ip", "link", "set", made.wire, "up");
        made.inside("addr", "add", made.address(2) + "/24", "dev", made.wire + "i");
        made.inside("link", "set", made.wire + "i", "up");
        made.inside("link", "set", "lo", "up");
        return made;
    }

    private String address(int last) {
        return "10.213." + network + "." + last;
    }

    /** The address of this side. */
    String outside() {
        return address(1);
    }

    /** What makes a command run inside. */
    List<String> enter() {
        return List.of("ip", "netns", "exec", name);
    }

    /** Nothing passes any more, and nobody is told. */
    void cut() {
        inside("link", "set", wire + "i", "down");
    }

    void heal() {
        inside("link", "set", wire + "i", "up");
    }

    private void inside(String... words) {
        String[] all = new String[words.length + 3];
        all[0] = "ip";
        all[1] = "-n";
        all[2] = name;
        System.arraycopy(words, 0, all, 3, words.length);
        need(all);
    }

    private void need(String... words) {
        if (!run(words)) {
            throw new IllegalStateException("\"" + String.join(" ", words) + "\" failed. Maybe it needs root.");
        }
    }

    private static boolean run(String... words) {
        try {
            Process process = new ProcessBuilder(words)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(words[0] + " cannot be run.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        run("ip", "link", "del", wire);
        run("ip", "netns", "del", name);
    }
}
