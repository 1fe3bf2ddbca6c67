package io.espalier.cluster;

import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What nodes tell each other besides workers' messages, as commands: so it has the same bytes and the same checks. */
final class Words {
    /** A stack longer than this is cut. */
    private Words() {}

    static void put(State into, String name, String text) {
        into.put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(State from, String name) {
        return new String(from.bytes(name), StandardCharsets.UTF_8);
    }

    static Command of(String name, String text) {
        State body = new State();
        put(body, "text", text);
        return new Command(name, body);
    }

    static String text(Command command) {
        return text(command.body(), "text");
    }

    static void put(State into, Resources resources) {
        into.putDouble("cpus", resources.cpus());
        into.putLong("memoryMiB", resources.memoryMiB());
        put(into, "labels", String.join("\n", resources.labels()));
    }

    static Resources resources(State from) {
        String labels = text(from, "labels");
        return new Resources(
                from.getDouble("cpus"),
                from.getLong("memoryMiB"),
                labels.isEmpty() ? Set.of() : Set.of(labels.split("\n", -1)));
    }

    /** To start a worker: its kind is the command's name. */
    static Command start(String kind, int number, Resources needs, State description) {
        State body = new State();
        body.putLong("number", number);
        put(body.child("needs"), needs);
        State recipe = body.child("recipe");
        description.entries().forEach(recipe::put);
        return new Command(kind, body);
    }

    static State recipe(Command start) {
        State recipe = new State();
        start.body().entries().forEach((name, value) -> {
            if (name.startsWith("recipe/")) {
                recipe.put(name.substring("recipe/".length()), value);
            }
        });
        return recipe;
    }

    /** An event; details that are neither numbers nor booleans travel as text. */
    static Command of(RunEvent event) {
        State body = new State();
        put(body, "type", event.type());
        put(body, "message", event.message());
        List<String> names = new ArrayList<>(event.details().keySet());
        put(body, "names", String.join("\n", names));
        for (int i = 0; i < names.size(); i++) {
            Object value = event.details().get(names.get(i));
            State detail = body.child("detail", i);
            if (value instanceof Boolean flag) {
                detail.put("flag", new int[] {flag ? 1 : 0});
            } else if (value instanceof Double || value instanceof Float) {
                detail.putDouble("double", ((Number) value).doubleValue());
            } else if (value instanceof Number number) {
                detail.putLong("long", number.longValue());
            } else {
                put(detail, "text", String.valueOf(value));
            }
        }
        return new Command("event", body);
    }

    static RunEvent event(Command command) {
        State body = command.body();
        Map<String, Object> details = new LinkedHashMap<>();
        String all = text(body, "names");
        String[] names = all.isEmpty() ? new String[0] : all.split("\n", -1);
        for (int i = 0; i < names.length; i++) {
            State detail = body.child("detail", i);
            Object value;
            if (detail.has("flag")) {
                value = detail.ints("flag").length == 1 && detail.ints("flag")[0] == 1;
            } else if (detail.has("double")) {
                value = detail.getDouble("double");
            } else if (detail.has("long")) {
                value = detail.getLong("long");
            } else {
                value = text(detail, "text");
            }
            details.put(names[i], value);
        }
        return new RunEvent(text(body, "type"), text(body, "message"), details);
    }

    static Command of(Throwable failure) {
        State body = new State();
        put(body, "type", failure.getClass().getName());
        put(body, "message", failure.getMessage() == null ? "" : failure.getMessage());
        put(body, "stack", WorkerFailure.stack(failure));
        return new Command("failed", body);
    }

    static WorkerFailure failure(String node, Command command) {
        State body = command.body();
        String message = text(body, "message");
        return new WorkerFailure(
                "on " + node + ": " + text(body, "type") + (message.isEmpty() ? "" : ": " + message)
                        + System.lineSeparator() + text(body, "stack"),
                null);
    }
}
