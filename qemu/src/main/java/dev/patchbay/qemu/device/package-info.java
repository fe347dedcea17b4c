/**
 * The bus on which device models stand, and registers as data.
 *
 * <p>A device model is a {@link dev.patchbay.qemu.device.DeviceBus} (its registers as the guest's
 * CPU reaches them) and, where it is a network card, a {@link dev.patchbay.qemu.device.WireEnd}
 * (where its cable comes in). It is made from what a board gives it, and knows nothing else:
 *
 * <pre>
 *   guest's CPU --&gt; DeviceBus.read/write --&gt; RegisterFile --&gt; RegisterActions of the model
 *   model       --&gt; GuestMemory            descriptors and buffers, by physical address
 *   model       --&gt; InterruptLine          level
 *   model       --&gt; DeviceClock            now, timers
 *   model      &lt;--&gt; Wire / WireEnd         frames out and in, carrier
 * </pre>
 *
 * <p>{@link dev.patchbay.qemu.device.RegisterTable} describes the registers once: name, offset,
 * reset value, what can be read, written, cleared by writing 1 and cleared by reading, and the
 * names of the bits. {@link dev.patchbay.qemu.device.RegisterFile} decodes accesses by it, {@link
 * dev.patchbay.qemu.device.RegisterTrace} prints them, {@link
 * dev.patchbay.qemu.device.RegisterTable#markdown} writes the documentation. A model adds only what
 * an access sets in motion ({@link dev.patchbay.qemu.device.RegisterActions}).
 *
 * <p>Rules for models, since the guest may be hostile: a descriptor is copied into private memory
 * once and read only there; an address outside the guest's memory is an error bit of the device,
 * never an exception; each access does a bounded amount of work, whatever the rings look like;
 * nothing is allocated per frame.
 *
 * <p>All of one device is used by one thread. Not yet: message-signalled interrupts, which a PCI
 * device will bring.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu.device;
