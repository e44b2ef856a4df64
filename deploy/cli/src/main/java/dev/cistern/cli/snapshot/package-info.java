/** The verbs on snapshots, named as virsh's. */
@NullMarked
package dev.cistern.cli.snapshot;

import org.jspecify.annotations.NullMarked;
