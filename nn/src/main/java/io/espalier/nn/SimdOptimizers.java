package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** Optimiser steps over lanes; each does its whole vectors and says where the rest begins. */
final class SimdOptimizers {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    private SimdOptimizers() {}

    static int sgd(
            float[] parameters,
            float[] gradients,
            float @Nullable [] velocity,
            int from,
            int to,
            float scale,
            float weightDecay,
            float momentum,
            boolean nesterov,
            float learningRate) {
        FloatVector decay = FloatVector.broadcast(S, weightDecay);
        FloatVector inertia = FloatVector.broadcast(S, momentum);
        FloatVector step = FloatVector.broadcast(S, -learningRate);
        int i = from;
        for (; i <= to - L; i += L) {
            FloatVector parameter = FloatVector.fromArray(S, parameters, i);
            FloatVector g =
                    decay.fma(parameter, FloatVector.fromArray(S, gradients, i).mul(scale));
            if (velocity != null) {
                FloatVector v = inertia.fma(FloatVector.fromArray(S, velocity, i), g);
                v.intoArray(velocity, i);
                g = nesterov ? inertia.fma(v, g) : v;
            }
            step.fma(g, parameter).intoArray(parameters, i);
        }
        return i;
    }

    static int rmsProp(
            float[] parameters,
            float[] gradients,
            float[] squares,
            float @Nullable [] mean,
            float @Nullable [] velocity,
            int from,
            int to,
            float scale,
            float rho,
            float rate,
            float epsilon,
            float momentum,
            float learningRate) {
        FloatVector share = FloatVector.broadcast(S, rate);
        FloatVector inertia = FloatVector.broadcast(S, momentum);
        FloatVector step = FloatVector.broadcast(S, -learningRate);
        int i = from;
        for (; i <= to - L; i += L) {
            FloatVector g = FloatVector.fromArray(S, gradients, i).mul(scale);
            FloatVector s =
                    share.mul(g).fma(g, FloatVector.fromArray(S, squares, i).mul(rho));
            s.intoArray(squares, i);
            if (mean != null) {
                FloatVector old = FloatVector.fromArray(S, mean, i);
                FloatVector m = share.fma(g.sub(old), old);
                m.intoArray(mean, i);
                s = m.neg().fma(m, s);
                s = s.blend(0f, s.compare(VectorOperators.LT, 0f));
            }
            FloatVector u = g.div(s.sqrt().add(epsilon));
            if (velocity != null) {
                u = inertia.fma(FloatVector.fromArray(S, velocity, i), u);
                u.intoArray(velocity, i);
            }
            step.fma(u, FloatVector.fromArray(S, parameters, i)).intoArray(parameters, i);
        }
        return i;
    }

    static int adam(
            float[] parameters,
            float[] gradients,
            float[] m,
            float[] v,
            int from,
            int to,
            float scale,
            float rate1,
            float beta2,
            float rate2,
            float epsilon,
            float rootCorrection,
            float stepSize,
            float keep) {
        FloatVector share1 = FloatVector.broadcast(S, rate1);
        FloatVector share2 = FloatVector.broadcast(S, rate2);
        FloatVector correction = FloatVector.broadcast(S, rootCorrection);
        FloatVector floor = FloatVector.broadcast(S, epsilon);
        FloatVector step = FloatVector.broadcast(S, -stepSize);
        int i = from;
        for (; i <= to - L; i += L) {
            FloatVector g = FloatVector.fromArray(S, gradients, i).mul(scale);
            FloatVector old = FloatVector.fromArray(S, m, i);
            FloatVector first = share1.fma(g.sub(old), old);
            FloatVector second =
                    share2.mul(g).fma(g, FloatVector.fromArray(S, v, i).mul(beta2));
            first.intoArray(m, i);
            second.intoArray(v, i);
            FloatVector root = second.sqrt().fma(correction, floor);
            FloatVector parameter = FloatVector.fromArray(S, parameters, i).mul(keep);
            step.fma(first.div(root), parameter).intoArray(parameters, i);
        }
        return i;
    }
}
