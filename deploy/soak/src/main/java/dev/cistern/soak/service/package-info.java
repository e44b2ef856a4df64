/**
 * Long trials of all of Cistern from outside: many clients, and what must hold when they are done.
 */
@NullMarked
package dev.cistern.soak.service;

import org.jspecify.annotations.NullMarked;
