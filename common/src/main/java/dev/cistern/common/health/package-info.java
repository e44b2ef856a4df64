/** How the services of a process are: {@code /q/health}, in words. */
@NullMarked
package dev.cistern.common.health;

import org.jspecify.annotations.NullMarked;
