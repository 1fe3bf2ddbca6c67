package io.espalier.runtime.workers;

/** What workers and those who employ them tell each other; {@link MessageFormat} writes and reads it. */
public sealed interface Message permits Command, PolicyUpdate, Experience {}
