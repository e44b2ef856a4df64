/** The HTTP interface of pools, nodes and events. */
@NullMarked
package dev.cistern.pool.rest;

import org.jspecify.annotations.NullMarked;
