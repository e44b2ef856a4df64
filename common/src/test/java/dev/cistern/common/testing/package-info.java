/** What the tests of this module stand on: a PostgreSQL with a schema of its own for each test. */
@NullMarked
package dev.cistern.common.testing;

import org.jspecify.annotations.NullMarked;
