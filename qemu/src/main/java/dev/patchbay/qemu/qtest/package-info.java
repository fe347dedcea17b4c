/**
 * QEMU's qtest protocol: lines of text by which a test drives a machine's bus instead of its CPU.
 *
 * <p>{@link dev.patchbay.qemu.qtest.QtestClient} drives a QEMU that was started with {@code -qtest
 * unix:PATH} (QEMU connects, the client listens). {@link dev.patchbay.qemu.qtest.QtestServer} is
 * the other side with models of ours: a {@link dev.patchbay.qemu.qtest.QtestMachine} has RAM,
 * device buses at their addresses, interrupt lines and a virtual clock, and answers each line by
 * {@link dev.patchbay.qemu.qtest.QtestMachine#execute}.
 *
 * <p>The way of a command: line -&gt; {@code QtestMachine.execute} -&gt; RAM, or {@code DeviceBus}
 * of the region that holds the address -&gt; {@code OK …}. Interrupts that change meanwhile are
 * told by lines {@code IRQ raise N} before the answer, once {@code irq_intercept_in} or {@code
 * irq_intercept_out} has asked for them.
 *
 * <p>What a QEMU must be told: since 8.0 {@code irq_intercept_out} finds the interrupt of a device,
 * before only {@code irq_intercept_in} on the interrupt controller does. Debian's builds of 7.2
 * have no {@code -accel qtest}: there a guest that sleeps leaves the machine to us, with a clock
 * that runs by itself, so that {@code clock_step} is refused.
 *
 * <p>Not yet in the machine: port I/O ({@code inb} …) and {@code module_load}; they are answered by
 * {@code FAIL}, which is what QEMU answers to what it does not know. Reference: QEMU's {@code
 * docs/devel/testing/qtest.rst} and {@code system/qtest.c}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu.qtest;
