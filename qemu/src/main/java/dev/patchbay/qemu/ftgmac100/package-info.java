/**
 * Faraday's FTGMAC100 at register level, as ASPEED's AST2400, AST2500 and AST2600 have it.
 * README.md beside this file has the registers and where QEMU differs.
 *
 * <p>{@link dev.patchbay.qemu.ftgmac100.Ftgmac100} decodes accesses by {@link
 * dev.patchbay.qemu.ftgmac100.Ftgmac100Registers} and owns the engines. The way of a frame out:
 *
 * <pre>
 *   write NPTXPD, HPTXPD or APTC's timer
 *     -&gt; Transmitter.poll   descriptor by descriptor into the frame buffer, OWN given back
 *     -&gt; Checksums.transmit, VLAN tag, FCS
 *     -&gt; Ftgmac100.send     counters, loopback -&gt; Wire; NcsiSideband takes 0x88F8 out
 *     -&gt; Mitigation         XPKT_ETH in ISR -&gt; Interrupts.update -&gt; InterruptLine
 * </pre>
 *
 * and in:
 *
 * <pre>
 *   WireEnd.receive -&gt; FifoReceiver.receive   lengths, FCS, pause frames, AddressFilter, Checksums, tag
 *     -&gt; ReceiveFifo   16 KiB; full: RPKT_LOST; PauseSender before that
 *     -&gt; FifoReceiver.poll   into the guest's buffers; none: NO_RXBUF, until RXPD or APTC's timer
 *     -&gt; Mitigation         RPKT_BUF in ISR
 * </pre>
 *
 * <p>Each access, frame and timer is a {@link dev.patchbay.qemu.ftgmac100.Turn} that bounds what
 * follows from it, in descriptors and in bytes; what is left goes on a millisecond later.
 *
 * <p>{@link dev.patchbay.qemu.ftgmac100.Profile} chooses whose behaviour it is; what QEMU does
 * otherwise is a {@link dev.patchbay.qemu.ftgmac100.Difference}, and its receive side a class of
 * its own. A further difference is a constant there, which names its source for the README; the
 * code asks for it by {@code Profile.has}, or, where QEMU goes another way altogether, by {@code
 * Profile.isQemu}.
 *
 * <p>Not yet: collisions (all links are full duplex, the counters of collisions stay 0),
 * wake-on-LAN (the registers are storage), half duplex back pressure, the AST2700's 64-bit rings.
 * ASPEED's three variants differ by nothing but what their configuration gives them: the AST2600's
 * PHYCR still reaches a PHY that is put there.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu.ftgmac100;
