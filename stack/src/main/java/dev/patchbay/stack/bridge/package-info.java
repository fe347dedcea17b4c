/**
 * The bridge (IEEE 802.1D and 802.1Q; Linux's {@code net/bridge}), itself a device with an address.
 *
 * <pre>
 *   NetDevice.receive of a port
 *     -&gt; BridgePort.receive      br_handle_frame: bad sources, 01:80:c2:00:00:0x
 *        -&gt; Bridge.input         br_handle_frame_finish: VLAN and port state, learn
 *           -&gt; Bridge.passUp     br_pass_frame_up: the appliance itself
 *           -&gt; Bridge.forward    br_forward: the port that ForwardingTable knows
 *           -&gt; Bridge.flood      br_flood: each port that shouldDeliver
 *              -&gt; BridgePort.send    __br_forward: tag off or on, NetDevice.transmit
 *   NetDevice.transmit of the bridge -&gt; Bridge.send    br_dev_xmit
 * </pre>
 *
 * <p>{@link dev.patchbay.stack.bridge.BridgePort} has what is set and known of one port, {@link
 * dev.patchbay.stack.bridge.PortFlag} its switches, {@link dev.patchbay.stack.bridge.VlanGroup} the
 * VLANs of a port or of the bridge itself. {@link dev.patchbay.stack.bridge.ForwardingTable} is the
 * array in which a frame's addresses are looked up; {@link dev.patchbay.stack.bridge.Fdb} changes
 * it for administration, {@link dev.patchbay.stack.bridge.BridgeVlans} does so with VLANs. What
 * Linux would answer with an error comes as {@link
 * dev.patchbay.stack.bridge.BridgeRefusedException}. A new switch of a port is a constant of {@code
 * PortFlag}, asked where the frame passes, and a word in {@code admin.bridge}.
 *
 * <p>{@link dev.patchbay.stack.bridge.SpanningTree} decides the states of the ports, with {@code
 * Bpdu} as its message and {@code StpPort} as what it knows of each port.
 *
 * <p>A frame to a group passes {@link dev.patchbay.stack.bridge.Snooping} before it is flooded:
 *
 * <pre>
 *   Bridge.input | Bridge.send
 *     -&gt; SnoopingInput.receive      br_multicast_rcv: SnoopedMessage says what it is
 *          report, leave            -&gt; MulticastGroup with a PortGroup for each port; SourceRecords
 *          query                    -&gt; Querier: who asks, and where routers are
 *     -&gt; Snooping.deliver           br_multicast_flood: to members and routers, or else Bridge.flood
 *   Querier's timers -&gt; QueryWriter -&gt; the ports, and ourselves
 * </pre>
 *
 * <p>{@link dev.patchbay.stack.bridge.MulticastSettings} has what is set, {@code GroupTable} the
 * groups, {@link dev.patchbay.stack.bridge.Mdb} is what administration sees of them. A new kind of
 * message is a constant of {@code SnoopedMessage.Kind}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.bridge;
