package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.core.VectorEnvironment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link VectorEnvironment} must do: exactly what single environments do that are stepped one by one and
 * reset by hand, bit for bit.
 */
public abstract class VectorEnvironmentContract {
    private static final int STEPS = 300;

    /** Makes a vector environment of that many copies. */
    protected abstract VectorEnvironment create(int copies, Seeds seeds, int first);

    /** Makes a single environment of the same kind. Its episodes should mostly be shorter than 100 steps. */
    protected abstract Environment reference();

    /** How many bytes a step may allocate per copy: none by default. */
    protected int bytesPerStep() {
        return 0;
    }

    @Test
    protected void doesWhatSingleEnvironmentsDo() {
        int copies = 5;
        int first = 3;
        Seeds seeds = Seeds.of(42);
        try (VectorEnvironment vector = create(copies, seeds, first)) {
            List<String> told = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            vector.onEpisode((copy, sum, length, success) ->
                    told.add(copy + " return " + sum + " length " + length + " success " + success));
            vector.reset();
            List<Single> singles = new ArrayList<>();
            for (int i = 0; i < copies; i++) {
                singles.add(new Single(reference(), seeds, first + i));
            }
            Actions actions = new Actions(vector, seeds);
            for (int t = 0; t < STEPS; t++) {
                for (int i = 0; i < copies; i++) {
                    singles.get(i).assertShown(vector, i, t);
                }
                float[] chosen = actions.next();
                vector.step(chosen);
                for (int i = 0; i < copies; i++) {
                    singles.get(i).step(vector, chosen, i, t, expected);
                }
                assertThat(told).as("episodes told of by step %d", t).isEqualTo(expected);
            }
            assertThat(told)
                    .as("episodes within " + STEPS + " steps of " + copies
                            + " copies. Maybe use a reference with shorter episodes.")
                    .isNotEmpty();
            singles.forEach(single -> single.environment.close());
        }
    }

    @Test
    protected void groupingDoesNotMatter() {
        Seeds seeds = Seeds.of(7);
        try (VectorEnvironment all = create(6, seeds, 0);
                VectorEnvironment left = create(2, seeds, 0);
                VectorEnvironment right = create(4, seeds, 2)) {
            all.reset();
            right.reset();
            left.reset();
            Actions actions = new Actions(all, seeds);
            int size = all.actionSpace().size();
            for (int t = 0; t < STEPS; t++) {
                float[] chosen = actions.next();
                all.step(chosen);
                left.step(Arrays.copyOfRange(chosen, 0, 2 * size));
                right.step(Arrays.copyOfRange(chosen, 2 * size, 6 * size));
                assertThat(all.observations()).isEqualTo(joined(left.observations(), right.observations()));
                assertThat(all.reached()).isEqualTo(joined(left.reached(), right.reached()));
            }
        }
    }

    private static float[] joined(float[] left, float[] right) {
        float[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    @Test
    protected void isResumedBitForBitAlsoInOtherGroups() {
        Seeds seeds = Seeds.of(11);
        for (int stop : new int[] {0, 1, 57, 200}) {
            try (VectorEnvironment straight = create(4, seeds, 0);
                    VectorEnvironment left = create(1, seeds, 0);
                    VectorEnvironment right = create(3, seeds, 1)) {
                straight.reset();
                Actions actions = new Actions(straight, seeds);
                for (int t = 0; t < stop; t++) {
                    straight.step(actions.next());
                }
                State state = new State();
                straight.save(state);
                right.reset();
                right.load(state);
                left.load(state);
                int size = straight.actionSpace().size();
                assertThat(joined(left.observations(), right.observations())).isEqualTo(straight.observations());
                for (int t = 0; t < STEPS; t++) {
                    float[] chosen = actions.next();
                    straight.step(chosen);
                    left.step(Arrays.copyOfRange(chosen, 0, size));
                    right.step(Arrays.copyOfRange(chosen, size, 4 * size));
                    assertThat(joined(left.observations(), right.observations()))
                            .as("observations %d steps after being resumed at step %d", t, stop)
                            .isEqualTo(straight.observations());
                    assertThat(left.rewards()[0]).isEqualTo(straight.rewards()[0]);
                    assertThat(right.rewards()).isEqualTo(Arrays.copyOfRange(straight.rewards(), 1, 4));
                    assertThat(right.truncated()).isEqualTo(Arrays.copyOfRange(straight.truncated(), 1, 4));
                }
            }
        }
    }

    @Test
    protected void refusesAnotherSeed() {
        try (VectorEnvironment vector = create(2, Seeds.of(1), 0);
                VectorEnvironment other = create(2, Seeds.of(2), 0);
                VectorEnvironment elsewhere = create(2, Seeds.of(1), 5)) {
            vector.reset();
            State state = new State();
            vector.save(state);
            assertThatIllegalArgumentException()
                    .as("load of a state saved under another seed")
                    .isThrownBy(() -> other.load(state));
            assertThatIllegalArgumentException()
                    .as("load of a state of copies with other global numbers")
                    .isThrownBy(() -> elsewhere.load(state));
        }
    }

    @Test
    protected void refusesAStepBeforeResetAndActionsOfAnotherLength() {
        try (VectorEnvironment vector = create(2, Seeds.of(1), 0)) {
            int length = 2 * vector.actionSpace().size();
            assertThatIllegalStateException()
                    .as("step before the first reset")
                    .isThrownBy(() -> vector.step(new float[length]));
            vector.reset();
            assertThatIllegalArgumentException()
                    .as("step with one float too many")
                    .isThrownBy(() -> vector.step(new float[length + 1]));
        }
    }

    @Test
    protected void itsArraysAreAlwaysTheSame() {
        try (VectorEnvironment vector = create(3, Seeds.of(1), 0)) {
            List<Object> arrays = arrays(vector);
            vector.reset();
            Actions actions = new Actions(vector, Seeds.of(1));
            for (int t = 0; t < 100; t++) {
                vector.step(actions.next());
            }
            vector.reset();
            List<Object> later = arrays(vector);
            for (int i = 0; i < arrays.size(); i++) {
                assertThat(later.get(i)).isSameAs(arrays.get(i));
            }
        }
    }

    private static List<Object> arrays(VectorEnvironment vector) {
        return List.of(
                vector.observations(),
                vector.reached(),
                vector.actionMasks(),
                vector.reachedMasks(),
                vector.rewards(),
                vector.terminated(),
                vector.truncated(),
                vector.discarded());
    }

    @Test
    protected void aStepAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int copies = 4;
        try (VectorEnvironment vector = create(copies, Seeds.of(1), 0)) {
            vector.reset();
            Actions actions = new Actions(vector, Seeds.of(1));
            float[] chosen = actions.next();
            long least = Long.MAX_VALUE;
            // The least of several windows: compiling the code in the background allocates in this thread too.
            for (int window = 0; window < 8 && least > bytesPerStep(); window++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int t = 0; t < 1000; t++) {
                    vector.step(chosen);
                }
                least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / (1000L * copies));
            }
            assertThat(least).as("bytes allocated per copy and step").isLessThanOrEqualTo(bytesPerStep());
        }
    }

    /** Random actions, allowed in every copy. */
    private static final class Actions {
        private final VectorEnvironment vector;
        private final RandomStream random;
        private final float[] actions;

        Actions(VectorEnvironment vector, Seeds seeds) {
            this.vector = vector;
            random = seeds.child("test").stream();
            actions = new float[vector.size() * vector.actionSpace().size()];
        }

        float[] next() {
            Space space = vector.actionSpace();
            boolean[] masks = vector.actionMasks();
            for (int i = 0; i < vector.size(); i++) {
                RandomPlayer.choose(
                        random, space, masks, masks.length == 0 ? -1 : i * space.choices(), actions, i * space.size());
            }
            return actions;
        }
    }

    /** One environment, reset by hand. */
    private static final class Single {
        private final Environment environment;
        private final Seeds seeds;
        private final int number;
        private final float[] row;
        private final boolean[] mask;
        private long episode;
        private double sum;
        private int length;

        Single(Environment environment, Seeds seeds, int number) {
            this.environment = environment;
            this.number = number;
            this.seeds = seeds.child("environment", number);
            row = new float[environment.observationSpace().size()];
            mask = new boolean[environment.actionSpace().choices()];
            environment.reset(this.seeds.seedOf(0));
        }

        void assertShown(VectorEnvironment vector, int i, int t) {
            assertRow(vector.observations(), i, "observation before step " + t);
            if (environment.masksActions()) {
                environment.actionMask(mask, 0);
                assertThat(Arrays.copyOfRange(vector.actionMasks(), i * mask.length, (i + 1) * mask.length))
                        .as("mask of copy %d before step %d", i, t)
                        .isEqualTo(mask);
            }
        }

        void step(VectorEnvironment vector, float[] actions, int i, int t, List<String> ended) {
            Step step = environment.step(actions, i * environment.actionSpace().size());
            String where = "of copy " + i + " after step " + t;
            assertThat(vector.rewards()[i]).as("reward " + where).isEqualTo(step.reward());
            assertThat(vector.terminated()[i]).as("terminated " + where).isEqualTo(step.terminated());
            assertThat(vector.truncated()[i]).as("truncated " + where).isEqualTo(step.truncated());
            assertThat(vector.discarded()[i]).as("discarded " + where).isFalse();
            assertRow(vector.reached(), i, "reached after step " + t);
            if (environment.masksActions()) {
                if (step.terminated()) {
                    Arrays.fill(mask, true);
                } else {
                    environment.actionMask(mask, 0);
                }
                assertThat(Arrays.copyOfRange(vector.reachedMasks(), i * mask.length, (i + 1) * mask.length))
                        .as("reached mask " + where)
                        .isEqualTo(mask);
            }
            sum += step.reward();
            length++;
            if (step.last()) {
                ended.add(number + " return " + sum + " length " + length + " success "
                        + (environment.reportsSuccess() && environment.success()));
                environment.reset(seeds.seedOf(++episode));
                sum = 0;
                length = 0;
            }
        }

        private void assertRow(float[] rows, int i, String what) {
            environment.observe(row, 0);
            assertThat(Arrays.copyOfRange(rows, i * row.length, (i + 1) * row.length))
                    .as("%s of copy %d", what, i)
                    .isEqualTo(row);
        }
    }
}
