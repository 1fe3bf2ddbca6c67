package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.runtime.workers.Command;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a {@link PlayStation} says of a play.
 *
 * @param play its number
 * @param result what the player gave; nothing if every attempt failed
 * @param episodes those that ended in it
 * @param steps environment steps of each attempt, the last of which is the one that counts
 * @param faults what ended the attempts before it
 */
record PlayReport(int play, State result, Episodes episodes, List<Long> steps, List<EnvironmentFault> faults) {
    static final String NAME = "played";

    /** Those of all attempts. */
    long environmentSteps() {
        return steps.stream().mapToLong(Long::longValue).sum();
    }

    Command command() {
        State body = new State();
        body.putLong("play", play);
        body.put("steps", steps.stream().mapToLong(Long::longValue).toArray());
        State inner = body.child("result");
        result.entries().forEach(inner::put);
        episodes.save(body.child("episodes"));
        body.putLong("faults", faults.size());
        for (int i = 0; i < faults.size(); i++) {
            EnvironmentFault fault = faults.get(i);
            State state = body.child("fault", i);
            state.put("kind", fault.kind().name().getBytes(StandardCharsets.UTF_8));
            state.put("figures", new long[] {fault.environment(), fault.seed(), fault.step()});
            state.put("message", fault.message().getBytes(StandardCharsets.UTF_8));
        }
        return new Command(NAME, body);
    }

    static PlayReport read(Command command) {
        State body = command.body();
        State result = new State();
        body.entries().forEach((name, value) -> {
            if (name.startsWith("result/")) {
                result.put(name.substring("result/".length()), value);
            }
        });
        Episodes episodes = new Episodes();
        episodes.load(body.child("episodes"));
        List<EnvironmentFault> faults = new ArrayList<>();
        for (int i = 0; i < body.getLong("faults"); i++) {
            State state = body.child("fault", i);
            long[] figures = state.longs("figures");
            faults.add(new EnvironmentFault(
                    EnvironmentFault.Kind.valueOf(text(state, "kind")),
                    (int) figures[0],
                    figures[1],
                    (int) figures[2],
                    text(state, "message")));
        }
        return new PlayReport(
                (int) body.getLong("play"),
                result,
                episodes,
                Arrays.stream(body.longs("steps")).boxed().toList(),
                faults);
    }

    private static String text(State state, String name) {
        return new String(state.bytes(name), StandardCharsets.UTF_8);
    }
}
