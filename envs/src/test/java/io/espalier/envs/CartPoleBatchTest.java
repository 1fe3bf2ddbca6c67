package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.core.VectorEnvironment;
import io.espalier.testkit.VectorEnvironmentContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CartPoleBatchTest extends VectorEnvironmentContract {
    private static final Seeds SEEDS = Seeds.of(11);

    @Override
    protected VectorEnvironment create(int copies, Seeds seeds, int first) {
        return CartPoleBatch.create(copies, seeds, first);
    }

    @Override
    protected Environment reference() {
        return new One();
    }

    /** One copy in scalar form, reset by hand. */
    private static final class One implements Environment {
        private final CartPoleBatch batch = new CartPoleBatch(1, SEEDS, 0);
        private float[] seen = {};

        @Override
        public Space observationSpace() {
            return batch.observationSpace();
        }

        @Override
        public Space actionSpace() {
            return batch.actionSpace();
        }

        @Override
        public void reset(long seed) {
            batch.reset();
            batch.begin(0, seed);
            seen = new float[] {batch.position[0], batch.velocity[0], batch.angle[0], batch.spin[0]};
        }

        @Override
        public Step step(float[] actions, int at) {
            batch.step(new float[] {actions[at]});
            seen = batch.reached();
            return new Step(batch.rewards()[0], batch.terminated()[0], batch.truncated()[0]);
        }

        @Override
        public void observe(float[] into, int at) {
            System.arraycopy(seen, 0, into, at, 4);
        }
    }

    private static CartPoleBatch scalar(int copies, int first) {
        return new CartPoleBatch(copies, SEEDS, first);
    }

    @Test
    void theVectorFormIsTakenWhereItCanBe() {
        boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                && !System.getProperty("espalier.vector", "").equals("off");
        assertThat(CartPoleBatch.create(1, SEEDS, 0).getClass().getSimpleName())
                .isEqualTo(present ? "SimdCartPole" : "CartPoleBatch");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7, 15, 16, 17, 31, 33, 64, 100})
    void bothFormsGiveTheSameBits(int copies) {
        CartPoleBatch vector = CartPoleBatch.create(copies, SEEDS, 5);
        CartPoleBatch scalar = scalar(copies, 5);
        vector.reset();
        scalar.reset();
        RandomStream random = new RandomStream(copies);
        float[] actions = new float[copies];
        long truncations = 0;
        for (int t = 0; t < 1200; t++) {
            for (int i = 0; i < copies; i++) {
                // Every other copy is balanced, so that episodes also end at the time limit.
                actions[i] = i % 2 == 0 ? balance(scalar.observations(), i) : random.nextInt(2);
            }
            vector.step(actions);
            scalar.step(actions);
            same(vector, scalar);
            truncations += count(scalar.truncated());
            if (t == 700) {
                vector.play(801);
                scalar.play(801);
                same(vector, scalar);
            }
        }
        assertThat(truncations).isPositive();
        assertThat(scalar.ended()).isGreaterThan(truncations);
    }

    private static float balance(float[] seen, int i) {
        return seen[4 * i + 2] + 0.5f * seen[4 * i + 3] + 0.05f * seen[4 * i] + 0.1f * seen[4 * i + 1] > 0 ? 1 : 0;
    }

    private static long count(boolean[] flags) {
        long count = 0;
        for (boolean flag : flags) {
            count += flag ? 1 : 0;
        }
        return count;
    }

    private static void same(CartPoleBatch one, CartPoleBatch other) {
        assertThat(Arrays.equals(one.observations(), other.observations())).isTrue();
        assertThat(Arrays.equals(one.reached(), other.reached())).isTrue();
        assertThat(Arrays.equals(one.terminated(), other.terminated())).isTrue();
        assertThat(Arrays.equals(one.truncated(), other.truncated())).isTrue();
        assertThat(Arrays.equals(one.rewards(), other.rewards())).isTrue();
        assertThat(one.ended()).isEqualTo(other.ended());
    }

    @Test
    void movesAsTheReferenceDoes() {
        CartPoleBatch batch = CartPoleBatch.create(64, SEEDS, 0);
        batch.reset();
        CartPole reference = new CartPole();
        RandomStream random = new RandomStream(1);
        float[] actions = new float[64];
        float[] seen = new float[4];
        int ends = 0;
        float worst = 0;
        for (int t = 0; t < 500; t++) {
            float[] before = batch.observations().clone();
            for (int i = 0; i < 64; i++) {
                actions[i] = random.nextInt(2);
            }
            batch.step(actions);
            for (int i = 0; i < 64; i++) {
                reference.set(before[4 * i], before[4 * i + 1], before[4 * i + 2], before[4 * i + 3]);
                boolean falls = reference.step(actions, i).terminated();
                reference.observe(seen, 0);
                for (int k = 0; k < 4; k++) {
                    worst = Math.max(worst, Math.abs(batch.reached()[4 * i + k] - seen[k]));
                }
                assertThat(batch.terminated()[i]).isEqualTo(falls);
                ends += falls ? 1 : 0;
            }
        }
        // Single precision: a few units in the last place of the largest quantity, which is below 4.
        assertThat(worst).isPositive().isLessThan(1e-6f);
        assertThat(ends).isGreaterThan(1000);
    }

    @Test
    void randomEpisodesAreAsLongAsTheyAreKnownToBe() {
        CartPoleBatch batch = CartPoleBatch.create(1024, SEEDS, 0);
        batch.reset();
        batch.play(4000);
        // 184,000 episodes with a standard deviation of 12: standard error 0.03. Known: 22.2 to 22.3.
        assertThat(1024 * 4000.0 / batch.ended()).isBetween(22.1, 22.4);
    }

    @Test
    void everyEpisodeStartsFromItsOwnSeed() {
        CartPoleBatch batch = CartPoleBatch.create(20, SEEDS, 3);
        batch.reset();
        RandomStream random = new RandomStream(4);
        float[] actions = new float[20];
        double sum = 0;
        double squares = 0;
        int starts = 0;
        float worst = 0;
        for (int t = 0; t < 2000; t++) {
            for (int i = 0; i < 20; i++) {
                if (t == 0 || batch.terminated()[i]) {
                    long seed = SEEDS.child("environment", 3 + i).seedOf(batch.episode(i));
                    for (int k = 0; k < 4; k++) {
                        float expected = (float) ((((seed >>> (16 * k)) & 0xFFFF) + 0.5) / 65536 * 0.1 - 0.05);
                        assertThat(Math.abs(batch.observations()[4 * i + k] - expected))
                                .isLessThan(2e-8f);
                        sum += expected;
                        squares += expected * expected;
                        starts++;
                    }
                }
                actions[i] = random.nextInt(2);
            }
            batch.step(actions);
        }
        assertThat(worst).isLessThan(2e-8f);
        // Uniform in ±0.05, as in CartPoleTest: four standard errors.
        assertThat(starts).isGreaterThan(6000);
        assertThat(Math.abs(sum / starts)).isLessThan(4 * 0.02887 / Math.sqrt(starts));
        assertThat(Math.abs(squares / starts - 0.01 / 12)).isLessThan(4 * 0.000745 / Math.sqrt(starts));
    }

    @Test
    void doesNotDependOnHowCopiesAreGrouped() {
        CartPoleBatch all = CartPoleBatch.create(40, SEEDS, 0);
        CartPoleBatch some = CartPoleBatch.create(17, SEEDS, 23);
        List<String> allEpisodes = episodes(all, 23);
        List<String> someEpisodes = episodes(some, 23);
        all.reset();
        some.reset();
        RandomStream random = new RandomStream(2);
        float[] actions = new float[40];
        for (int t = 0; t < 300; t++) {
            for (int i = 0; i < 40; i++) {
                actions[i] = random.nextInt(2);
            }
            all.step(actions);
            some.step(Arrays.copyOfRange(actions, 23, 40));
            assertThat(some.observations()).containsExactly(Arrays.copyOfRange(all.observations(), 92, 160));
        }
        assertThat(someEpisodes).isEqualTo(allEpisodes).hasSizeGreaterThan(100);
    }

    /** Notes the episodes of the copies from a global number on. */
    private static List<String> episodes(VectorEnvironment environment, int from) {
        List<String> ended = new ArrayList<>();
        environment.onEpisode((copy, episodeReturn, length, success) -> {
            assertThat(episodeReturn).isEqualTo(length);
            if (copy >= from) {
                ended.add(copy + ": " + length);
            }
        });
        return ended;
    }

    @Test
    void goesOnWhereItWasSaved() {
        CartPoleBatch before = CartPoleBatch.create(21, SEEDS, 0);
        before.reset();
        before.play(123);
        State state = new State();
        before.save(state);
        // Loaded in two groups, the second of which is in scalar form.
        CartPoleBatch left = CartPoleBatch.create(17, SEEDS, 0);
        CartPoleBatch right = scalar(4, 17);
        left.load(state);
        right.load(state);
        for (CartPoleBatch batch : List.of(before, left, right)) {
            batch.play(50);
        }
        float[] ones = new float[21];
        Arrays.fill(ones, 1);
        before.step(ones);
        left.step(Arrays.copyOf(ones, 17));
        right.step(Arrays.copyOf(ones, 4));
        assertThat(left.observations()).containsExactly(Arrays.copyOf(before.observations(), 68));
        assertThat(right.reached()).containsExactly(Arrays.copyOfRange(before.reached(), 68, 84));
        assertThat(left.ended() + right.ended()).isEqualTo(before.ended());
        assertThatThrownBy(() -> new CartPoleBatch(21, Seeds.of(12), 0).load(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another seed");
    }

    @Test
    void refusesWhatMakesNoSense() {
        CartPoleBatch batch = scalar(2, 0);
        assertThatThrownBy(() -> batch.step(new float[2])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> batch.save(new State())).isInstanceOf(IllegalStateException.class);
        batch.reset();
        assertThatThrownBy(() -> batch.step(new float[3])).hasMessageContaining("3 floats");
        assertThatThrownBy(() -> batch.step(new float[] {1, 0.5f})).hasMessageContaining("0.5");
        assertThatThrownBy(() -> scalar(0, 0)).hasMessageContaining("copies (0)");
    }
}
