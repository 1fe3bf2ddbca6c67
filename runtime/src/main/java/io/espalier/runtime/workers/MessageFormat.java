package io.espalier.runtime.workers;

import io.espalier.core.State;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Normalizer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Messages as bytes, little-endian: a letter for the kind, then its fields; texts and arrays with their lengths before
 * them. A closed set: nothing is ever created by name. Reading checks each length against what is left, so that no message
 * makes its reader allocate much more than its own size.
 */
public final class MessageFormat {
    /** The largest message; larger ones are refused by whoever writes them. */
    public static final int MOST_BYTES = 1 << 30;

    private static final byte COMMAND = 'C';
    private static final byte POLICY = 'P';
    private static final byte EXPERIENCE = 'E';

    private MessageFormat() {}

    /**
     * How many bytes {@link #write} will write.
     *
     * @throws IllegalArgumentException if that is more than {@link #MOST_BYTES}
     */
    public static int size(Message message) {
        MessageSink.Counter counter = new MessageSink.Counter();
        put(message, counter);
        if (counter.bytes() > MOST_BYTES) {
            throw new IllegalArgumentException("a message of " + counter.bytes() + " bytes is larger than " + MOST_BYTES
                    + ", the most. Maybe take fewer steps or environments per rollout.");
        }
        return (int) counter.bytes();
    }

    /** Writes a message where the buffer stands; its byte order becomes little-endian. */
    public static void write(Message message, ByteBuffer into) {
        into.order(ByteOrder.LITTLE_ENDIAN);
        put(message, new MessageSink.Writer(into));
    }

    /** Writes a message into an array of its own. */
    public static byte[] bytes(Message message) {
        byte[] bytes = new byte[size(message)];
        write(message, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private static void put(Message message, MessageSink sink) {
        if (message instanceof Command command) {
            sink.put(COMMAND);
            sink.put(command.name());
            put(command.body(), sink);
        } else if (message instanceof PolicyUpdate update) {
            sink.put(POLICY);
            put(update, sink);
        } else if (message instanceof Experience experience) {
            sink.put(EXPERIENCE);
            sink.put(experience.number());
            RolloutFormat.put(experience.rollout(), sink);
            put(experience.episodes(), sink);
            put(experience.after(), sink);
            sink.put(experience.faults());
            sink.put(experience.nanos());
        }
    }

    private static void put(State state, MessageSink sink) {
        sink.put(state.entries().size());
        for (Map.Entry<String, Object> entry : state.entries().entrySet()) {
            sink.put(entry.getKey());
            Object value = entry.getValue();
            if (value instanceof float[] array) {
                sink.put((byte) 'f');
                sink.put(array);
            } else if (value instanceof double[] array) {
                sink.put((byte) 'd');
                sink.put(array);
            } else if (value instanceof int[] array) {
                sink.put((byte) 'i');
                sink.put(array);
            } else if (value instanceof long[] array) {
                sink.put((byte) 'l');
                sink.put(array);
            } else {
                sink.put((byte) 'b');
                sink.put((byte[]) value);
            }
        }
    }

    private static void put(PolicyUpdate update, MessageSink sink) {
        sink.put(update.weights().version());
        float[] parameters = new float[update.weights().size()];
        update.weights().copyInto(parameters);
        sink.put(parameters);
        Normalizer normalizer = update.normalizer();
        double[] mean = new double[normalizer.size()];
        double[] variance = new double[normalizer.size()];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = normalizer.mean(i);
            variance[i] = normalizer.variance(i);
        }
        sink.put(mean);
        sink.put(variance);
        sink.put(normalizer.count());
        sink.put(normalizer.clip());
        sink.put(update.head().text());
    }

    /**
     * Reads a message, from where the buffer stands to its limit; the byte order becomes little-endian.
     *
     * @throws IllegalArgumentException if that is not a whole message and nothing else
     */
    public static Message read(ByteBuffer from) {
        MessageSource source = new MessageSource(from);
        Message message = message(source);
        source.end();
        return message;
    }

    private static Message message(MessageSource source) {
        byte kind = source.getByte();
        return switch (kind) {
            case COMMAND -> new Command(source.getText(), state(source));
            case POLICY -> policy(source);
            case EXPERIENCE ->
                new Experience(
                        source.getLong(),
                        RolloutFormat.get(source),
                        state(source),
                        state(source),
                        source.getLong(),
                        source.getLong());
            default -> throw new IllegalArgumentException("a message of kind " + kind + " is not known.");
        };
    }

    private static State state(MessageSource source) {
        State state = new State();
        int entries = source.getCount(6);
        for (int i = 0; i < entries; i++) {
            String name = source.getText();
            byte type = source.getByte();
            state.put(
                    name,
                    switch (type) {
                        case 'f' -> source.getFloats();
                        case 'd' -> source.getDoubles();
                        case 'i' -> source.getInts();
                        case 'l' -> source.getLongs();
                        case 'b' -> source.getBytes();
                        default ->
                            throw new IllegalArgumentException(
                                    "a message holds an array of unknown type " + type + ".");
                    });
        }
        return state;
    }

    private static PolicyUpdate policy(MessageSource source) {
        long version = source.getLong();
        Weights weights = Weights.copyOf(version, source.getFloats());
        double[] mean = source.getDoubles();
        double[] variance = source.getDoubles();
        double count = source.getDouble();
        double clip = source.getDouble();
        Normalizer normalizer = mean.length == 0 ? Normalizer.identity() : Normalizer.of(mean, variance, count, clip);
        return new PolicyUpdate(weights, normalizer, ActionHead.parse(source.getText()));
    }
}
