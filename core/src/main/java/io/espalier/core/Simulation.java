package io.espalier.core;

/**
 * The other shape of a task: a simulator that owns its loop and asks a {@link Decider} whenever there is something to
 * decide. {@link SimulationEnvironment} turns it into an {@link Environment}.
 *
 * <pre>
 *   public void run(Decider decider, long seed) {
 *       Queue queue = new Queue(seed);
 *       while (queue.open()) {
 *           int server = decider.choose(queue.state());
 *           decider.reward(-queue.serve(server));
 *       }
 *       decider.terminated(queue.state());
 *   }
 * </pre>
 *
 * <p>Like an environment it is deterministic: the same seed and the same decisions give the same questions and rewards,
 * bit for bit. Simulators of a framework with threads of its own must ask from the thread that called {@link #run}.
 */
public interface Simulation extends AutoCloseable {
    /** Where observations come from; the same value at every call. */
    Space observationSpace();

    /** Where decisions come from; the same value at every call. */
    Space actionSpace();

    /**
     * Runs one episode from its beginning to its end.
     *
     * @param decider to be asked at least once, and to be told how the episode ended
     * @param seed the only source of randomness for this episode
     * @throws Exception whatever goes wrong; it surfaces at the environment's caller
     */
    void run(Decider decider, long seed) throws Exception;

    /** Whether questions come with a mask of allowed actions. Only for discrete and multi-discrete actions. */
    default boolean masksActions() {
        return false;
    }

    /** Whether {@link Decider#success} is ever told. */
    default boolean reportsSuccess() {
        return false;
    }

    /** Lets go of whatever is held between episodes. May be called more than once. */
    @Override
    default void close() {}
}
