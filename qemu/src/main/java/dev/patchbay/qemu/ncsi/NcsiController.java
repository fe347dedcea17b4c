package dev.patchbay.qemu.ncsi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The NC-SI side of one port: takes the guest's commands, keeps what they set, answers, and sends
 * events when the port's link changes. To be used by one thread (the port's); takes no time and
 * holds no clock.
 *
 * <p>Nothing is allocated before the first command, and nothing per command after it.
 */
public final class NcsiController {
  private final NcsiConfig config;
  private final NcsiOutput output;
  private final NcsiListener listener;
  private final NcsiTraffic traffic;
  private final NcsiLink link = new NcsiLink();
  private final NcsiStatistics statistics = new NcsiStatistics();
  private boolean hostDriver;
  private boolean configured;
  private @Nullable NcsiCard card;

  /** A controller whose link is down, that tells nobody and has no traffic counters. */
  public NcsiController(NcsiConfig config, NcsiOutput output) {
    this(config, output, NcsiListener.NONE, NcsiTraffic.NONE);
  }

  /**
   * A controller whose link is down; {@link #link} sets it.
   *
   * @param output takes answers and events
   * @param listener is told when the guest has configured a channel, or no longer has one
   * @param traffic is asked when the guest wants statistics
   */
  public NcsiController(
      NcsiConfig config, NcsiOutput output, NcsiListener listener, NcsiTraffic traffic) {
    this.config = config;
    this.output = output;
    this.listener = listener;
    this.traffic = traffic;
  }

  /** What it was made with. */
  public NcsiConfig config() {
    return config;
  }

  /**
   * A frame of EtherType 0x88F8 from the guest. Whatever its bytes, it does not throw: what is
   * malformed is counted and dropped. The answer, if any, is sent before this returns.
   *
   * @param frame holds the Ethernet frame, without FCS; not kept
   * @param offset of its first byte
   * @param length in bytes
   * @return whether it was answered (refusals are answers)
   */
  public boolean receive(byte[] frame, int offset, int length) {
    statistics.frames++;
    if (config.profile() == NcsiProfile.OFF) {
      statistics.unanswered++;
      return false;
    }
    int payload = NcsiPacket.check(frame, offset, length);
    int packet = offset + NcsiWire.ETHERNET_HEADER;
    // Answers and events come from cards, not from guests; the answer to type 0x7f would look like
    // an event.
    if (payload < 0 || NcsiWire.u8(frame, packet + NcsiWire.AT_TYPE) >= NcsiWire.RESPONSE - 1) {
      statistics.malformed++;
      return false;
    }
    NcsiCard now = card();
    if (!NcsiPacket.checksumRight(frame, packet, payload)) {
      dropForChecksum(now, NcsiWire.u8(frame, packet + NcsiWire.AT_CHANNEL));
      return false;
    }
    boolean answered = now.execute(frame, packet, payload);
    tellIfChanged();
    return answered;
  }

  /** DSP0222: a command with a wrong checksum is dropped, not answered, and counted. */
  private void dropForChecksum(NcsiCard now, int wireId) {
    statistics.checksumErrors++;
    NcsiChannel channel = now.channel(wireId);
    if (channel != null) {
      channel.dropped++;
      channel.checksumErrors++;
    }
  }

  /**
   * The port's link goes up or down at the speed that it had (at first 1000 Mbit/s full duplex).
   */
  public void link(boolean up) {
    link(up, link.mbps(), link.fullDuplex());
  }

  /**
   * The port's link changes; a guest that asked for it gets a Link Status Change event for each of
   * its channels.
   *
   * @param mbps 10, 100, 1000, 2500, 10000, 20000, 25000, 40000, 50000 or 100000
   * @param fullDuplex half duplex exists up to 1000 Mbit/s
   * @throws IllegalArgumentException for another speed
   */
  public void link(boolean up, int mbps, boolean fullDuplex) {
    link.set(up, mbps, fullDuplex);
    NcsiCard now = card;
    if (now != null) {
      now.linkChanged();
    }
  }

  /** Whether the port's link is up. */
  public boolean linkUp() {
    return link.up();
  }

  /**
   * Pulls or plugs the cable of one channel while the port's link stays as it is, to try a guest's
   * failover.
   *
   * @throws IllegalArgumentException if there is no such channel
   */
  public void cable(int packageId, int channelId, boolean plugged) {
    boolean there =
        packageId >= 0
            && packageId < config.packages()
            && channelId >= 0
            && channelId < config.channels();
    NcsiChannel channel =
        there ? card().channel(packageId << NcsiWire.PACKAGE_SHIFT | channelId) : null;
    if (channel == null) {
      throw new IllegalArgumentException(
          "ncsi: no channel "
              + packageId
              + "."
              + channelId
              + ", expected package 0 to "
              + (config.packages() - 1)
              + " and channel 0 to "
              + (config.channels() - 1));
    }
    card().cable(channel, plugged);
  }

  /**
   * Shows the host's driver as running or not (at first it is not), with an event where it was
   * asked for.
   */
  public void hostDriver(boolean running) {
    hostDriver = running;
    NcsiCard now = card;
    if (now != null) {
      now.hostDriver(running);
    }
  }

  /**
   * The card resets by itself: all channels return to their Initial State, and a guest that asked
   * for it gets the event Configuration Required.
   */
  public void reset() {
    NcsiCard now = card;
    if (now != null) {
      now.reset();
      tellIfChanged();
    }
  }

  /**
   * The card loses its power with the guest (QEMU has gone): what the guest has set is forgotten,
   * without an event. Link, pulled cables, host driver and statistics stay.
   */
  public void powerCycle() {
    NcsiCard before = card;
    if (before != null) {
      NcsiCard after = newCard();
      card = after.cablesOf(before) ? after : null;
      tellIfChanged();
    }
  }

  /** Whether some channel is enabled and may transmit. */
  public boolean configured() {
    return configured;
  }

  /** All that there is to see, as immutable records. */
  public NcsiSnapshot snapshot() {
    NcsiCard known = card;
    NcsiCard now = known == null ? newCard() : known;
    List<NcsiSnapshot.Package> packages = new ArrayList<>();
    for (NcsiPackage one : now.packages) {
      packages.add(one.snapshot(link));
    }
    boolean hasMac = config.mac() != NcsiConfig.NO_MAC;
    return new NcsiSnapshot(
        config.profile().word(),
        config.vendor().word(),
        hasMac ? NcsiWire.mac(config.mac()) : null,
        now.used(),
        configured,
        hostDriver,
        List.copyOf(packages),
        statistics.snapshot());
  }

  private NcsiCard card() {
    NcsiCard now = card;
    if (now == null) {
      now = newCard();
      card = now;
    }
    return now;
  }

  private NcsiCard newCard() {
    NcsiCard made = new NcsiCard(config, output, traffic, link, statistics);
    made.hostDriver(hostDriver);
    return made;
  }

  private void tellIfChanged() {
    NcsiCard now = card;
    boolean is = now != null && now.configured();
    if (is != configured) {
      configured = is;
      listener.changed(is ? NcsiListener.Change.CONFIGURED : NcsiListener.Change.UNCONFIGURED);
    }
  }
}
