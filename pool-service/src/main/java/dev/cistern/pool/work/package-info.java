/** What the service does with each kind of operation on a pool. */
@NullMarked
package dev.cistern.pool.work;

import org.jspecify.annotations.NullMarked;
