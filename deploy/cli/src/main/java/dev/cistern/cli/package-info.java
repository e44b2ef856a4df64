/** The command line: virsh's verbs over Cistern's HTTP interface. */
@NullMarked
package dev.cistern.cli;

import org.jspecify.annotations.NullMarked;
