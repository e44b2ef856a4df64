/**
 * What the service does with each kind of operation on a volume, and with word from pool-service.
 */
@NullMarked
package dev.cistern.volume.work;

import org.jspecify.annotations.NullMarked;
