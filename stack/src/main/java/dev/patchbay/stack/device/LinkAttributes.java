package dev.patchbay.stack.device;

/**
 * What an administrator sets of a device and no packet needs ({@code struct net_device}'s cold
 * part). Plain fields, changed on the loop by {@code Links} and the device itself.
 */
public final class LinkAttributes {
  /** Where an Ethernet address comes from ({@code addr_assign_type}). */
  public enum AddressOrigin {
    PERMANENT,
    RANDOM,
    /** The lower device's, which it follows. */
    STOLEN,
    SET
  }

  /** A note of the administrator ({@code ifalias}), empty for none; at most 255 bytes. */
  public String alias = "";

  /** The group of devices that it belongs to, a number; 0 is {@code default}. */
  public int group;

  /** Packets that a queue before it holds where it is not told otherwise. */
  public int queueLength = 1000;

  /** The least MTU, 0 to 65535. */
  public int minMtu;

  /** The largest MTU, 0 for any. */
  public int maxMtu;

  /** Bytes of a packet that is handed down to be cut ({@code tso_max_size}). */
  public int tsoMaxSize = 65536;

  /** Asks for no neighbours (IFF_NOARP). */
  public boolean noArp;

  /** Whether frames that come in together may be merged ({@code NETIF_F_GRO}). */
  public boolean mergesReceived = true;

  /** IFF_MULTICAST. */
  public boolean multicast;

  /** IFF_DYNAMIC: a mark without effect, as on Linux. */
  public boolean dynamic;

  /** IFF_NOTRAILERS: a mark without effect, as on Linux. */
  public boolean noTrailers;

  /** Wanted by the administrator (IFF_PROMISC in {@code gflags}). */
  public boolean promiscuous;

  /** Wanted by the administrator (IFF_ALLMULTI in {@code gflags}). */
  public boolean allMulticast;

  /** Whether it comes up dormant ({@code IF_LINK_MODE_DORMANT}). */
  public boolean dormantMode;

  /** The Ethernet address of all stations. */
  public long broadcast;

  public AddressOrigin addressOrigin = AddressOrigin.PERMANENT;

  /** How often the carrier came or went. */
  public long carrierChanges;

  /**
   * Belongs to the appliance itself: its name is known elsewhere, so that it is neither renamed nor
   * deleted.
   */
  public boolean permanent;

  boolean wasUp;
  OperState state = OperState.UNKNOWN;

  /** The operational state as it would be of a device that is up. */
  public OperState state() {
    return state;
  }

  /** Whether it was ever up: from then on it has a qdisc. */
  public boolean wasUp() {
    return wasUp;
  }
}
