package io.espalier.core;

/**
 * Unwinds a simulator whose episode nobody wants any more: its environment was reset in mid-episode, or closed. It is an
 * {@link Error} so that simulators do not catch it by accident; {@code finally} blocks run as usual.
 */
public final class SimulationCancelled extends Error {
    SimulationCancelled() {
        super("The environment was reset or closed in mid-episode.", null, false, false);
    }
}
