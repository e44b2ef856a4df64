/** Classes that break the rules of the house, to see that it is noticed. */
@NullMarked
package dev.cistern.common.architecture.violations;

import org.jspecify.annotations.NullMarked;
