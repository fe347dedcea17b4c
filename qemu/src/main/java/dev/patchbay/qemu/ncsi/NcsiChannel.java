package dev.patchbay.qemu.ncsi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One channel: what the guest has set, and the answers made of it. Setters answer a result of
 * {@link NcsiCode}; they take the frame and the offset of the command's payload in it.
 */
final class NcsiChannel {
  /** Unicast filters, numbers 1 to 4; the multicast ones follow as 5 to 8. */
  static final int UNICAST_FILTERS = 4;

  static final int MULTICAST_FILTERS = 4;
  private static final int MAC_FILTERS = UNICAST_FILTERS + MULTICAST_FILTERS;

  /** As many as Linux ever asks for (NCSI_MAX_VLAN_VIDS). */
  static final int VLAN_FILTERS = 15;

  static final int AEN_LINK = 1;
  static final int AEN_CONFIGURATION = 2;
  static final int AEN_HOST_DRIVER = 4;
  static final int AEN_ALL = AEN_LINK | AEN_CONFIGURATION | AEN_HOST_DRIVER;

  /** ARP, DHCP client, DHCP server, NetBIOS. */
  static final int BROADCAST_ALL = 0xf;

  /** Neighbour and router advertisement, DHCPv6 (two), MLD, neighbour solicitation. */
  static final int MULTICAST_ALL = 0x3f;

  /** VLAN only; VLAN and untagged; any VLAN and untagged. */
  static final int VLAN_MODES = 0x7;

  private static final int VLAN_ID = 0xfff;

  final int packageId;
  final int id;

  boolean initial = true;
  boolean enabled;
  boolean transmit;
  boolean allowLinkDown;
  int aenMask;
  int aenMcId;
  int linkSettings;
  int vlanMode;
  int flowControl;
  boolean broadcastFilter;
  int broadcastMask;
  boolean multicastFilter;
  int multicastMask;
  boolean keepPhy;

  /** Address of the controller that Mellanox's Set MC Affinity bound to this channel, or 0. */
  long affinity;

  /** False while this channel's own cable is pulled (the port's link may be up). */
  boolean cable = true;

  /** Link status word that the guest was last told or could have asked for. */
  int announcedStatus;

  /**
   * Whether a guest that goes on with a channel in its Initial State was already asked to configure
   * it.
   */
  boolean nudged;

  long commands;
  long dropped;
  long typeErrors;
  long checksumErrors;
  long transmitted;
  long aens;

  private final long[] macs = new long[MAC_FILTERS];
  private int macEnabled;
  private final int[] vlans = new int[VLAN_FILTERS];
  private int vlanEnabled;

  NcsiChannel(int packageId, int id) {
    this.packageId = packageId;
    this.id = id;
    reset();
  }

  /** Back to the Initial State with the defaults of DSP0222; counters and cable stay. */
  void reset() {
    initial = true;
    enabled = false;
    transmit = false;
    allowLinkDown = false;
    aenMask = 0;
    aenMcId = 0;
    linkSettings = NcsiLink.DEFAULT_SETTINGS;
    vlanMode = 0;
    flowControl = 0;
    broadcastFilter = false;
    broadcastMask = 0;
    multicastFilter = false;
    multicastMask = 0;
    keepPhy = false;
    affinity = 0;
    nudged = false;
    macEnabled = 0;
    Arrays.fill(macs, 0);
    vlanEnabled = 0;
    Arrays.fill(vlans, 0);
  }

  void clearInitialState() {
    initial = false;
    nudged = false;
  }

  /** The id as it stands in a header: package above channel. */
  int wireId() {
    return packageId << NcsiWire.PACKAGE_SHIFT | id;
  }

  int aenEnable(byte[] frame, int at) {
    int mask = NcsiWire.u32(frame, at + 4);
    if ((mask & ~AEN_ALL) != 0) {
      return NcsiCode.INVALID_PARAMETER;
    }
    aenMcId = NcsiWire.u8(frame, at + 3);
    aenMask = mask;
    return NcsiCode.COMPLETED;
  }

  int setVlanFilter(byte[] frame, int at) {
    int number = NcsiWire.u8(frame, at + 6);
    boolean enable = (frame[at + 7] & 1) != 0;
    int vlan = NcsiWire.u16(frame, at + 2) & VLAN_ID;
    if (number < 1 || number > VLAN_FILTERS) {
      return NcsiCode.INVALID_PARAMETER;
    }
    // Linux disables filters that it never set with VLAN id 0: only what is enabled must be a VLAN.
    if (enable && (vlan == 0 || vlan == VLAN_ID)) {
      return NcsiCode.VLAN_TAG_INVALID;
    }
    int bit = 1 << (number - 1);
    vlans[number - 1] = vlan;
    vlanEnabled = enable ? vlanEnabled | bit : vlanEnabled & ~bit;
    return NcsiCode.COMPLETED;
  }

  int enableVlan(byte[] frame, int at) {
    int mode = NcsiWire.u8(frame, at + 3);
    if (mode < 1 || mode > 3) {
      return NcsiCode.INVALID_PARAMETER;
    }
    vlanMode = mode;
    return NcsiCode.COMPLETED;
  }

  int setMacAddress(byte[] frame, int at) {
    long mac = NcsiWire.u48(frame, at);
    int number = NcsiWire.u8(frame, at + 6);
    int flags = NcsiWire.u8(frame, at + 7);
    boolean enable = (flags & 1) != 0;
    boolean multicast = number > UNICAST_FILTERS;
    if (number < 1 || number > MAC_FILTERS || flags >> 5 != (multicast ? 1 : 0)) {
      return NcsiCode.INVALID_PARAMETER;
    }
    if (enable && mac == 0) {
      return NcsiCode.MAC_ADDRESS_ZERO;
    }
    if (enable && multicast != ((mac & 0x0100_0000_0000L) != 0)) {
      return NcsiCode.INVALID_PARAMETER;
    }
    int bit = 1 << (number - 1);
    macs[number - 1] = mac;
    macEnabled = enable ? macEnabled | bit : macEnabled & ~bit;
    return NcsiCode.COMPLETED;
  }

  int enableBroadcastFilter(byte[] frame, int at) {
    int mask = NcsiWire.u32(frame, at);
    if ((mask & ~BROADCAST_ALL) != 0) {
      return NcsiCode.INVALID_PARAMETER;
    }
    broadcastFilter = true;
    broadcastMask = mask;
    return NcsiCode.COMPLETED;
  }

  void disableBroadcastFilter() {
    broadcastFilter = false;
    broadcastMask = 0;
  }

  int enableMulticastFilter(byte[] frame, int at) {
    int mask = NcsiWire.u32(frame, at);
    if ((mask & ~MULTICAST_ALL) != 0) {
      return NcsiCode.INVALID_PARAMETER;
    }
    multicastFilter = true;
    multicastMask = mask;
    return NcsiCode.COMPLETED;
  }

  void disableMulticastFilter() {
    multicastFilter = false;
    multicastMask = 0;
  }

  /**
   * Only the direction towards the guest: our buffer towards it is never full, so no PAUSE is owed;
   * PAUSE frames of the guest would not be obeyed, hence modes 2 and 3 are refused, as the
   * capabilities say.
   */
  int setFlowControl(byte[] frame, int at) {
    int mode = NcsiWire.u8(frame, at + 3);
    if (mode > 1) {
      return NcsiCode.INVALID_PARAMETER;
    }
    flowControl = mode;
    return NcsiCode.COMPLETED;
  }

  /** Payload of Get Parameters: 28 bytes, then all MAC and VLAN filters whether enabled or not. */
  void parameters(NcsiReply reply) {
    reply.put8(MAC_FILTERS);
    reply.put16(0);
    reply.put8(macEnabled);
    reply.put8(VLAN_FILTERS);
    reply.put8(0);
    reply.put16(vlanEnabled);
    reply.put32(linkSettings);
    reply.put32(broadcastMask);
    int flags = (broadcastFilter ? 1 : 0) | (enabled ? 2 : 0) | (transmit ? 4 : 0);
    reply.put32(flags | (multicastFilter ? 8 : 0));
    reply.put8(vlanMode);
    reply.put8(flowControl);
    reply.put16(0);
    reply.put32(aenMask);
    for (long mac : macs) {
      reply.putMac(mac);
    }
    for (int vlan : vlans) {
      reply.put16(vlan);
    }
  }

  /** Payload of Get NC-SI Statistics: 28 bytes. */
  void statistics(NcsiReply reply) {
    reply.put32((int) commands);
    reply.put32((int) dropped);
    reply.put32((int) typeErrors);
    reply.put32((int) checksumErrors);
    reply.put32((int) (commands + dropped));
    reply.put32((int) transmitted);
    reply.put32((int) aens);
  }

  NcsiSnapshot.Channel snapshot(int linkStatus) {
    List<NcsiSnapshot.MacFilter> macList = new ArrayList<>();
    for (int i = 0; i < MAC_FILTERS; i++) {
      if (macs[i] != 0) {
        boolean on = (macEnabled >> i & 1) != 0;
        macList.add(new NcsiSnapshot.MacFilter(i + 1, NcsiWire.mac(macs[i]), on));
      }
    }
    List<NcsiSnapshot.VlanFilter> vlanList = new ArrayList<>();
    for (int i = 0; i < VLAN_FILTERS; i++) {
      if (vlans[i] != 0) {
        vlanList.add(new NcsiSnapshot.VlanFilter(i + 1, vlans[i], (vlanEnabled >> i & 1) != 0));
      }
    }
    NcsiSnapshot.Filters filters =
        new NcsiSnapshot.Filters(
            List.copyOf(macList),
            List.copyOf(vlanList),
            vlanModeName(),
            NcsiSnapshot.namesOrNull(broadcastFilter ? broadcastMask : -1, NcsiSnapshot.BROADCAST),
            NcsiSnapshot.namesOrNull(multicastFilter ? multicastMask : -1, NcsiSnapshot.MULTICAST));
    return new NcsiSnapshot.Channel(
        id,
        initial,
        enabled,
        transmit,
        allowLinkDown,
        NcsiSnapshot.names(aenMask, NcsiSnapshot.AENS),
        aenMcId,
        flowControl == 1,
        keepPhy,
        affinity == 0 ? null : NcsiWire.mac(affinity),
        NcsiLink.describe(linkStatus),
        filters,
        new NcsiSnapshot.Counters(
            commands, dropped, typeErrors, checksumErrors, transmitted, aens));
  }

  private String vlanModeName() {
    return switch (vlanMode) {
      case 1 -> "vlan-only";
      case 2 -> "vlan-and-untagged";
      case 3 -> "any-vlan-and-untagged";
      default -> "off";
    };
  }
}
