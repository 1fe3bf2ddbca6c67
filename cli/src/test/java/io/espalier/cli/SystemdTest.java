package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The units of systemd say what systemd knows, lock the process up, and start a command that exists. */
class SystemdTest {
    private static final Path FOLDER = Path.of("..", "deploy", "systemd");

    /** What these units may use, of systemd.unit(5), systemd.service(5), systemd.exec(5) and systemd.kill(5). */
    private static final Map<String, Set<String>> DIRECTIVES = Map.of(
            "Unit",
            Set.of("Description", "Documentation", "Wants", "After", "StartLimitIntervalSec", "StartLimitBurst"),
            "Service",
            Set.of(("Type User Group EnvironmentFile Environment ExecStart SuccessExitStatus RestartPreventExitStatus"
                            + " Restart RestartSec KillSignal KillMode TimeoutStopSec StateDirectory"
                            + " StateDirectoryMode WorkingDirectory UMask LimitNOFILE NoNewPrivileges"
                            + " CapabilityBoundingSet AmbientCapabilities ProtectSystem ProtectHome PrivateTmp"
                            + " PrivateDevices ProtectClock ProtectControlGroups ProtectHostname"
                            + " ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectProc"
                            + " RemoveIPC RestrictAddressFamilies RestrictNamespaces RestrictRealtime"
                            + " RestrictSUIDSGID LockPersonality SystemCallArchitectures SystemCallFilter"
                            + " SystemCallErrorNumber")
                    .split(" ")),
            "Install",
            Set.of("WantedBy"));

    @TempDir
    Path folder;

    private static Map<String, String> service(String name) throws IOException {
        return read(Files.readAllLines(FOLDER.resolve(name + ".service")));
    }

    /** The directives of a unit; fails at what is not known. */
    private static Map<String, String> read(List<String> lines) {
        Map<String, String> found = new TreeMap<>();
        Set<String> known = Set.of();
        for (String line : lines) {
            if (line.startsWith("[")) {
                known = DIRECTIVES.getOrDefault(line.substring(1, line.length() - 1), Set.of());
                assertThat(known).as(line).isNotEmpty();
            } else if (!line.isBlank() && !line.startsWith("#")) {
                String name = line.replaceFirst("=.*", "");
                assertThat(known).contains(name);
                found.put(name, line.substring(name.length() + 1));
            }
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"espalier-head", "espalier-worker"})
    void aUnitIsLockedUpAndStopsInPeace(String name) throws IOException {
        Map<String, String> unit = service(name);
        assertThat(unit)
                .containsEntry("User", "espalier")
                .containsEntry("NoNewPrivileges", "yes")
                .containsEntry("CapabilityBoundingSet", "")
                .containsEntry("ProtectSystem", "strict")
                .containsEntry("SystemCallFilter", "@system-service")
                .containsEntry("KillSignal", "SIGTERM")
                .containsEntry("KillMode", "mixed")
                .containsEntry("UMask", "0077")
                // Its code is written at run time.
                .doesNotContainKey("MemoryDenyWriteExecute");
        assertThat(unit.get("Restart")).isIn("always", "on-failure");
        // As long as Kubernetes gives them.
        assertThat(unit.get("TimeoutStopSec")).isEqualTo(name.endsWith("head") ? "120" : "45");
        assertThat(unit.get("RestartPreventExitStatus")).isEqualTo(String.valueOf(Main.BAD_INPUT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"espalier-head", "espalier-worker"})
    void aUnitStartsACommandThatExists(String name) throws IOException {
        List<String> words = new ArrayList<>(Arrays.asList(service(name)
                .get("ExecStart")
                .replace("${HEAD}", "head:25520")
                .replace("${CPUS}", "4")
                .replace("${MEMORY}", "4096")
                .replace("${LABEL}", "edge")
                .split(" ")));
        assertThat(words.remove(0)).isEqualTo("/opt/espalier/espalier");
        assertThat(words).noneMatch(word -> word.contains("$"));
        CommandWords.check(words);
    }

    @Test
    void aDirectiveThatSystemdDoesNotKnowIsFoundOut() {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> read(List.of("[Service]", "ProtectSystems=strict"))))
                .isInstanceOf(AssertionError.class);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> read(List.of("[Services]", "User=x"))))
                .isInstanceOf(AssertionError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"espalier-head", "espalier-worker"})
    void systemdItselfUnderstandsIt(String name) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "no systemd-analyze here");
        assertThat(verify(name, Files.readString(FOLDER.resolve(name + ".service"))))
                .isEmpty();
        assertThat(verify(
                        name,
                        Files.readString(FOLDER.resolve(name + ".service"))
                                .replace("KillMode=mixed", "KillModes=mixed")))
                .contains("KillModes");
    }

    /** What {@code systemd-analyze verify} has to say of a unit; of the program it only wants to know that it is there. */
    private String verify(String name, String unit) throws IOException, InterruptedException {
        Path file = folder.resolve(name + ".service");
        Files.writeString(file, unit.replace("/opt/espalier/espalier", "/bin/true"));
        Process process = new ProcessBuilder("/usr/bin/systemd-analyze", "verify", "--man=no", file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
