package io.espalier.testkit;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.Arrays;

/**
 * A row of cells whose right end is the goal: about the least that can be learned. An episode begins in a random cell of
 * the left half.
 *
 * <p>Actions: 0 left (stays put in the leftmost cell), 1 right. Rewards: -0.1, and 1 for reaching the goal, which
 * terminates. Truncated after {@code 4 * cells} steps. Observation: the cell as a number from 0 to 1, or as its index in
 * the {@linkplain #tabular tabular} form. Success is reaching the goal; the figure "cell" tells where an episode ended.
 */
public final class Corridor implements Environment {
    private static final Step WALK = Step.transition(-0.1);
    private static final Step CUT = Step.truncation(-0.1);
    private static final Step GOAL = Step.termination(1);

    private final int cells;
    private final boolean indices;
    private final boolean masked;
    private final Space observations;
    private final Space actions = new Discrete(2);
    private final RandomStream random = new RandomStream(0);
    private int cell;
    private int steps;
    private boolean over = true;

    /** Ten cells. */
    public Corridor() {
        this(10);
    }

    /** That many cells, at least 2. */
    public Corridor(int cells) {
        this(cells, false, false);
    }

    private Corridor(int cells, boolean indices, boolean masked) {
        if (cells < 2) {
            throw new IllegalArgumentException("cells (" + cells + ") must be at least 2.");
        }
        this.cells = cells;
        this.indices = indices;
        this.masked = masked;
        observations = indices ? new Discrete(cells) : Box.uniform(0, 1, 1);
    }

    /** One that shows the index of the cell. */
    public static Corridor tabular(int cells) {
        return new Corridor(cells, true, false);
    }

    /** One whose leftmost cell forbids going left. */
    public static Corridor masked(int cells) {
        return new Corridor(cells, false, true);
    }

    /** The longest episode, in environment steps. */
    public int limit() {
        return 4 * cells;
    }

    @Override
    public Space observationSpace() {
        return observations;
    }

    @Override
    public Space actionSpace() {
        return actions;
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        cell = random.nextInt(Math.max(1, cells / 2));
        steps = 0;
        over = false;
    }

    @Override
    public Step step(float[] row, int at) {
        if (over) {
            throw new IllegalStateException("No episode is under way. Maybe reset first.");
        }
        cell = Math.max(0, cell + (row[at] == 1 ? 1 : -1));
        steps++;
        Step step = cell == cells - 1 ? GOAL : steps == limit() ? CUT : WALK;
        over = step.last();
        return step;
    }

    @Override
    public void observe(float[] into, int at) {
        into[at] = indices ? cell : cell / (float) (cells - 1);
    }

    @Override
    public boolean masksActions() {
        return masked;
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        Arrays.fill(into, at, at + 2, true);
        into[at] = !masked || cell > 0;
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    @Override
    public boolean success() {
        return cell == cells - 1;
    }

    @Override
    public void episodeMetrics(MetricSink sink) {
        sink.put("cell", cell);
    }

    @Override
    public String render() {
        return ".".repeat(cell) + "@" + ".".repeat(cells - 1 - cell);
    }
}
