package dev.cistern.common.architecture.violations.util;

import jakarta.inject.Inject;

/** Is in a package without a purpose, and is given what it needs behind its back. */
public final class Things {
    @Inject String thing;
}
