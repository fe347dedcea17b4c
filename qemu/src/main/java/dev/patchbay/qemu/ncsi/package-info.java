/**
 * NC-SI (DMTF DSP0222 1.1): the sideband of a network card, as a BMC's driver finds it behind the
 * cable of its FTGMAC100.
 *
 * <p>QEMU's NIC does not answer NC-SI; frames of EtherType 0x88F8 come out of the netdev like any
 * other and are answered here. The way of a command:
 *
 * <pre>
 *   port -> NcsiController.receive       header, revision, lengths, checksum; absent packages (profile)
 *        -> NcsiCard                     package and channel, Initial State, dispatch by command type
 *        -> NcsiChannel / NcsiOem        state, answer's payload
 *        -> NcsiReply.finish             length, padding, checksum -> NcsiOutput.send -> guest
 * </pre>
 *
 * <p>Events of the port go the other way: {@code NcsiController.link} -> {@code NcsiChannel} (is
 * the AEN enabled, the channel out of its Initial State, its package selected) -> {@code
 * NcsiOutput}.
 *
 * <p>Nothing here has a thread, a clock or I/O; nothing is allocated before the first NC-SI frame,
 * and nothing per frame after it. A new command is a constant in {@link
 * dev.patchbay.qemu.ncsi.NcsiCommand} and a case in {@code NcsiCard}; a vendor's command goes into
 * {@code NcsiOem}. The lines that Linux prints are listed in README.md beside this file.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu.ncsi;
