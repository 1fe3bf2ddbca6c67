package io.espalier.runtime;

import io.espalier.core.Setting;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Joins settings records with what people write: YAML files and {@code key=value} words. Starts from a record of
 * defaults, puts the given values over it and lets the record's constructor judge the result. Everything that is wrong is
 * reported together; an unknown key is an error that names the nearest known one.
 */
public final class SettingsBinder {
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(tools.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    private SettingsBinder() {}

    /**
     * One setting, as lists show it.
     *
     * @param key its name
     * @param type its type, as "int"
     * @param value its default
     * @param sentence what it means
     */
    public record Description(String key, String type, String value, String sentence) {}

    /**
     * Reads a YAML mapping.
     *
     * @param text the file's text
     * @param source what to call it in errors, as its path
     * @throws IllegalArgumentException if it is not a mapping of names to values
     */
    public static Map<String, Object> parse(String text, String source) {
        Object tree;
        try {
            tree = text.isBlank() ? Map.of() : YAML.readValue(text, Object.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    source + ": line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage(),
                    e);
        }
        if (!(tree instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(
                    source + " must be a mapping of names to values. Maybe write lines such as \"gamma: 0.99\".");
        }
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((key, value) -> named.put(String.valueOf(key), value));
        return named;
    }

    /**
     * Reads words such as {@code gamma=0.98}; the part behind the sign is read as YAML reads a value.
     *
     * @throws IllegalArgumentException if a word has no equals sign
     */
    public static Map<String, Object> parseWords(List<String> words) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (String word : words) {
            int sign = word.indexOf('=');
            if (sign < 1) {
                throw new IllegalArgumentException(
                        "\"" + word + "\" is not a setting. Maybe write it as key=value, such as gamma=0.98.");
            }
            values.put(word.substring(0, sign).strip(), word.substring(sign + 1).strip());
        }
        return values;
    }

    /**
     * The defaults with the given values over them.
     *
     * @throws IllegalArgumentException with one line for each unknown key, each value of the wrong type, and each rule of
     *     the record that is broken
     */
    public static <S extends Record> S bind(S defaults, Map<String, ?> values) {
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        List<String> wrong = new ArrayList<>();
        List<String> known =
                Arrays.stream(components).map(RecordComponent::getName).toList();
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                wrong.add("\"" + key + "\" is not a setting. " + NearestName.advice(key, known));
            }
        }
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            arguments[i] = read(component, defaults);
            if (values.containsKey(component.getName())) {
                Object value = values.get(component.getName());
                try {
                    arguments[i] = YAML.convertValue(asWritten(value, component.getType()), component.getType());
                } catch (JacksonException | IllegalArgumentException e) {
                    wrong.add(component.getName() + " (" + value + ") must be " + typeName(component.getType()) + ": "
                            + reason(e));
                }
            }
        }
        if (wrong.isEmpty()) {
            try {
                return construct(defaults, components, arguments);
            } catch (IllegalArgumentException e) {
                wrong.add(String.valueOf(e.getMessage()));
            }
        }
        throw new IllegalArgumentException(String.join(System.lineSeparator(), wrong));
    }

    /** A record's settings with their types, values and sentences. */
    public static List<Description> describe(Record settings) {
        return Arrays.stream(settings.getClass().getRecordComponents())
                .map(component -> {
                    Setting setting = component.getAnnotation(Setting.class);
                    return new Description(
                            component.getName(),
                            typeName(component.getType()),
                            String.valueOf(read(component, settings)),
                            setting == null ? "" : setting.value());
                })
                .toList();
    }

    /** A record's settings as a mapping that {@link #bind} reads back to an equal record. */
    public static Map<String, Object> toMap(Record settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : settings.getClass().getRecordComponents()) {
            Object value = read(component, settings);
            boolean plain = value instanceof Number || value instanceof Boolean;
            values.put(component.getName(), plain ? value : String.valueOf(value));
        }
        return values;
    }

    /** A mapping as YAML text. */
    public static String write(Map<String, ?> values) {
        return YAML.writeValueAsString(values);
    }

    /** A type of our own, such as a schedule, reads itself from text; a bare number in a file is text to it. */
    private static @Nullable Object asWritten(@Nullable Object value, Class<?> type) {
        boolean ours = !type.isPrimitive() && type.getName().startsWith("io.espalier.");
        return ours && value instanceof Number ? value.toString() : value;
    }

    private static Object read(RecordComponent component, Record settings) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(settings);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(settings.getClass() + " hides its " + component.getName() + ".", e);
        }
    }

    private static <S extends Record> S construct(S like, RecordComponent[] components, Object[] arguments) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            @SuppressWarnings("unchecked") // the class of an S makes S
            Constructor<S> constructor = (Constructor<S>) like.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException broken) {
                throw broken;
            }
            throw new IllegalStateException("The settings " + like.getClass().getName() + " failed.", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The settings " + like.getClass().getName() + " cannot be made.", e);
        }
    }

    private static String typeName(Class<?> type) {
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(String::valueOf)
                            .collect(Collectors.joining(", "));
        }
        return switch (type.getSimpleName()) {
            case "int", "long" -> "a whole number";
            case "double", "float" -> "a number";
            case "boolean" -> "true or false";
            case "String" -> "text";
            default -> "a " + type.getSimpleName().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static String reason(Throwable problem) {
        Throwable deepest = problem;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        String message = deepest instanceof JacksonException e ? e.getOriginalMessage() : deepest.getMessage();
        return String.valueOf(message).lines().findFirst().orElse("");
    }
}
