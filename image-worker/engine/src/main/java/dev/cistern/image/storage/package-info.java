/** Where bytes live: folders and files of Linux, opened by descriptor. */
@NullMarked
package dev.cistern.image.storage;

import org.jspecify.annotations.NullMarked;
