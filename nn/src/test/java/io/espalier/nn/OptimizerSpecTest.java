package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptimizerSpecTest {
    @Test
    void textForms() {
        assertThat(OptimizerSpec.adam(1e-5).text()).isEqualTo("adam(beta1=0.9, beta2=0.999, epsilon=1.0E-5)");
        assertThat(OptimizerSpec.sgd().text()).isEqualTo("sgd(momentum=0, nesterov=false, weight-decay=0)");
        assertThat(OptimizerSpec.valueOf("adam(epsilon=1e-5)")).isEqualTo(OptimizerSpec.adam(1e-5));
        assertThat(OptimizerSpec.valueOf("adamw")).isEqualTo(OptimizerSpec.adamW(0.01));
        OptimizerSpec rmsProp = new OptimizerSpec.RmsProp(0.95, 0.01, true, 0.9, true);
        for (OptimizerSpec spec : new OptimizerSpec[] {
            rmsProp, OptimizerSpec.rmsProp(), OptimizerSpec.adamW(0.1), new OptimizerSpec.Sgd(0.9, true, 0.001)
        }) {
            assertThat(OptimizerSpec.parse(spec.text())).isEqualTo(spec);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "adagrad",
                "adam(1)",
                "adam(beta1=1)",
                "adam(epsilon=0)",
                "adam(lr=0.1)",
                "sgd(nesterov=true)",
                "sgd(momentum=-0.1)",
                "rmsprop(rho=1.1)",
                "adamw(weight-decay=-1)",
                "adam > adam"
            })
    void refuses(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> OptimizerSpec.valueOf(text));
    }

    @Test
    void stepsAreChecked() {
        Optimizer optimizer = OptimizerSpec.adam().create(4);
        float[] values = new float[4];
        assertThatIllegalStateException().isThrownBy(() -> optimizer.step(values, values, 0, 4, 0.1f, 1));
        optimizer.beginStep();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> optimizer.step(new float[5], values, 0, 4, 0.1f, 1))
                .withMessageContaining("the optimizer was made for 4");
        assertThatIllegalArgumentException().isThrownBy(() -> optimizer.step(values, values, 2, 5, 0.1f, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> optimizer.restore(-1));
        assertThat(optimizer.slots()).isEqualTo(2);
        assertThat(OptimizerSpec.sgd().create(4).slots()).isZero();
    }

    /** By hand: g = 2·3 = 6; Adam's first step is −α·g/(|g| + ε) ≈ −0.1. */
    @Test
    void theGradientScaleIsAFactorOnTheGradient() {
        float[] values = {1};
        Optimizer sgd = OptimizerSpec.sgd().create(1);
        sgd.beginStep();
        sgd.step(values, new float[] {3}, 0, 1, 0.1f, 2);
        assertThat(values[0]).isEqualTo(1 - 0.1f * 6);
        Optimizer adam = OptimizerSpec.adam().create(1);
        adam.beginStep();
        adam.step(values, new float[] {3}, 0, 1, 0.1f, 2);
        assertThat(values[0]).isCloseTo(0.3f, org.assertj.core.api.Assertions.within(1e-6f));
        assertThat(adam.slot(0)[0]).isCloseTo(0.6f, org.assertj.core.api.Assertions.within(1e-6f));
    }
}
