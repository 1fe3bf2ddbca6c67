package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SketchTest {
    @Test
    void aPolygonFillsTheDotsWhoseMiddlesItCovers() {
        Sketch sketch = new Sketch(1, 1);
        sketch.view(0, 0, 2, 4);
        sketch.polygon(Canvas.Ink.GROUND, 0, 0, 2, 0, 2, 2, 0, 2);
        // Two dots wide and four high: the lower four are bits 0x04, 0x20, 0x40 and 0x80.
        assertThat(sketch.text()).isEqualTo((char) (0x2800 + 0xe4) + "\n");
    }

    @Test
    void aLineGoesFromEndToEnd() {
        Sketch sketch = new Sketch(2, 1);
        sketch.view(0, 0, 4, 4);
        sketch.line(Canvas.Ink.BODY, 0, 0.5, 3.5, 3.5, 0.5);
        // The diagonal: dots 0x01 and 0x10 of the first character, 0x04 and 0x80 of the second.
        assertThat(sketch.text()).isEqualTo("" + (char) (0x2800 + 0x11) + (char) (0x2800 + 0x84) + "\n");
    }

    @Test
    void proportionsAreKept() {
        Sketch sketch = new Sketch(40, 5);
        // Square: 20 dots high, so 20 wide, which are 10 characters.
        sketch.view(-1, -1, 1, 1);
        sketch.polygon(Canvas.Ink.GROUND, -1, -1, 1, -1, 1, 1, -1, 1);
        assertThat(sketch.text()).isEqualTo(("⣿".repeat(10) + "\n").repeat(5));
    }

    @Test
    void whatLiesOutsideIsCutOff() {
        Sketch sketch = new Sketch(3, 3);
        sketch.view(0, 0, 1, 1);
        sketch.circle(Canvas.Ink.BODY, 1e9, -1e9, 0.1);
        sketch.line(Canvas.Ink.BODY, 1, -1e12, 0.5, 1e12, 0.5);
        // 6 dots a unit, in two lines of 4 rows: the middle of the view, 3 above the bottom, is the second row of the
        // second line.
        String row = ("" + (char) (0x2800 + 0x12)).repeat(3);
        assertThat(sketch.text().strip()).isEqualTo(row);
        assertThat(new Sketch(3, 3).text()).isEmpty();
    }

    @Test
    void rectanglesTurnCounterclockwise() {
        double[] corners = Canvas.rectangle(1, 2, 4, 2, Math.PI / 2);
        // By hand: turned by 90°, the corner (−2, −1) from the middle becomes (1, −2).
        assertThat(corners[0]).isCloseTo(2, org.assertj.core.data.Offset.offset(1e-12));
        assertThat(corners[1]).isCloseTo(0, org.assertj.core.data.Offset.offset(1e-12));
    }

    @Test
    void aViewOfNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sketch(3, 3).view(0, 0, 0, 1))
                .withMessageContaining("view (0.0, 0.0, 0.0, 1.0)");
        assertThatIllegalArgumentException().isThrownBy(() -> new Sketch(0, 3)).withMessageContaining("columns (0)");
    }
}
