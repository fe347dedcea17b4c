/**
 * JMH benchmarks of the packet path, run by {@code mvn -Pbench}: they say what a change costs, as a
 * ratio of two runs on one machine. Whole-daemon throughput beside QEMU's own back ends is measured
 * by scripts (README of {@code backend}).
 *
 * <p>Where to add: a class of {@code @Benchmark} methods that return or consume what they compute,
 * one state object, no I/O but sockets made by itself.
 */
@NullMarked
package dev.patchbay.bench;

import org.jspecify.annotations.NullMarked;
