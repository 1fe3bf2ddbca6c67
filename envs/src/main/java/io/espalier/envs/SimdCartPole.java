package io.espalier.envs;

import io.espalier.core.Seeds;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link CartPoleBatch} on the Vector API: the same operations in the same order, a vector of copies at once, and one by
 * one those that fill no vector.
 */
final class SimdCartPole extends CartPoleBatch {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final long LOW_HALF = 0xFFFFFFFFL;
    private static final int LANES = FLOATS.length();
    private static final int SIGN = Integer.MIN_VALUE;
    private static final int PUSH_BITS = Float.floatToRawIntBits(PUSH);

    /** How many copies fill whole vectors. */
    private final int bound;

    SimdCartPole(int copies, Seeds seeds, int first) {
        super(copies, seeds, first);
        bound = FLOATS.loopBound(copies);
    }

    /**
     * Within a vector's counters, those of even copies come before those of odd ones: so two vectors of longs are joined
     * into two of ints, lane by lane with the copies, by shifts alone.
     */
    @Override
    int slot(int i) {
        int lane = i % LANES;
        return i < bound ? i - lane + lane / 2 + lane % 2 * (LANES / 2) : i;
    }

    // All in one method without calls, so that no vector ever becomes an object.
    @Override
    void sweep(int[] signs, boolean record, int steps) {
        if (bound == 0) {
            super.sweep(signs, record, steps);
            return;
        }
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        FloatVector s3 = FloatVector.broadcast(FLOATS, S3);
        FloatVector s5 = FloatVector.broadcast(FLOATS, S5);
        FloatVector s7 = FloatVector.broadcast(FLOATS, S7);
        FloatVector c2 = FloatVector.broadcast(FLOATS, C2);
        FloatVector c4 = FloatVector.broadcast(FLOATS, C4);
        FloatVector c6 = FloatVector.broadcast(FLOATS, C6);
        FloatVector i0 = FloatVector.broadcast(FLOATS, I0);
        FloatVector i2 = FloatVector.broadcast(FLOATS, I2);
        FloatVector i4 = FloatVector.broadcast(FLOATS, I4);
        FloatVector i6 = FloatVector.broadcast(FLOATS, I6);
        FloatVector seconds = FloatVector.broadcast(FLOATS, SECONDS);
        FloatVector minusSeconds = FloatVector.broadcast(FLOATS, -SECONDS);
        FloatVector spacing = FloatVector.broadcast(FLOATS, SPACING);
        FloatVector lowest = FloatVector.broadcast(FLOATS, LOWEST);
        for (int t = 0; t < steps; t++) {
            for (int i = 0; i < bound; i += LANES) {
                IntVector random = IntVector.fromArray(INTS, signs, i);
                FloatVector pull = random.and(SIGN).or(PUSH_BITS).reinterpretAsFloats();
                random = random.lanewise(VectorOperators.XOR, random.lanewise(VectorOperators.LSHL, 13));
                random = random.lanewise(VectorOperators.XOR, random.lanewise(VectorOperators.LSHR, 17));
                random = random.lanewise(VectorOperators.XOR, random.lanewise(VectorOperators.LSHL, 5));
                random.intoArray(signs, i);

                // What would begin the next episode of every copy; it does not wait for the physics. The mixing is that
                // of Seeds.
                LongVector even = LongVector.fromArray(LONGS, counter, i);
                LongVector odd = LongVector.fromArray(LONGS, counter, i + LANES / 2);
                LongVector p = even.add(GOLDEN);
                LongVector q = odd.add(GOLDEN);
                p = p.lanewise(VectorOperators.XOR, p.lanewise(VectorOperators.LSHR, 30))
                        .mul(MIX_1);
                q = q.lanewise(VectorOperators.XOR, q.lanewise(VectorOperators.LSHR, 30))
                        .mul(MIX_1);
                p = p.lanewise(VectorOperators.XOR, p.lanewise(VectorOperators.LSHR, 27))
                        .mul(MIX_2);
                q = q.lanewise(VectorOperators.XOR, q.lanewise(VectorOperators.LSHR, 27))
                        .mul(MIX_2);
                p = p.lanewise(VectorOperators.XOR, p.lanewise(VectorOperators.LSHR, 31));
                q = q.lanewise(VectorOperators.XOR, q.lanewise(VectorOperators.LSHR, 31));
                IntVector low =
                        p.and(LOW_HALF).or(q.lanewise(VectorOperators.LSHL, 32)).reinterpretAsInts();
                IntVector high = p.lanewise(VectorOperators.LSHR, 32)
                        .or(q.and(~LOW_HALF))
                        .reinterpretAsInts();
                FloatVector x0 = ((FloatVector) low.and(0xFFFF).convert(VectorOperators.I2F, 0)).fma(spacing, lowest);
                FloatVector v0 = ((FloatVector)
                                low.lanewise(VectorOperators.LSHR, 16).convert(VectorOperators.I2F, 0))
                        .fma(spacing, lowest);
                FloatVector a0 = ((FloatVector) high.and(0xFFFF).convert(VectorOperators.I2F, 0)).fma(spacing, lowest);
                FloatVector w0 = ((FloatVector)
                                high.lanewise(VectorOperators.LSHR, 16).convert(VectorOperators.I2F, 0))
                        .fma(spacing, lowest);

                FloatVector v = FloatVector.fromArray(FLOATS, velocity, i);
                FloatVector a = FloatVector.fromArray(FLOATS, angle, i);
                FloatVector w = FloatVector.fromArray(FLOATS, spin, i);
                FloatVector z = a.mul(a);
                FloatVector sin = a.fma(z.mul(z.fma(z.fma(s7, s5), s3)), a);
                FloatVector cos = z.fma(z.fma(z.fma(c6, c4), c2), one);
                FloatVector inertia = z.fma(z.fma(z.fma(i6, i4), i2), i0);
                FloatVector back = w.mul(w).mul(-RECOIL).fma(sin, pull);
                FloatVector turn = cos.fma(back, sin.mul(GRAVITY)).mul(inertia);
                FloatVector x = v.fma(seconds, FloatVector.fromArray(FLOATS, position, i));
                v = turn.mul(RECOIL).fma(cos, back).fma(minusSeconds, v);
                a = w.fma(seconds, a);
                w = turn.fma(seconds, w);
                FloatVector time = FloatVector.fromArray(FLOATS, elapsed, i).add(one);
                VectorMask<Float> over = x.abs()
                        .compare(VectorOperators.GT, HALF_TRACK)
                        .or(a.abs().compare(VectorOperators.GT, LEANING))
                        .or(time.compare(VectorOperators.GE, (float) LIMIT));
                FloatVector signed = time.blend(time.neg(), over);
                if (record) {
                    x.intoArray(reachedPosition, i);
                    v.intoArray(reachedVelocity, i);
                    a.intoArray(reachedAngle, i);
                    w.intoArray(reachedSpin, i);
                    signed.intoArray(length, i);
                }
                // The sign of the length becomes a mask for the two vectors of counters.
                LongVector ends = signed.reinterpretAsInts()
                        .lanewise(VectorOperators.ASHR, 31)
                        .reinterpretAsLongs();
                even.add(ends.lanewise(VectorOperators.LSHL, 32)
                                .lanewise(VectorOperators.ASHR, 32)
                                .and(GOLDEN))
                        .intoArray(counter, i);
                odd.add(ends.lanewise(VectorOperators.ASHR, 32).and(GOLDEN)).intoArray(counter, i + LANES / 2);
                x.blend(x0, over).intoArray(position, i);
                v.blend(v0, over).intoArray(velocity, i);
                a.blend(a0, over).intoArray(angle, i);
                w.blend(w0, over).intoArray(spin, i);
                time.blend(0, over).intoArray(elapsed, i);
            }
        }
        sweep(signs, record, steps, bound, size());
    }
}
