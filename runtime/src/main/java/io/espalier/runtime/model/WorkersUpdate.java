package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.Optimizer;
import io.espalier.policy.NetworkCores;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerFailure;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.Arrays;
import java.util.List;

/**
 * The gradient updates of one network by several workers that each hold a part of it, as seen from the learner's thread.
 *
 * <p>Network and optimiser here hold the state of the last update that every worker has made. So, when one is lost,
 * another takes its place, all go back to that state, and the minibatch is computed once more.
 */
abstract class WorkersUpdate implements NetworkCores.Placed, AutoCloseable {
    /** Workers that may be lost during one update; with more, something is wrong that will not pass. */
    private static final int MOST_LOST = 16;

    final Network network;
    final Optimizer optimizer;

    /** What stands in for the network where the learner looks at outputs and says their gradients. */
    final Network judged;

    /** The parameters that the workers have. */
    final float[] known;

    final StageLinks links;
    final WorkTimes times = new WorkTimes();
    NetworkCores.Parts minibatch = new Nothing();
    int parts;

    /** Unwinds to where the update can begin anew. */
    static final class WorkerLost extends Exception {
        private static final long serialVersionUID = 1;
        private final int worker;

        WorkerLost(int worker, String cause) {
            super(cause);
            this.worker = worker;
        }
    }

    private interface Work {
        void run() throws WorkerLost;
    }

    WorkersUpdate(
            Network network,
            Optimizer optimizer,
            int mostRows,
            List<? extends WorkerRecipe> recipes,
            int firstNumber,
            WorkerPool pool,
            Resources needs) {
        this.network = network;
        this.optimizer = optimizer;
        judged = network.replica(mostRows);
        known = new float[network.parameterCount()];
        links = new StageLinks(recipes, firstNumber, pool, needs);
    }

    /** Puts a worker's part of {@link #known} and of the optimiser's state. */
    abstract void putState(int worker, State into);

    /** Takes a worker's part of {@link #known} and of the optimiser's state. */
    abstract void takeState(int worker, Command from);

    /** Computes the gradients of the minibatch. */
    abstract void pass() throws WorkerLost;

    /** What a worker holds, in words. */
    abstract String part(int worker);

    final void start() {
        for (int w = 0; w < links.count(); w++) {
            links.start(w);
        }
        reload();
    }

    @Override
    public final void reload() {
        System.arraycopy(network.parameters(), 0, known, 0, known.length);
        long attempt = links.newAttempt();
        for (int w = 0; w < links.count(); w++) {
            State body = StageMessages.body(attempt);
            putState(w, body);
            links.send(w, new Command(StageMessages.LOAD, body));
        }
    }

    @Override
    public final void gradients(int count, NetworkCores.Parts what) {
        parts = count;
        minibatch = what;
        if (!Arrays.equals(known, network.parameters())) {
            reload(); // somebody wrote the parameters since
        }
        enduring(this::pass, this::pass);
    }

    @Override
    public final void step(float learningRate, float gradientScale) {
        enduring(() -> stepAll(learningRate, gradientScale), () -> {
            pass();
            stepAll(learningRate, gradientScale);
        });
    }

    /** Does work; once more when a worker was lost, from the state after the last update. */
    private void enduring(Work first, Work again) {
        Work work = first;
        for (int lost = 0; ; lost++) {
            try {
                work.run();
                return;
            } catch (WorkerLost e) {
                if (lost == MOST_LOST) {
                    throw new IllegalStateException(
                            (MOST_LOST + 1) + " workers were lost during one update, the last one with "
                                    + part(e.worker) + ": " + e.getMessage(),
                            e);
                }
                times.lost();
                links.start(e.worker);
                reload();
                work = again;
            }
        }
    }

    private void stepAll(float learningRate, float gradientScale) throws WorkerLost {
        for (int w = 0; w < links.count(); w++) {
            State body = StageMessages.body(links.attempt());
            body.putDouble("rate", learningRate);
            body.putDouble("scale", gradientScale);
            links.send(w, new Command(StageMessages.STEP, body));
        }
        // Taken only when all have stepped: this is the state then.
        Command[] answers = answers();
        for (int w = 0; w < answers.length; w++) {
            takeState(w, answers[w]);
        }
        System.arraycopy(known, 0, network.parameters(), 0, known.length);
        network.parametersChanged();
    }

    /** One message of each worker. */
    final Command[] answers() throws WorkerLost {
        Command[] answers = new Command[links.count()];
        for (int i = 0; i < answers.length; i++) {
            StageLinks.Heard heard = links.take();
            answers[heard.stage()] = message(heard);
        }
        return answers;
    }

    final Command message(StageLinks.Heard heard) throws WorkerLost {
        Command message = heard.message();
        if (message != null) {
            return message;
        }
        Throwable failure = heard.failure();
        if (failure == null) {
            throw new WorkerLost(heard.stage(), heard.cause());
        }
        throw new WorkerFailure(
                part(heard.stage()) + ", on " + links.node(heard.stage()) + ", failed: " + heard.cause(), failure);
    }

    final void sendTo(int worker, Message message) {
        links.send(worker, message);
    }

    @Override
    public final void close() {
        links.close();
    }

    private static final class Nothing implements NetworkCores.Parts {
        @Override
        public int rows(int part) {
            return 0;
        }

        @Override
        public void inputs(int part, float[] into) {}

        @Override
        public void loss(int part, Network network) {}
    }
}
