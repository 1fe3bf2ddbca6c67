package io.espalier.core;

import java.util.List;

/** Offers environments by name; found through {@link java.util.ServiceLoader}. */
public interface EnvironmentProvider {
    /** What is offered. */
    List<EnvironmentSpec> environments();
}
