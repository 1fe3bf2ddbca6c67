package io.espalier.runtime;

import io.espalier.core.Rollout;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A checksum of what a block of steps holds; by it a block that is collected again is told from another. */
final class BlockDigest {
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private final CRC32C crc = new CRC32C();

    /** The CRC-32C of observations, actions, their log-probabilities, rewards and ends. */
    long of(Rollout rollout) {
        crc.reset();
        floats(rollout.observations);
        floats(rollout.actions);
        floats(rollout.logProbabilities);
        for (double reward : rollout.rewards) {
            room(Double.BYTES).putDouble(reward);
        }
        for (int row = 0; row < rollout.rows(); row++) {
            int ends = (rollout.terminated[row] ? 1 : 0)
                    | (rollout.truncated[row] ? 2 : 0)
                    | (rollout.discarded[row] ? 4 : 0);
            room(1).put((byte) ends);
        }
        flush();
        return crc.getValue();
    }

    private void floats(float[] values) {
        for (float value : values) {
            room(Float.BYTES).putFloat(value);
        }
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    private void flush() {
        crc.update(buffer.flip());
        buffer.clear();
    }
}
