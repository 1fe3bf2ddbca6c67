package io.espalier.policy;

import io.espalier.core.RandomStream;
import io.espalier.nn.FloatMath;

/** {@link ActionHead.EpsilonGreedy}, {@link ActionHead.Tabular} and, for their means, those with distributions at work. */
final class GreedyActor extends Actor {
    private final int count;
    private final float[] worth;
    /** What sampling goes by; mostly the same array. */
    private final float[] scores;

    private double epsilon;
    private boolean breaksTies;

    GreedyActor(int count, float[] worth, float[] scores, ActionHead head) {
        this.count = count;
        this.worth = worth;
        this.scores = scores;
        set(head);
    }

    @Override
    void load(ActionHead head) {
        set(head);
    }

    private void set(ActionHead head) {
        breaksTies = head instanceof ActionHead.Tabular;
        epsilon = epsilon(head);
    }

    private static double epsilon(ActionHead head) {
        if (head instanceof ActionHead.Tabular table) {
            return table.epsilon();
        } else if (head instanceof ActionHead.EpsilonGreedyQuantiles quantiles) {
            return quantiles.epsilon();
        } else if (head instanceof ActionHead.EpsilonGreedyAtoms atoms) {
            return atoms.epsilon();
        }
        return ((ActionHead.EpsilonGreedy) head).epsilon();
    }

    @Override
    void act(
            int rows,
            boolean[] masks,
            int maskAt,
            RandomStream[] streams,
            int firstStream,
            boolean greedy,
            float[] actions,
            int actionsAt,
            float[] logProbabilities,
            int rowsAt) {
        boolean masked = masks.length > 0;
        for (int row = 0; row < rows; row++) {
            int from = row * count;
            int mask = masked ? maskAt + from : 0;
            int best = best(scores, from, count, masks, mask, row);
            float most = scores[from + best];
            int allowed = 0;
            int tied = 0;
            for (int j = 0; j < count; j++) {
                if (!masked || masks[mask + j]) {
                    allowed++;
                    tied += breaksTies && scores[from + j] == most ? 1 : 0;
                }
            }
            tied = breaksTies ? tied : 1;
            int choice = best;
            if (!greedy) {
                // Both draws are made in any case, so that streams stay in step.
                boolean explores = streams[firstStream + row].nextDouble() < epsilon;
                int drawn = streams[firstStream + row].nextInt(explores ? allowed : tied);
                if (explores || breaksTies) {
                    choice = nth(drawn, from, masks, mask, explores ? Float.NEGATIVE_INFINITY : most);
                }
            } else if (worth != scores) {
                choice = best(worth, from, count, masks, mask, row);
            }
            actions[actionsAt + row] = choice;
            if (logProbabilities.length > 0) {
                boolean isBest = breaksTies ? scores[from + choice] == most : choice == best;
                double probability = epsilon / allowed + (isBest ? (1 - epsilon) / tied : 0);
                logProbabilities[rowsAt + row] = FloatMath.log((float) probability);
            }
        }
    }

    /** Number {@code n} of the allowed choices that score at least {@code least}. */
    private int nth(int n, int from, boolean[] masks, int mask, float least) {
        int left = n;
        for (int j = 0; j < count; j++) {
            if ((masks.length == 0 || masks[mask + j]) && scores[from + j] >= least && left-- == 0) {
                return j;
            }
        }
        throw new IllegalStateException("choice " + n + " of " + count + " was not found");
    }
}
