@NullMarked
package dev.cistern.pool.rest;

import org.jspecify.annotations.NullMarked;
