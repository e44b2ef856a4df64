/** XML from outside. */
@NullMarked
package dev.cistern.common.xml;

import org.jspecify.annotations.NullMarked;
