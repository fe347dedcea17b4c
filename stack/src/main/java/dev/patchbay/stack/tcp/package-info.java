/**
 * TCP: RFC 9293 with RFC 6298 (timers), 7323 (window scaling, timestamps, PAWS), 5681 and 6582
 * (congestion control), 9438 and 9406 (CUBIC, HyStart++), 2018 and 2883 (SACK, D-SACK), 8985 (RACK
 * and tail-loss probes), 6937 (rate reduction), 3042 (limited transmit), 4015, 5682 and 3708
 * (needless retransmissions taken back), 6928 (initial window), 5961 (blind attacks), 6528 (initial
 * sequence numbers), 6056 (ports), 1191 and 8201 (path MTU), 4821 (black holes), 3168 (ECN), 6093
 * (urgent data), 6191 (reuse of TIME-WAIT).
 *
 * <h2>The way of a segment in</h2>
 *
 * <pre>
 *   TcpEngine.receive       SegmentCheck, flow table (one look-up for all three kinds of entries)
 *     TcpSocket   -> TcpInput.segment    short way: predicted -> TcpAck.process, SegmentText.inOrder
 *                                        else one method per step of section 3.10.7: SynSent, or
 *                                        first to fifth here, then SegmentText.process
 *                                        AckPolicy: whether and when it is answered by an ACK
 *     TimeWait    -> TimeWaitTable.segment
 *     IncomingSyn -> SynQueue.segment    a parked SYN
 *     nothing     -> ListenState.segment: TcpListener or the catch-all -> SynQueue.arrive
 *                    -> TcpAcceptor.onSyn
 * </pre>
 *
 * <h2>The end of the turn</h2>
 *
 * <p>Input, timers and users only change state and mark the socket. {@link
 * dev.patchbay.stack.tcp.TcpEngine}'s task at the end of the turn sends what has no socket ({@code
 * ControlSender}: RST, ACK of TIME-WAIT) and then, for each marked socket, tells the handler what
 * happened and sends what is due: {@code TcpOutput.flush} = retransmissions as {@code LossRecovery}
 * names them, new data, else an ACK. So a burst of segments brings one ACK and one {@code
 * onReadable}, several writes one packet, and nobody is ever re-entered, even where {@link
 * dev.patchbay.stack.tcp.SegmentOutput#send} leads back to {@code receive} at once. A loopback that
 * does so keeps the turn going for as long as both sides have something to say: let it wait for the
 * next turn.
 *
 * <h2>Where things are</h2>
 *
 * <ul>
 *   <li>{@code TcpSocket}: public face; its control block: {@code ControlBlock} what each segment
 *       touches, {@code ConnectionState} the rest. {@code Lifecycle}: opening, closing, ICMP, what
 *       happens once. {@code PathMtu}, {@code MtuSearch}: how long segments may be.
 *   <li>{@code TcpOutput}: what is sent and when; {@code SegmentBuilder}: how it looks.
 *   <li>{@code SendBuffer}: bytes written, in chunks; {@code Scoreboard}: one record per packet in
 *       flight with its fate and time. {@code Delivery}: what the ACK at hand says of them.
 *   <li>{@code LossRecovery}: the phases of a repair and how much may be sent meanwhile; {@code
 *       Rack}: what is lost, by time; {@code Undo}: whether it was; {@code Ecn}: marks (RFC 3168).
 *       {@code TcpTimers}: when. {@code DeliveryRate}: how fast, for {@code TCP_INFO}.
 *   <li>{@code CongestionControl}: {@code Cubic} (default) and {@code NewReno}, both with {@code
 *       SlowStart}. A new one is a class and a line in {@code CongestionControl.named}.
 *   <li>{@code ReceiveQueue}: packets in order as they came, early ones sorted, SACK blocks; {@code
 *       ReceiveWindow}: what is offered, when, and how the buffer grows.
 *   <li>{@code UrgentData}: where urgent bytes end, in both directions; they stay in line (RFC
 *       6093).
 *   <li>{@code FlowTable}: 4-tuples in flat arrays under SipHash; {@code TcpOptions}: parse and
 *       emit without allocation.
 * </ul>
 *
 * <p>Packets of up to 64 KiB go down with a segment size and are cut by the device; long ones come
 * up as well. Per packet nothing is allocated. A new option of a segment goes to {@code TcpOptions}
 * and {@code SegmentBuilder.build}, a new check into the step of {@code TcpInput} that the RFC
 * names.
 *
 * <h2>As Linux, not as the RFC's SHOULD</h2>
 *
 * <ul>
 *   <li>Minimum RTO 200 ms, delayed ACK 40 to 200 ms, TIME-WAIT 60 s, a burst brings one ACK, slow
 *       start counts all bytes that an ACK covers, the first ACKs of a connection are not delayed.
 *   <li>Nagle as Minshall changed it, and neither it nor a cork holds urgent data back; probes of a
 *       zero window and of keep-alive are empty segments at SND.UNA - 1.
 *   <li>An empty segment exactly at the right edge of the window is taken.
 *   <li>A segment without timestamp is taken where timestamps are in use; a RST in place ends
 *       TIME-WAIT.
 *   <li>Any ICMP error about the SYN ends the handshake; later ones only name the reason of a
 *       time-out.
 *   <li>{@code close} with unread data, and data after it, reset the peer.
 *   <li>A SYN is repeated for 127 s, not three minutes ({@link
 *       dev.patchbay.stack.tcp.TcpConfig#synRetries}).
 * </ul>
 *
 * <h2>Not as Linux</h2>
 *
 * <ul>
 *   <li>Pacing ({@code Pacer}) has the timer wheel's grain of a millisecond; Linux's has some 10
 *       us.
 *   <li>A SYN waits for its acceptor's word before anything is sent ({@link
 *       dev.patchbay.stack.tcp.IncomingSyn}); accepted ones are sockets at once, there are no
 *       request sockets. SYN cookies ({@code SynCookies}) are for listeners whose acceptor decides
 *       at once: a parked SYN has not been answered.
 *   <li>A FIN asked for in SYN-RECEIVED goes after the handshake (section 3.10.4 allows it), not
 *       before.
 *   <li>Text in a SYN without ACK is not kept (no TCP Fast Open); the peer sends it again.
 *   <li>{@code tcp_mtu_probing} is 1, Linux has 0: a time-out in a row with another makes segments
 *       shorter (MSS 1024, then 536; IPv6 1220). What is above is searched for from then on, and
 *       anew after ten minutes ({@code MtuSearch}). An MTU from ICMP ends after ten minutes, for
 *       each connection by itself.
 *   <li>The delivery rate counts bytes; Linux counts packets and takes each for a full one.
 *   <li>HyStart++ rather than HyStart; without SACK a repair is RFC 6582's, with F-RTO by what was
 *       sent only once.
 *   <li>Urgent data is in line for whoever uses {@code TcpSocket} itself; sockets take the last
 *       byte out of it ({@link dev.patchbay.stack.tcp.TcpSettings#urgentApart}).
 *   <li>{@code CurrEstab} counts every synchronized state; the timestamp clock always has its
 *       random offset.
 *   <li>The flow table grows at once (some ms at a million entries).
 * </ul>
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.tcp;
