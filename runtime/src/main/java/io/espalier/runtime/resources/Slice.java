package io.espalier.runtime.resources;

/**
 * What a run did in a short time under one division. Times are seconds; those of workers are summed over all of them.
 *
 * @param seconds that have passed, but for those of evaluation
 * @param steps environment steps that were learned from
 * @param rounds blocks that were learned from
 * @param sampling in which workers collected
 * @param idle in which workers had nothing to do
 * @param learning in which the learner learned
 * @param waiting in which the learner waited for experience
 * @param evaluating in which the run evaluated
 * @param dropped environment steps that came too late
 */
public record Slice(
        double seconds,
        long steps,
        long rounds,
        double sampling,
        double idle,
        double learning,
        double waiting,
        double evaluating,
        long dropped) {
    static final Slice NONE = new Slice(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Both together. */
    public Slice plus(Slice other) {
        return new Slice(
                seconds + other.seconds,
                steps + other.steps,
                rounds + other.rounds,
                sampling + other.sampling,
                idle + other.idle,
                learning + other.learning,
                waiting + other.waiting,
                evaluating + other.evaluating,
                dropped + other.dropped);
    }

    /** Environment steps a second that were learned from. */
    public double rate() {
        return seconds > 0 ? steps / seconds : 0;
    }

    /** Which part of their time workers had nothing to do. */
    public double workersIdle() {
        return part(idle, sampling);
    }

    /** Which part of its time the learner waited. */
    public double learnerIdle() {
        return part(waiting, learning);
    }

    /** Which part of the environment steps came too late. */
    public double lateShare() {
        return part((double) dropped, (double) steps);
    }

    private static double part(double of, double rest) {
        return of + rest <= 0 ? 0 : of / (of + rest);
    }
}
