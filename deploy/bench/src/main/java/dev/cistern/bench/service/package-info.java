/** Benchmarks of running services, from outside: HTTP, Kafka, SQL for large inventories, /proc. */
@NullMarked
package dev.cistern.bench.service;

import org.jspecify.annotations.NullMarked;
