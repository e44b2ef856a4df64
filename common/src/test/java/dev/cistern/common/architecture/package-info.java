/** The rules of the house as tests, for every module. */
@NullMarked
package dev.cistern.common.architecture;

import org.jspecify.annotations.NullMarked;
