package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;

/** What a tree of qdiscs knows of its device. On the loop. */
public interface QdiscDevice {
  /** Takes a packet whose turn has come. */
  void send(Packet packet);

  /** Takes a packet that goes no further, for the account of this device. */
  void drop(Packet packet, DropReason reason);

  /**
   * A place for filters of packets of this device.
   *
   * @param ingress whether of those that come in
   */
  FilterChain filters(boolean ingress);

  /** Fills in a partial checksum ({@code skb_checksum_help}). */
  void completeChecksum(Packet packet);

  /** Packets that a queue holds where it is not told otherwise ({@code tx_queue_len}). */
  int queueLength();

  /** Bytes of the link header with which its packets begin: 14, or 0. */
  int linkHeader();

  /** Longest frame in bytes, its link header included ({@code psched_mtu}). */
  int frameLength();
}
