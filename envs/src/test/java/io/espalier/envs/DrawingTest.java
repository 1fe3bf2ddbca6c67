package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Canvas;
import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.Sketch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrawingTest {
    /** Writes down what is drawn. */
    private static final class Notes implements Canvas {
        final List<double[]> shapes = new ArrayList<>();
        final List<Ink> inks = new ArrayList<>();
        double[] view = {};

        @Override
        public void view(double left, double bottom, double right, double top) {
            assertThat(shapes).as("view comes first").isEmpty();
            view = new double[] {left, bottom, right, top};
        }

        private void note(Ink ink, double[] points) {
            assertThat(view).as("view comes first").hasSize(4);
            for (double point : points) {
                assertThat(point).isFinite();
            }
            inks.add(ink);
            shapes.add(points);
        }

        @Override
        public void polygon(Ink ink, double... corners) {
            note(ink, corners);
        }

        @Override
        public void line(Ink ink, double width, double... points) {
            note(ink, points);
        }

        @Override
        public void circle(Ink ink, double x, double y, double radius) {
            note(ink, new double[] {x, y, radius});
        }

        double[] last(Ink ink) {
            return shapes.get(inks.lastIndexOf(ink));
        }
    }

    @Test
    void everyEnvironmentCanBeSeen() {
        for (EnvironmentSpec spec : new BuiltInEnvironments().environments()) {
            try (Environment made = spec.factory().get()) {
                made.reset(1);
                made.draw(new Notes());
                // A bandit has nothing to be seen but its levers.
                boolean bandit = spec.name().startsWith("Bandit");
                assertThat(made.render().isBlank()).as(spec.name()).isEqualTo(bandit);
            }
        }
    }

    @Test
    void scenesGoThroughWrappers() {
        for (String name : List.of(
                "CartPole-v1",
                "Acrobot-v1",
                "Pendulum-v1",
                "MountainCar-v0",
                "MountainCarContinuous-v0",
                "LunarLander-v3",
                "BipedalWalker-v3",
                "BipedalWalkerHardcore-v3",
                "Navigation2D-v0")) {
            Environment made = new BuiltInEnvironments()
                    .environments().stream()
                            .filter(spec -> spec.answersTo(name))
                            .findFirst()
                            .orElseThrow()
                            .factory()
                            .get();
            made.reset(1);
            assertThat(Sketch.of(made, 60, 20)).as(name).isNotBlank().hasLineCount((int)
                    Sketch.of(made, 60, 20).lines().count());
            Notes notes = new Notes();
            made.draw(notes);
            assertThat(notes.shapes.size()).as(name).isGreaterThan(2);
        }
    }

    @Test
    void polesAndRodsPointWhereTheirAnglesSay() {
        CartPole cart = new CartPole();
        cart.set(1, 0, 0.2, 0);
        Notes notes = new Notes();
        cart.draw(notes);
        // A pole of 1 m from the cart's upper edge, leaning to the right for a positive angle.
        assertThat(notes.last(Canvas.Ink.LIMB))
                .containsExactly(new double[] {1, 0.125, 1 + Math.sin(0.2), 0.125 + Math.cos(0.2)}, within(1e-12));
        Pendulum pendulum = new Pendulum();
        pendulum.set(Math.PI / 2, 0);
        notes = new Notes();
        pendulum.draw(notes);
        // Counterclockwise from upright: to the left.
        assertThat(notes.last(Canvas.Ink.BODY)).containsExactly(new double[] {0, 0, -1, 0}, within(1e-12));
        Acrobot acrobot = new Acrobot();
        acrobot.set(Math.PI / 2, Math.PI / 2, 0, 0);
        notes = new Notes();
        acrobot.draw(notes);
        assertThat(notes.last(Canvas.Ink.BODY)).containsExactly(new double[] {0, 0, 1, 0}, within(1e-7));
        assertThat(notes.last(Canvas.Ink.LIMB)).containsExactly(new double[] {1, 0, 1, 1}, within(1e-7));
    }

    @Test
    void aLanderShowsItsFlames() {
        LunarLander lander = new LunarLander(false);
        lander.reset(1);
        Notes coasting = new Notes();
        lander.draw(coasting);
        assertThat(coasting.inks).doesNotContain(Canvas.Ink.FORCE);
        lander.step(new float[] {2}, 0);
        Notes burning = new Notes();
        lander.draw(burning);
        double[] flame = burning.last(Canvas.Ink.FORCE);
        assertThat(flame[5]).as("tip, below the hull").isLessThan(lander.hull().y() - 1.5);
        lander.step(new float[] {1}, 0);
        burning = new Notes();
        lander.draw(burning);
        // Pushed to the left by a flame to the right.
        assertThat(burning.last(Canvas.Ink.FORCE)[4])
                .isGreaterThan(lander.hull().x() + 0.5);
    }
}
