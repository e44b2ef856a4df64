/** What is fetched from volumes and delivered into them, over a worker's own port. */
@NullMarked
package dev.cistern.cli.transfer;

import org.jspecify.annotations.NullMarked;
