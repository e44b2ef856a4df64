/** Tests of what the benchmark computes and of the requests it makes. */
@NullMarked
package dev.cistern.bench.service;

import org.jspecify.annotations.NullMarked;
