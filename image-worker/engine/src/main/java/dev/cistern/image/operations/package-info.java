/** What is done with whole images of any format: copying, converting, comparing, measuring. */
@NullMarked
package dev.cistern.image.operations;

import org.jspecify.annotations.NullMarked;
