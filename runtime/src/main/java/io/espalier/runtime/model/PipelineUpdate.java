package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkStages;
import io.espalier.nn.Optimizer;
import io.espalier.policy.NetworkCores;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerFailure;
import io.espalier.runtime.workers.WorkerPool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The gradient updates of one network by the stages of a pipeline, as seen from the learner's thread: it feeds the first
 * stage, judges what the last one gives, joins norms, and has all step.
 *
 * <p>Network and optimiser here hold the state of the last update that every stage has made. So, when a stage is lost,
 * a new worker takes its place, all stages go back to that state, and the minibatch flows once more.
 */
final class PipelineUpdate implements NetworkCores.Placed, AutoCloseable {
    /** Workers that may be lost during one update; with more, something is wrong that will not pass. */
    private static final int MOST_LOST = 16;

    private final NetworkStages cut;
    private final Network network;
    private final Optimizer optimizer;
    private final Network judged;
    private final float[] input;
    private final float[] sums;
    private final double[] norms;
    private final float[] known;
    private final StageLinks links;
    private final PipelineTimes times = new PipelineTimes();
    private final long[] stored;
    private NetworkCores.Parts minibatch = new Nothing();
    private int parts;

    /** Unwinds to where the update can begin anew. */
    private static final class StageLost extends Exception {
        private static final long serialVersionUID = 1;
        private final int stage;

        StageLost(int stage, String cause) {
            super(cause);
            this.stage = stage;
        }
    }

    private interface Work {
        void run() throws StageLost;
    }

    PipelineUpdate(
            NetworkStages cut,
            PipelineSchedule schedule,
            Network network,
            Optimizer optimizer,
            int mostRows,
            int firstNumber,
            WorkerPool pool,
            Resources needs) {
        this.cut = cut;
        this.network = network;
        this.optimizer = optimizer;
        judged = network.replica(mostRows);
        input = new float[mostRows * network.inputSize()];
        sums = new float[network.parameterCount()];
        norms = new double[(sums.length + StageWorker.NORM_BLOCK - 1) / StageWorker.NORM_BLOCK];
        known = new float[network.parameterCount()];
        List<NetworkStages.Stage> stages = cut.stages();
        stored = new long[stages.size()];
        List<StageRecipe> recipes = new ArrayList<>();
        for (int s = 0; s < stages.size(); s++) {
            NetworkStages.Stage stage = stages.get(s);
            recipes.add(new StageRecipe(
                    stage.spec(),
                    stage.inputShape(),
                    stage.offset(),
                    optimizer.spec(),
                    schedule,
                    mostRows,
                    s,
                    stages.size()));
        }
        links = new StageLinks(recipes, firstNumber, pool, needs);
    }

    void start() {
        for (int s = 0; s < links.count(); s++) {
            links.start(s);
        }
        reload();
    }

    @Override
    public void reload() {
        System.arraycopy(network.parameters(), 0, known, 0, known.length);
        long attempt = links.newAttempt();
        for (int s = 0; s < links.count(); s++) {
            NetworkStages.Stage stage = cut.stages().get(s);
            State body = StageMessages.body(attempt);
            body.put("parameters", cut.part(s, known));
            StageMessages.putOptimizer(body, optimizer, stage.offset(), stage.offset() + stage.parameters());
            links.send(s, new Command(StageMessages.LOAD, body));
        }
    }

    @Override
    public void gradients(int count, NetworkCores.Parts what) {
        parts = count;
        minibatch = what;
        if (!Arrays.equals(known, network.parameters())) {
            reload(); // somebody wrote the parameters since
        }
        enduring(this::pass, this::pass);
    }

    /** Does work; once more when a stage was lost, from the state after the last update. */
    private void enduring(Work first, Work again) {
        Work work = first;
        for (int lost = 0; ; lost++) {
            try {
                work.run();
                return;
            } catch (StageLost e) {
                if (lost == MOST_LOST) {
                    throw new IllegalStateException(
                            MOST_LOST + " workers of a pipeline were lost during one update, the last one of stage "
                                    + e.stage + ": " + e.getMessage(),
                            e);
                }
                times.lost();
                links.start(e.stage);
                reload();
                work = again;
            }
        }
    }

    /** One minibatch forward and backward. */
    private void pass() throws StageLost {
        int stages = links.count();
        for (int s = 0; s < stages; s++) {
            State body = StageMessages.body(links.attempt());
            body.putLong("number", parts);
            links.send(s, new Command(StageMessages.BEGIN, body));
        }
        long began = System.nanoTime();
        double busy = 0;
        int fed = 0;
        int given = 0;
        int done = 0;
        while (done < stages) {
            // Enough for every stage to be at work and one to wait: no more inputs than that need lie around.
            boolean feeds = fed < parts && fed <= given + stages;
            StageLinks.Heard heard = feeds ? links.poll() : links.take();
            if (heard == null) {
                feed(fed++);
                continue;
            }
            Command message = message(heard);
            if (message.name().equals(StageMessages.FORWARD)) {
                given++;
                judge(message);
            } else {
                done++;
                busy += message.body().getLong("busy") * 1e-9;
                stored[heard.stage()] = message.body().getLong("stored");
                collect(heard.stage(), message);
            }
        }
        times.pass(busy, (System.nanoTime() - began) * 1e-9 * stages, PipelineSchedule.equalBubble(stages, parts));
    }

    private Command message(StageLinks.Heard heard) throws StageLost {
        Command message = heard.message();
        if (message != null) {
            return message;
        }
        Throwable failure = heard.failure();
        if (failure == null) {
            throw new StageLost(heard.stage(), heard.cause());
        }
        NetworkStages.Stage stage = cut.stages().get(heard.stage());
        throw new WorkerFailure(
                "stage " + heard.stage() + " of 0 to " + (links.count() - 1) + " (" + stage.spec() + ", on "
                        + links.node(heard.stage()) + ") failed: " + heard.cause(),
                failure);
    }

    private void feed(int part) {
        int rows = minibatch.rows(part);
        minibatch.inputs(part, input);
        Command message = StageMessages.microBatch(StageMessages.FORWARD, links.attempt(), part, rows);
        StageMessages.put(message, "0", input, rows * network.inputSize());
        links.send(0, message);
    }

    private void judge(Command outputs) {
        int part = StageMessages.number(outputs);
        int rows = StageMessages.rows(outputs);
        for (int head = 0; head < judged.heads(); head++) {
            float[] values = StageMessages.floats(outputs, Integer.toString(head));
            System.arraycopy(values, 0, judged.output(head), 0, values.length);
        }
        minibatch.loss(part, judged);
        Command message = StageMessages.microBatch(StageMessages.BACKWARD, links.attempt(), part, rows);
        for (int head = 0; head < judged.heads(); head++) {
            StageMessages.put(
                    message, Integer.toString(head), judged.outputGradient(head), rows * judged.headSize(head));
        }
        links.send(links.count() - 1, message);
    }

    private void collect(int stage, Command done) {
        int from = cut.stages().get(stage).offset();
        float[] before = done.body().floats("before");
        double[] own = done.body().doubles("norms");
        float[] after = done.body().floats("after");
        System.arraycopy(before, 0, sums, from, before.length);
        int first = from + before.length;
        for (int i = 0; i < own.length; i++) {
            norms[first / StageWorker.NORM_BLOCK + i] = own[i];
        }
        System.arraycopy(after, 0, sums, first + own.length * StageWorker.NORM_BLOCK, after.length);
    }

    @Override
    public void norms(int blockSize, double[] into) {
        for (NetworkStages.Stage stage : cut.stages()) {
            shared(stage.offset() + stage.parameters());
        }
        int each = blockSize / StageWorker.NORM_BLOCK;
        for (int block = 0; block < into.length; block++) {
            double sum = 0;
            for (int i = block * each; i < Math.min((block + 1) * each, norms.length); i++) {
                sum += norms[i];
            }
            into[block] = sum;
        }
    }

    /** The norm of the block through which a stage's border goes. */
    private void shared(int border) {
        int from = border / StageWorker.NORM_BLOCK * StageWorker.NORM_BLOCK;
        if (from < border) {
            int to = Math.min(from + StageWorker.NORM_BLOCK, sums.length);
            norms[from / StageWorker.NORM_BLOCK] = Gradients.squaredNorm(sums, from, to);
        }
    }

    @Override
    public void step(float learningRate, float gradientScale) {
        enduring(() -> stepAll(learningRate, gradientScale), () -> {
            pass();
            stepAll(learningRate, gradientScale);
        });
    }

    private void stepAll(float learningRate, float gradientScale) throws StageLost {
        int stages = links.count();
        for (int s = 0; s < stages; s++) {
            State body = StageMessages.body(links.attempt());
            body.putDouble("rate", learningRate);
            body.putDouble("scale", gradientScale);
            links.send(s, new Command(StageMessages.STEP, body));
        }
        Command[] answers = new Command[stages];
        for (int i = 0; i < stages; i++) {
            StageLinks.Heard heard = links.take();
            answers[heard.stage()] = message(heard);
        }
        // All have stepped: this is the state now.
        for (int s = 0; s < stages; s++) {
            NetworkStages.Stage stage = cut.stages().get(s);
            cut.join(s, StageMessages.floats(answers[s], "parameters"), known);
            StageMessages.getOptimizer(answers[s], optimizer, stage.offset(), stage.parameters());
        }
        System.arraycopy(known, 0, network.parameters(), 0, known.length);
        network.parametersChanged();
    }

    /** Times since they were last taken. */
    PipelineTimes times() {
        return times;
    }

    /** Of how many micro-batches each stage kept the activations at most, in the last pass. */
    long[] stored() {
        return stored.clone();
    }

    void sendTo(int stage, Message message) {
        links.send(stage, message);
    }

    @Override
    public void close() {
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
