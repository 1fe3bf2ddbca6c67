package io.espalier.examples;

import io.espalier.algorithms.onpolicy.Ppo;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.CartPole;
import io.espalier.policy.Policy;
import io.espalier.runtime.StopRule;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;

/** Trains a policy, asks it, and writes it to a file. */
public final class TrainCartPole {
    private TrainCartPole() {}

    /** Runs the example; the first word names the file to write, if any. */
    public static void main(String[] words) throws IOException {
        TrainingResult result = Trainer.of(new Ppo(Ppo.Settings.defaults()), () -> new TimeLimit(new CartPole(), 500))
                .seed(1)
                .threads(2)
                .environmentSteps(200_000)
                .stop(StopRule.targetReturn(475, 20))
                .run();
        System.out.println(result.stopReason() + "; evaluated at " + result.meanReturn());
        Policy policy = result.policy();
        int action = policy.actDiscrete(new float[] {0.01f, 0.02f, 0.03f, 0.04f});
        System.out.println("pushes " + (action == 1 ? "right" : "left"));
        if (words.length > 0) {
            policy.write(Path.of(words[0]));
        }
    }
}
