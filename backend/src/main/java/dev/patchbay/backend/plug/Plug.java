package dev.patchbay.backend.plug;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.MacAddress;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.sys.NativeBuffer;
import dev.patchbay.qemu.ncsi.NcsiConfig;
import dev.patchbay.qemu.ncsi.NcsiController;
import dev.patchbay.qemu.ncsi.NcsiListener;
import dev.patchbay.qemu.ncsi.NcsiProfile;
import dev.patchbay.qemu.ncsi.NcsiTraffic;
import dev.patchbay.qemu.ncsi.NcsiVendor;
import dev.patchbay.stack.device.DeviceStatistics;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.ReceiveOffload;
import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.MemoryShare;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One guest's cable: the common part of its kinds. Frames from the guest go through {@link
 * #deliver}, frames to it are gathered by {@link #send} and written by {@link #flush} at the end of
 * the turn. All methods: the loop's thread.
 */
public abstract class Plug implements PortDevice.Plug {
  /** EtherType of NC-SI (DSP0222 section 8.1). */
  static final int ETHERTYPE_NCSI = 0x88f8;

  private static final Logger LOG = LogManager.getLogger(Plug.class);
  private static final int ETHERNET_HEADER = 14;
  private static final int GATHER_BYTES = 512 * 1024;

  final Plugs context;
  final NettyLoop loop;
  final Attachment attachment;
  final PortDevice port;
  final FrameGather gather = new FrameGather(GATHER_BYTES);
  final PlugStatistics statistics = new PlugStatistics();
  private final MemoryShare share;
  private final TurnTask flushTask = TurnTask.of(this::flush);
  private final @Nullable NcsiController ncsi;
  private boolean attached;
  private boolean closed;

  Plug(Plugs context, Attachment attachment, PortDevice port) {
    this.context = context;
    this.loop = context.loop;
    this.attachment = attachment;
    this.port = port;
    this.share = context.pool.newShare();
    this.ncsi = newController();
  }

  private @Nullable NcsiController newController() {
    NcsiProfile profile = NcsiProfile.of(attachment.ncsi().profile().word());
    if (profile == NcsiProfile.OFF) {
      return null;
    }
    MacAddress mac = attachment.mac();
    NcsiConfig config =
        new NcsiConfig(
            profile,
            attachment.ncsi().packages(),
            attachment.ncsi().channels(),
            NcsiVendor.of(attachment.ncsi().vendor().word()),
            mac == null ? NcsiConfig.NO_MAC : mac.value());
    return new NcsiController(
        config,
        this::sendNcsi,
        what -> context.listener.ncsi(this, what == NcsiListener.Change.CONFIGURED),
        this::traffic);
  }

  /** The port's name. */
  public final String name() {
    return port.name();
  }

  /** What it was made from. */
  public final Attachment attachment() {
    return attachment;
  }

  /** The appliance's end. */
  public final PortDevice port() {
    return port;
  }

  /** The address as it was bound, for the {@code ready} line: a port 0 is resolved. */
  public abstract String address();

  /** Whether a machine is there, as far as this kind of cable can tell. */
  public final boolean attached() {
    return attached;
  }

  /** Whether the machine reads nothing although frames lie before it ({@link StallWatch}). */
  public boolean stalled() {
    return false;
  }

  /** Frames that the guest has sent so far, NC-SI included. */
  public final long framesFromGuest() {
    return port.statistics.rxPackets + statistics.ncsiReceived;
  }

  final void stallBegins() {
    statistics.stalls++;
    context.listener.stalled(this);
  }

  /** Counters. */
  public final PlugStatistics statistics() {
    return statistics;
  }

  /** The port's account of packet memory. */
  public final MemoryShare memory() {
    return share;
  }

  /** The NC-SI side of the port, whose link follows the attachment; null with {@code ncsi=off}. */
  public final @Nullable NcsiController ncsi() {
    return ncsi;
  }

  /**
   * Sends what waits as far as it goes at once, reads the input to its end, lets the machine go and
   * frees all.
   */
  public final void close() {
    if (!closed) {
      closed = true;
      shut();
      detach("closed");
      share.close();
      context.forget(this);
    }
  }

  final boolean isClosed() {
    return closed;
  }

  /** The end of {@link #close} that belongs to the kind. */
  abstract void shut();

  /** Writes what was gathered, as far as it goes without waiting. */
  abstract void flush();

  /** Puts the cable into the port. */
  final void attach() {
    if (attached) {
      return;
    }
    attached = true;
    statistics.attachments++;
    port.plug(this);
    if (ncsi != null) {
      ncsi.link(!port.isPulled());
    }
    context.listener.attached(this);
  }

  /** Pulls it out; what waits for the guest is dropped. */
  final void detach(String reason) {
    gather.clear(DropReason.PORT_DETACHED);
    if (!attached) {
      return;
    }
    attached = false;
    port.plug(null);
    if (ncsi != null) {
      ncsi.link(false);
      ncsi.powerCycle();
    }
    context.listener.detached(this, reason);
  }

  @Override
  public final void send(Packet packet) {
    packet.device = port;
    if (packet.vlanProtocol == 0
        && packet.length() >= ETHERNET_HEADER
        && Bytes.u16(packet.data, packet.head + 12) == ETHERTYPE_NCSI) {
      // NC-SI ends at the port: none comes from elsewhere
      port.statistics.txDropped++;
      packet.drop(ncsi == null ? DropReason.NCSI_OFF : DropReason.INVALID_PROTO);
      return;
    }
    if (!gather.add(packet)) {
      port.statistics.txDropped++;
    }
    loop.atFlush(flushTask);
  }

  /** Asks for a flush in this turn. */
  final void flushLater() {
    loop.atFlush(flushTask);
  }

  /** Counts frames that found no room after all. */
  final void countRefused() {
    long refused = gather.takeRefused();
    if (refused > 0) {
      port.statistics.txDropped += refused;
      for (long i = 0; i < refused; i++) {
        port.statistics.dropped(DropReason.PORT_BACKLOG);
      }
    }
  }

  /**
   * A frame from the guest, in native memory.
   *
   * @param length in bytes, at most {@link FrameParser#MAX_FRAME}
   */
  final void deliver(NativeBuffer from, int at, int length) {
    Packet packet = packetFor(length);
    if (packet != null) {
      from.copyTo(at, packet.data, packet.append(length), length);
      received(packet);
    }
  }

  /** A frame from the guest in an array; else as {@link #deliver(NativeBuffer, int, int)}. */
  final void deliver(byte[] from, int at, int length) {
    Packet packet = packetFor(length);
    if (packet != null) {
      System.arraycopy(from, at, packet.data, packet.append(length), length);
      received(packet);
    }
  }

  /** Frames from the guest that have become one packet. */
  final void deliver(ReceiveOffload merged) {
    Packet packet = context.pool.acquire(merged.length(), share);
    if (packet == null) {
      refused(merged.frames());
      return;
    }
    statistics.merged += merged.frames();
    merged.write(packet);
    received(packet);
  }

  private @Nullable Packet packetFor(int length) {
    return tooShort(length) ? null : acquire(length);
  }

  /** Whether it is no Ethernet frame; then it is counted. */
  final boolean tooShort(int length) {
    if (length >= ETHERNET_HEADER) {
      return false;
    }
    statistics.shortFrames++;
    port.statistics.rxErrors++;
    port.statistics.dropped(DropReason.PKT_TOO_SMALL);
    return true;
  }

  /** A packet for a frame from the guest; null where memory is used up, which is counted. */
  final @Nullable Packet acquire(int length) {
    Packet packet = context.pool.acquire(length, share);
    if (packet == null) {
      refused(1);
    }
    return packet;
  }

  private void refused(int frames) {
    port.statistics.rxDropped += frames;
    for (int i = 0; i < frames; i++) {
      port.statistics.dropped(DropReason.NOMEM);
    }
  }

  /** Takes a frame from the guest to NC-SI or into the port. */
  final void received(Packet packet) {
    packet.time = loop.now();
    try {
      if (Bytes.u16(packet.data, packet.head + 12) == ETHERTYPE_NCSI) {
        receivedNcsi(packet);
      } else if (port.isPulled()) {
        packet.device = port;
        port.statistics.rxDropped++;
        packet.drop(DropReason.PORT_DETACHED);
      } else {
        port.receive(packet);
      }
    } catch (RuntimeException e) {
      // a defect in the stack costs this frame and not the guest's connection
      if (statistics.failures++ == 0) {
        LOG.error(
            "defect: {}: a frame's processing failed, further ones are only counted", name(), e);
      }
    }
  }

  /** The guest's cable was pulled or plugged at our end: an NC-SI guest is told by its card. */
  public final void cable(boolean plugged) {
    if (ncsi != null) {
      ncsi.link(attached && plugged);
    }
  }

  private void receivedNcsi(Packet packet) {
    statistics.ncsiReceived++;
    NcsiController controller = ncsi;
    if (controller == null) {
      packet.device = port;
      port.statistics.rxDropped++;
      packet.drop(DropReason.NCSI_OFF);
      return;
    }
    context.observer.seen(port, packet.data, packet.head, packet.length(), true);
    controller.receive(packet.data, packet.head, packet.length());
    packet.release();
  }

  private void sendNcsi(byte[] buffer, int offset, int length) {
    if (!attached) {
      return;
    }
    context.observer.seen(port, buffer, offset, length, false);
    if (gather.addFrame(buffer, offset, length)) {
      statistics.ncsiSent++;
      flushLater();
    } else {
      port.statistics.txDropped++;
      port.statistics.dropped(DropReason.PORT_BACKLOG);
    }
  }

  private long traffic(NcsiTraffic.Counter counter) {
    DeviceStatistics s = port.statistics;
    return switch (counter) {
      case BYTES_TO_GUEST -> s.txBytes;
      case BYTES_FROM_GUEST -> s.rxBytes;
      case FRAMES_TO_GUEST -> s.txPackets;
      case FRAMES_FROM_GUEST -> s.rxPackets;
      case DROPPED_TO_GUEST -> s.txDropped;
      case DROPPED_FROM_GUEST -> s.rxDropped;
      default -> -1;
    };
  }

  @Override
  public String toString() {
    return name() + " " + attachment.kind().word() + " " + address();
  }
}
