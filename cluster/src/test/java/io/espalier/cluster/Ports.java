package io.espalier.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Where a process listens, as the kernel tells. */
final class Ports {
    private static final String LISTEN = "0A";

    private Ports() {}

    /** "ADDRESS:PORT" of each TCP socket on which the process listens. */
    static List<String> listening(long pid) throws IOException {
        Set<String> sockets = new HashSet<>();
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : files.toList()) {
                String target = target(file);
                if (target.startsWith("socket:[")) {
                    sockets.add(target.substring(8, target.length() - 1));
                }
            }
        }
        List<String> found = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table))) {
                String[] cells = line.strip().split(" +", -1);
                if (cells.length > 9 && cells[3].equals(LISTEN) && sockets.contains(cells[9])) {
                    found.add(address(cells[1]));
                }
            }
        }
        return found;
    }

    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return "closed since it was listed";
        }
    }

    private static String address(String hexadecimal) {
        String[] parts = hexadecimal.split(":", -1);
        int port = Integer.parseInt(parts[1], 16);
        String host = parts[0];
        boolean mapped = host.length() == 32 && host.startsWith("0000000000000000FFFF0000");
        String four = mapped ? host.substring(24) : host;
        if (four.length() != 8) {
            return host + ":" + port;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 6; i >= 0; i -= 2) {
            text.append(Integer.parseInt(four.substring(i, i + 2), 16)).append(i > 0 ? "." : "");
        }
        return text + ":" + port;
    }
}
