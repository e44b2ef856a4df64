/**
 * The partners of a service under test, played on the real topics: workers, the other service, and
 * whoever subscribes to the public events.
 */
@NullMarked
package dev.cistern.partner;

import org.jspecify.annotations.NullMarked;
