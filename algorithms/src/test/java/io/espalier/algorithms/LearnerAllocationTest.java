package io.espalier.algorithms;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.espalier.algorithms.offpolicy.C51;
import io.espalier.algorithms.offpolicy.Dqn;
import io.espalier.algorithms.offpolicy.MunchausenDqn;
import io.espalier.algorithms.offpolicy.Pqn;
import io.espalier.algorithms.offpolicy.QrDqn;
import io.espalier.algorithms.offpolicy.Rainbow;
import io.espalier.algorithms.offpolicy.SacDiscrete;
import io.espalier.algorithms.offpolicy.Td3;
import io.espalier.algorithms.onpolicy.A3c;
import io.espalier.algorithms.onpolicy.Appo;
import io.espalier.algorithms.onpolicy.Ppo;
import io.espalier.algorithms.onpolicy.Trpo;
import io.espalier.algorithms.onpolicy.VTrace;
import io.espalier.algorithms.tabular.QLearning;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.nn.Schedule;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An update allocates what it publishes, a copy of the parameters, and a few small objects around it: nothing for each
 * row, minibatch or gradient update.
 */
@Tag("own-jvm")
class LearnerAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** Room for a policy and what goes with it, some 1500 bytes; a hundred rows with an object each would not fit too. */
    private static final long SMALL = 1800;

    private static final long PATIENCE_NANOS = 90_000_000_000L;

    private static final Space BOX = Box.uniform(-1, 1, 4);

    /** Something to learn from, of the right shape. */
    private static Rollout rollout(RolloutAlgorithm algorithm, Space observations, Space actions) {
        Rollout rollout = new Rollout(algorithm.rolloutSteps(), algorithm.environments(), observations, actions, false);
        RandomStream random = new RandomStream(7);
        fill(rollout.observations, observations, random);
        fill(rollout.reached, observations, random);
        fill(rollout.actions, actions, random);
        fill(rollout.values, BOX, random);
        for (int row = 0; row < rollout.rows(); row++) {
            rollout.rewards[row] = random.nextDouble();
            rollout.terminated[row] = random.nextInt(20) == 0;
            rollout.truncated[row] = !rollout.terminated[row] && random.nextInt(20) == 0;
            rollout.logProbabilities[row] = -0.7f;
        }
        return rollout;
    }

    private static void fill(float[] values, Space space, RandomStream random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = space instanceof Discrete ? random.nextInt(space.choices()) : random.nextFloat();
        }
    }

    private static void check(RolloutAlgorithm algorithm, Space observations, Space actions) {
        TaskSpec task = new TaskSpec(observations, actions, false, 1_000_000_000);
        Policy initial = algorithm.policy(task, Seeds.of(1));
        RolloutLearner learner = algorithm.learner(task, initial, Seeds.of(2), Cores.SERIAL);
        Rollout rollout = rollout(algorithm, observations, actions);
        long copy = 4L * initial.weights().size();
        assertThat(bytesPerUpdate(learner, rollout, copy + SMALL)).isBetween(copy, copy + SMALL);
        assertThat(learner.updates()).as("gradient updates were made").isPositive();
    }

    /** The least number of bytes that ten updates in a row allocate, per update, once the compiler is done. */
    private static long bytesPerUpdate(RolloutLearner learner, Rollout rollout, long enough) {
        double[] sum = new double[1];
        long least = Long.MAX_VALUE;
        // Patience in time too: the compiler works in the background, and may share its core with other builds.
        long started = System.nanoTime();
        while (least > enough && System.nanoTime() - started < PATIENCE_NANOS) {
            long updatesBefore = learner.updates();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10; i++) {
                learner.update(rollout, (name, value) -> sum[0] += value);
                rollout.environmentStepsBefore += rollout.rows();
            }
            if (learner.updates() > updatesBefore) {
                least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / 10);
            }
        }
        assertThat(sum[0]).isFinite();
        return least;
    }

    @Test
    void ppo() {
        check(ppo(0, false, 0, "dense(16) > tanh > dense(16) > tanh"), BOX, new Discrete(2));
    }

    @Test
    void ppoWithRealActionsAndNormalisation() {
        check(ppo(0.3, true, 0.02, "dense(16) > relu"), BOX, Box.uniform(-1, 1, 2));
    }

    private static Ppo ppo(double valueClip, boolean normalize, double klTarget, String trunk) {
        Schedule rate = Schedule.constant(0.0003);
        Schedule clip = Schedule.constant(0.2);
        return new Ppo(new Ppo.Settings(
                4, 32, 4, 4, 0.99, 0.95, rate, clip, valueClip, 0.01, 0.5, 0.5, true, normalize, normalize, 0, klTarget,
                trunk, false, 0));
    }

    @Test
    void trpo() {
        Trpo.Settings settings = new Trpo.Settings(
                4,
                32,
                0.99,
                0.95,
                0.01,
                5,
                0.1,
                5,
                0.8,
                Schedule.constant(0.001),
                2,
                2,
                true,
                true,
                true,
                "dense(16) > tanh",
                0);
        check(new Trpo(settings), BOX, new Discrete(2));
        check(new Trpo(settings), BOX, Box.uniform(-1, 1, 2));
    }

    @Test
    void vTrace() {
        Schedule rate = Schedule.constant(0.001);
        check(
                new VTrace(new VTrace.Settings(
                        4,
                        32,
                        2,
                        0.99,
                        1,
                        1,
                        1,
                        rate,
                        "adam",
                        0.01,
                        0.5,
                        0.5,
                        true,
                        true,
                        true,
                        "dense(16) > tanh",
                        false,
                        0)),
                BOX,
                new Discrete(2));
    }

    @Test
    void appo() {
        Schedule rate = Schedule.constant(0.001);
        Schedule clip = Schedule.constant(0.2);
        check(
                new Appo(new Appo.Settings(
                        4,
                        32,
                        2,
                        2,
                        2,
                        0.99,
                        1,
                        1,
                        1,
                        clip,
                        2,
                        rate,
                        "adam",
                        0.01,
                        0.5,
                        0.5,
                        true,
                        true,
                        true,
                        "dense(16) > tanh",
                        false,
                        0)),
                BOX,
                Box.uniform(-1, 1, 2));
    }

    @Test
    void a3c() {
        Schedule rate = Schedule.constant(0.001);
        check(
                new A3c(new A3c.Settings(
                        4, 32, 0.99, 1, rate, "adam", 0.01, 0.5, 0.5, true, true, true, "dense(16) > tanh", false, 0)),
                BOX,
                new Discrete(2));
    }

    @Test
    void dqn() {
        check(new Dqn(Dqn.Settings.defaults()), BOX, new Discrete(3));
    }

    @Test
    void dqnWithAllOptions() {
        Schedule rate = Schedule.constant(0.001);
        Schedule epsilon = Schedule.linear(1, 0.05, 0.5);
        Schedule importance = Schedule.linear(0.4, 1);
        String trunk = "dense(16) > relu";
        check(
                new Dqn(new Dqn.Settings(
                        2,
                        8,
                        4,
                        32,
                        1000,
                        64,
                        0.99,
                        rate,
                        1,
                        0.05,
                        epsilon,
                        true,
                        true,
                        3,
                        0.6,
                        importance,
                        1,
                        10,
                        trunk)),
                BOX,
                new Discrete(3));
    }

    @Test
    void qrDqn() {
        check(new QrDqn(QrDqn.Settings.defaults()), BOX, new Discrete(3));
    }

    @Test
    void c51() {
        check(new C51(C51.Settings.defaults()), BOX, new Discrete(3));
    }

    @Test
    void munchausenDqn() {
        check(new MunchausenDqn(MunchausenDqn.Settings.defaults()), BOX, new Discrete(3));
    }

    @Test
    void rainbow() {
        check(new Rainbow(Rainbow.Settings.defaults()), BOX, new Discrete(3));
    }

    @Test
    void pqn() {
        check(new Pqn(Pqn.Settings.defaults()), BOX, new Discrete(3));
    }

    @Test
    void td3() {
        // Without noise on targets: from JDK 21 on, StrictMath makes a small array for each normal number.
        Schedule rate = Schedule.constant(0.001);
        check(
                new Td3(new Td3.Settings(
                        2, 8, 4, 150, 1000, 64, 0.99, rate, 0.005, rate, 2, 0, 0, 1, 0, "dense(16) > relu")),
                BOX,
                Box.uniform(-1, 1, 2));
    }

    @Test
    void sacDiscrete() {
        check(new SacDiscrete(SacDiscrete.Settings.defaults()), BOX, new Discrete(3));
    }

    @Test
    void qLearning() {
        // Without decay by visits: the power it takes allocates, in StrictMath of JDK 17.
        check(
                new QLearning(new QLearning.Settings(
                        4, 64, 0.99, Schedule.constant(0.1), 0, Schedule.linear(1, 0.05, 0.5), 0)),
                new Discrete(50),
                new Discrete(4));
    }
}
