package io.espalier.cli;

import io.espalier.core.Environment;
import io.espalier.core.Sketch;
import java.io.PrintWriter;
import java.util.concurrent.locks.LockSupport;

/** Shows frames of text: on a terminal each over the one before, at a steady rate; else one after the other. */
final class Screen {
    private static final int MOST_COLUMNS = 80;
    private static final int ROWS = 22;

    private final PrintWriter out;
    private final boolean live;
    private final long nanosPerFrame;
    private final int columns;
    private int linesShown;
    private long nextAt;

    Screen(PrintWriter out, boolean live, double fps, int columns) {
        this.out = out;
        this.live = live;
        this.columns = Math.min(MOST_COLUMNS, columns);
        nanosPerFrame = (long) (1e9 / fps);
        nextAt = System.nanoTime();
    }

    /** The scene of an environment as a sketch; if it draws none, its own text. */
    static String picture(Environment environment, int columns) {
        String sketch = Sketch.of(environment, columns, ROWS);
        return sketch.isEmpty() ? environment.render() : sketch;
    }

    /** Shows an environment with a line below it, when it is time to. */
    void show(Environment environment, String caption) {
        String frame = picture(environment, columns) + caption + "\n";
        if (live) {
            if (linesShown > 0) {
                out.print("\u001b[" + linesShown + "A\u001b[J");
            }
            linesShown = (int) frame.chars().filter(c -> c == '\n').count();
            long wait = nextAt - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            nextAt = Math.max(nextAt, System.nanoTime() - nanosPerFrame) + nanosPerFrame;
        } else {
            frame += "\n";
        }
        out.print(frame);
        out.flush();
    }

    /** What is shown stays, and the next frame comes below it. */
    void keep() {
        linesShown = 0;
    }
}
