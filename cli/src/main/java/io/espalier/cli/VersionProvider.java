package io.espalier.cli;

import io.espalier.runtime.Provenance;
import picocli.CommandLine.IVersionProvider;

/** What {@code espalier --version} says. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "Espalier " + Provenance.version(),
            "JDK " + Runtime.version() + ", " + (Provenance.vector() ? "SIMD kernels" : "portable kernels")
        };
    }
}
