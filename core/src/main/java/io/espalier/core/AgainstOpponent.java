package io.espalier.core;

/**
 * A game as a task for one agent: the other side is played by an {@link Opponent}, who belongs to the environment. Who
 * begins is drawn anew for each episode. The agent sees only positions in which it is to move, or the last one.
 *
 * <p>The reward of a step is that of the agent's move less that of the opponent's answer; success is having won.
 */
public final class AgainstOpponent implements CopyableEnvironment {
    private final Game game;
    private final Opponent opponent;
    private final boolean[] legal;
    private final float[] reply = new float[1];
    private final RandomStream random = new RandomStream(0);
    private int agent;
    private boolean won;

    /** A game against that opponent. */
    public AgainstOpponent(Game game, Opponent opponent) {
        this.game = game;
        this.opponent = opponent;
        legal = new boolean[game.actionSpace().choices()];
    }

    /** The game itself, as it stands; not to be changed. */
    public Game game() {
        return game;
    }

    /** Which player the agent is in this episode: 0, who began, or 1. */
    public int agent() {
        return agent;
    }

    @Override
    public Space observationSpace() {
        return game.observationSpace();
    }

    @Override
    public Space actionSpace() {
        return game.actionSpace();
    }

    @Override
    public boolean masksActions() {
        return true;
    }

    @Override
    public void actionMask(boolean[] into, int at) {
        game.actionMask(into, at);
    }

    @Override
    public void reset(long seed) {
        random.reseed(seed);
        agent = random.nextInt(2);
        won = false;
        do {
            game.reset(random.nextLong());
            // A game that is over before the agent's turn comes begins again.
        } while (answer(Step.transition(0)).last());
    }

    @Override
    public Step step(float[] actions, int at) {
        Step step = answer(game.step(actions, at));
        won = step.last() && step.reward() > 0;
        return step;
    }

    /** Lets the opponent move until it is the agent's turn or the game is over. */
    private Step answer(Step step) {
        Step newest = step;
        double reward = step.reward();
        while (!newest.last() && game.toMove() != agent) {
            game.actionMask(legal, 0);
            reply[0] = opponent.choose(game, legal, random);
            newest = game.step(reply, 0);
            reward -= newest.reward();
        }
        return newest.reward() == reward ? newest : newest.withReward(reward);
    }

    @Override
    public void observe(float[] into, int at) {
        game.observe(into, at);
    }

    @Override
    public boolean reportsSuccess() {
        return true;
    }

    @Override
    public boolean success() {
        return won;
    }

    @Override
    public String render() {
        return game.render();
    }

    @Override
    public void close() {
        game.close();
    }

    @Override
    public AgainstOpponent copy() {
        AgainstOpponent copy = new AgainstOpponent(game.copy(), opponent);
        copy.copyFrom(this);
        return copy;
    }

    @Override
    public void copyFrom(CopyableEnvironment other) {
        AgainstOpponent that = CopyableEnvironment.same(AgainstOpponent.class, other);
        if (that.opponent != opponent) {
            throw CopyableEnvironment.differs(AgainstOpponent.class, other);
        }
        game.copyFrom(that.game);
        random.copyFrom(that.random);
        agent = that.agent;
        won = that.won;
    }

    @Override
    public void reseed(long seed) {
        random.reseed(seed);
        game.reseed(random.nextLong());
    }
}
