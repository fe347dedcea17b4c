package dev.patchbay.qemu.ncsi;

import org.jspecify.annotations.Nullable;

/**
 * The card behind a port once a guest talks to it: packages, dispatch of commands, answers and
 * events.
 */
final class NcsiCard {
  /** NC-SI 1.1.0 as BCD with the unused halves 0xf (Get Version ID). */
  private static final int VERSION = 0xf1f1_f000;

  private static final String FIRMWARE_NAME = "patchbay";
  private static final int FIRMWARE_VERSION = 0x0001_0000;

  /**
   * Host driver status, flow control towards the guest, all multicasts, no hardware arbitration.
   */
  private static final int CAPABILITIES = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5;

  private static final int AEN_LINK_STATUS = 0;
  private static final int AEN_CONFIGURATION_REQUIRED = 1;
  private static final int AEN_HOST_DRIVER_STATUS = 2;

  final NcsiPackage[] packages;
  private final NcsiConfig config;
  private final NcsiOutput output;
  private final NcsiTraffic traffic;
  private final NcsiLink link;
  private final NcsiStatistics statistics;
  private final NcsiReply reply = new NcsiReply();
  private boolean hostDriver;
  private boolean used;
  private int previous = -1;

  NcsiCard(
      NcsiConfig config,
      NcsiOutput output,
      NcsiTraffic traffic,
      NcsiLink link,
      NcsiStatistics statistics) {
    this.config = config;
    this.output = output;
    this.traffic = traffic;
    this.link = link;
    this.statistics = statistics;
    packages = new NcsiPackage[config.packages()];
    for (int i = 0; i < packages.length; i++) {
      packages[i] = new NcsiPackage(i, config.channels());
      for (NcsiChannel channel : packages[i].channels) {
        channel.announcedStatus = status(channel);
      }
    }
  }

  /** The channel that a header names, or null. */
  @Nullable NcsiChannel channel(int wireId) {
    int packageId = wireId >> NcsiWire.PACKAGE_SHIFT;
    return packageId < packages.length
        ? packages[packageId].channel(wireId & NcsiWire.CHANNEL_MASK)
        : null;
  }

  /**
   * Answers one command whose header, lengths and checksum are right.
   *
   * @param packet offset of the control packet
   * @param length of its payload
   * @return whether an answer was sent
   */
  boolean execute(byte[] frame, int packet, int length) {
    int wireId = NcsiWire.u8(frame, packet + NcsiWire.AT_CHANNEL);
    int packageId = wireId >> NcsiWire.PACKAGE_SHIFT;
    if (packageId >= packages.length) {
      return absent(frame, packet, NcsiCode.PACKAGE_NOT_READY);
    }
    NcsiPackage target = packages[packageId];
    NcsiChannel channel = target.channel(wireId & NcsiWire.CHANNEL_MASK);
    NcsiCommand command = NcsiCommand.of(NcsiWire.u8(frame, packet + NcsiWire.AT_TYPE));
    count(frame, packet, channel);
    if (command != NcsiCommand.DESELECT_PACKAGE) {
      select(target);
    }
    if (command == null) {
      reply.begin(frame, packet);
      return refuse(channel, NcsiCode.UNKNOWN_COMMAND);
    }
    if (channel == null && !command.ofPackage()) {
      return absent(frame, packet, NcsiCode.CHANNEL_NOT_READY);
    }
    reply.begin(frame, packet);
    if (command.payload() != NcsiCommand.ANY_LENGTH && command.payload() != length) {
      return refuse(channel, NcsiCode.INVALID_LENGTH);
    }
    int at = packet + NcsiWire.HEADER;
    if (channel == null || command.ofPackage()) {
      packageCommand(command, target, frame, at);
      return send(channel, NcsiCode.COMPLETED);
    }
    return channelCommand(command, channel, frame, packet, length);
  }

  /**
   * Silence, as on a bus where nobody feels addressed, or a refusal that ends the guest's waiting.
   */
  private boolean absent(byte[] frame, int packet, int result) {
    if (config.profile() == NcsiProfile.STRICT) {
      statistics.unanswered++;
      return false;
    }
    reply.begin(frame, packet);
    return refuse(null, result);
  }

  private void count(byte[] frame, int packet, @Nullable NcsiChannel channel) {
    int type = NcsiWire.u8(frame, packet + NcsiWire.AT_TYPE);
    statistics.command(type);
    used = true;
    int identity = NcsiWire.u8(frame, packet + NcsiWire.AT_IID) << 16;
    identity |= type << 8 | NcsiWire.u8(frame, packet + NcsiWire.AT_CHANNEL);
    // A repetition is carried out again: every command has the same effect twice as once.
    if (identity == previous) {
      statistics.repeated++;
    }
    previous = identity;
    if (channel != null) {
      channel.commands++;
    }
  }

  /**
   * Every command but Deselect Package selects. Without hardware arbitration one package has the
   * bus, so the others lose it.
   */
  private void select(NcsiPackage target) {
    if (target.selected) {
      return;
    }
    for (NcsiPackage other : packages) {
      other.selected = other == target;
    }
  }

  private void packageCommand(NcsiCommand command, NcsiPackage target, byte[] frame, int at) {
    reply.result(NcsiCode.COMPLETED);
    switch (command) {
      case SELECT_PACKAGE -> target.hardwareArbitration = (frame[at + 3] & 1) == 0;
      case DESELECT_PACKAGE -> target.selected = false;
      case GET_PACKAGE_UUID -> {
        reply.put64(target.uuid(config).getMostSignificantBits());
        reply.put64(target.uuid(config).getLeastSignificantBits());
      }
      default -> reply.put32(0); // Get Package Status: no hardware arbitration
    }
  }

  private boolean channelCommand(
      NcsiCommand command, NcsiChannel channel, byte[] frame, int packet, int length) {
    int at = packet + NcsiWire.HEADER;
    if (command == NcsiCommand.OEM) {
      // Allowed before Clear Initial State: Linux asks multi-host Mellanox cards for their MAC
      // while it probes.
      return send(channel, NcsiOem.execute(config, channel, frame, at, length, reply));
    }
    if (channel.initial && alreadySo(command)) {
      reply.result(NcsiCode.COMPLETED);
      return send(channel, NcsiCode.COMPLETED);
    }
    if (channel.initial && command != NcsiCommand.CLEAR_INITIAL_STATE) {
      refuse(channel, NcsiCode.INITIALIZATION_REQUIRED);
      nudge(channel, NcsiWire.u8(frame, packet + NcsiWire.AT_MC_ID));
      return true;
    }
    if (query(command, channel)) {
      return send(channel, NcsiCode.COMPLETED);
    }
    int result = set(command, channel, frame, at);
    reply.result(result);
    send(channel, result);
    announce(channel);
    return true;
  }

  /**
   * Disabling what a channel in its Initial State has disabled anyway. DSP0222 refuses that too;
   * but Linux then goes on believing that transmission is enabled and never enables it again, so
   * profile fast agrees.
   */
  private boolean alreadySo(NcsiCommand command) {
    return config.profile() == NcsiProfile.FAST
        && (command == NcsiCommand.DISABLE_TX || command == NcsiCommand.DISABLE_CHANNEL);
  }

  /**
   * A guest goes on with a channel that lost its settings (the daemon was restarted): an enabled
   * event would have told it. Without one Linux finds out by six seconds of failed polling; profile
   * fast tells it once.
   */
  private void nudge(NcsiChannel channel, int mcId) {
    if (config.profile() == NcsiProfile.FAST && !channel.nudged) {
      channel.nudged = true;
      event(channel, mcId, AEN_CONFIGURATION_REQUIRED);
      emitEvent(channel);
    }
  }

  /** Commands that only set or do something. */
  private int set(NcsiCommand command, NcsiChannel channel, byte[] frame, int at) {
    switch (command) {
      case CLEAR_INITIAL_STATE -> channel.clearInitialState();
      case ENABLE_CHANNEL -> {
        channel.enabled = true;
        channel.allowLinkDown = false;
      }
      case DISABLE_CHANNEL -> {
        channel.enabled = false;
        channel.allowLinkDown = (frame[at + 3] & 1) != 0;
      }
      case RESET_CHANNEL -> channel.reset();
      case ENABLE_TX -> channel.transmit = true;
      case DISABLE_TX -> channel.transmit = false;
      case DISABLE_VLAN -> channel.vlanMode = 0;
      case DISABLE_BROADCAST_FILTER -> channel.disableBroadcastFilter();
      case DISABLE_MULTICAST_FILTER -> channel.disableMulticastFilter();
      case AEN_ENABLE -> {
        return channel.aenEnable(frame, at);
      }
      case SET_LINK -> {
        return setLink(channel, NcsiWire.u32(frame, at));
      }
      case SET_VLAN_FILTER -> {
        return channel.setVlanFilter(frame, at);
      }
      case ENABLE_VLAN -> {
        return channel.enableVlan(frame, at);
      }
      case SET_MAC_ADDRESS -> {
        return channel.setMacAddress(frame, at);
      }
      case ENABLE_BROADCAST_FILTER -> {
        return channel.enableBroadcastFilter(frame, at);
      }
      case ENABLE_MULTICAST_FILTER -> {
        return channel.enableMulticastFilter(frame, at);
      }
      case SET_FLOW_CONTROL -> {
        return channel.setFlowControl(frame, at);
      }
      default -> {
        return NcsiCode.UNKNOWN_COMMAND;
      }
    }
    return NcsiCode.COMPLETED;
  }

  private int setLink(NcsiChannel channel, int settings) {
    int result = link.check(settings);
    if (result == NcsiCode.COMPLETED) {
      channel.linkSettings = settings;
    }
    return result;
  }

  /** Writes the answer of a command that asks; false if it is none of these. */
  private boolean query(NcsiCommand command, NcsiChannel channel) {
    reply.result(NcsiCode.COMPLETED);
    switch (command) {
      case GET_LINK_STATUS -> linkStatus(channel);
      case GET_VERSION_ID -> version();
      case GET_CAPABILITIES -> capabilities();
      case GET_PARAMETERS -> channel.parameters(reply);
      case GET_PACKET_STATISTICS -> NcsiCounters.controller(traffic, reply);
      case GET_NCSI_STATISTICS -> channel.statistics(reply);
      case GET_PASS_THROUGH_STATISTICS -> NcsiCounters.passThrough(traffic, reply);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void linkStatus(NcsiChannel channel) {
    channel.announcedStatus = status(channel);
    reply.put32(channel.announcedStatus);
    reply.put32(hostDriver ? 1 : 0);
    reply.put32(0);
  }

  private void version() {
    NcsiVendor vendor = config.vendor();
    reply.put32(VERSION);
    reply.put32(0);
    reply.putText(FIRMWARE_NAME, 12);
    reply.put32(FIRMWARE_VERSION);
    reply.put16(vendor.pciDevice());
    reply.put16(vendor.pciVendor());
    reply.put16(0);
    reply.put16(vendor.pciVendor());
    reply.put32(vendor.iana());
  }

  /**
   * Counts are those of the tables that {@link NcsiChannel} really keeps: Linux sizes its own by
   * them.
   */
  private void capabilities() {
    reply.put32(CAPABILITIES);
    reply.put32(NcsiChannel.BROADCAST_ALL);
    reply.put32(NcsiChannel.MULTICAST_ALL);
    reply.put32(0);
    reply.put32(NcsiChannel.AEN_ALL);
    reply.put8(NcsiChannel.VLAN_FILTERS);
    reply.put8(0);
    reply.put8(NcsiChannel.MULTICAST_FILTERS);
    reply.put8(NcsiChannel.UNICAST_FILTERS);
    reply.put16(0);
    reply.put8(NcsiChannel.VLAN_MODES);
    reply.put8(config.channels());
  }

  private boolean refuse(@Nullable NcsiChannel channel, int result) {
    if (result == NcsiCode.UNKNOWN_COMMAND && channel != null) {
      channel.typeErrors++;
    }
    reply.result(result);
    return send(channel, result);
  }

  private boolean send(@Nullable NcsiChannel channel, int result) {
    statistics.answered++;
    if (result != NcsiCode.COMPLETED) {
      statistics.refused++;
    }
    if (channel != null) {
      channel.transmitted++;
    }
    int length = reply.finish();
    output.send(reply.buffer(), 0, length);
    return true;
  }

  /** Tells the guest of a changed link status where it wants to know. */
  private void announce(NcsiChannel channel) {
    int status = status(channel);
    if (status == channel.announcedStatus) {
      return;
    }
    channel.announcedStatus = status;
    if (mayEmit(channel, NcsiChannel.AEN_LINK)) {
      event(channel, channel.aenMcId, AEN_LINK_STATUS);
      reply.put32(status);
      reply.put32(0);
      emitEvent(channel);
    }
  }

  /** The port's link has changed. */
  void linkChanged() {
    for (NcsiPackage one : packages) {
      for (NcsiChannel channel : one.channels) {
        announce(channel);
      }
    }
  }

  /** One channel's cable is pulled or plugged. */
  void cable(NcsiChannel channel, boolean plugged) {
    channel.cable = plugged;
    announce(channel);
  }

  void hostDriver(boolean running) {
    if (running == hostDriver) {
      return;
    }
    hostDriver = running;
    for (NcsiPackage one : packages) {
      for (NcsiChannel channel : one.channels) {
        if (mayEmit(channel, NcsiChannel.AEN_HOST_DRIVER)) {
          event(channel, channel.aenMcId, AEN_HOST_DRIVER_STATUS);
          reply.put32(running ? 1 : 0);
          emitEvent(channel);
        }
      }
    }
  }

  /** All channels fall back to their Initial State; those that asked for it say so. */
  void reset() {
    for (NcsiPackage one : packages) {
      for (NcsiChannel channel : one.channels) {
        boolean tell = mayEmit(channel, NcsiChannel.AEN_CONFIGURATION);
        int mcId = channel.aenMcId;
        channel.reset();
        if (tell) {
          event(channel, mcId, AEN_CONFIGURATION_REQUIRED);
          emitEvent(channel);
        }
      }
    }
  }

  /** Whether any command has come since the card has power. */
  boolean used() {
    return used;
  }

  /** Takes over which cables are pulled; answers whether any is. */
  boolean cablesOf(NcsiCard other) {
    boolean pulled = false;
    for (int p = 0; p < packages.length; p++) {
      for (int c = 0; c < packages[p].channels.length; c++) {
        NcsiChannel channel = packages[p].channels[c];
        channel.cable = other.packages[p].channels[c].cable;
        channel.announcedStatus = status(channel);
        pulled |= !channel.cable;
      }
    }
    return pulled;
  }

  boolean configured() {
    for (NcsiPackage one : packages) {
      for (NcsiChannel channel : one.channels) {
        if (channel.enabled && channel.transmit) {
          return true;
        }
      }
    }
    return false;
  }

  /** Enable Channel opens the way of events too; a package without the bus sends none. */
  private boolean mayEmit(NcsiChannel channel, int kind) {
    return (channel.aenMask & kind) != 0
        && !channel.initial
        && channel.enabled
        && packages[channel.packageId].selected;
  }

  private void event(NcsiChannel channel, int mcId, int aenType) {
    reply.beginAen(mcId, channel.wireId(), aenType);
  }

  private void emitEvent(NcsiChannel channel) {
    channel.aens++;
    statistics.aens++;
    int length = reply.finish();
    output.send(reply.buffer(), 0, length);
  }

  private int status(NcsiChannel channel) {
    return link.status(channel.linkSettings, channel.cable);
  }
}
