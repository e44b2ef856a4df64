/** Encryption of sectors, and the LUKS header that keeps their key. */
@NullMarked
package dev.cistern.image.crypto;

import org.jspecify.annotations.NullMarked;
