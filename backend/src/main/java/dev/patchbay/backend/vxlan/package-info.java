/**
 * The host's UDP sockets that carry VXLAN ({@code stack.vxlan}): one for each address and port that
 * devices which are up ask for, opened with the first and closed after the last of them.
 *
 * <pre>
 *   VxlanDevice.send -> VxlanSocket.send: gathered -> end of the turn: one sendmmsg(2)
 *   readable -> recvmmsg(2) -> a packet each -> stack.vxlan.VxlanSocket.received
 * </pre>
 *
 * <p>Datagrams leave from the port at which they are received, may be cut into fragments by the
 * host, and have checksums. What a full socket does not take waits in the gatherer, and is lost
 * beyond that; all is counted. Like any VXLAN it has no protection of its own: who can send to the
 * port and knows the network is on it.
 */
@NullMarked
package dev.patchbay.backend.vxlan;

import org.jspecify.annotations.NullMarked;
