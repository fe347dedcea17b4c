package dev.patchbay.backend.plug;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.PacketPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes the plugs of one loop, and holds what they share. All methods: the loop's thread. */
public final class Plugs implements AutoCloseable {
  final NettyLoop loop;
  final PacketPool pool;
  final PlugListener listener;
  final FrameObserver observer;
  final TurnShare share;
  final PlugBuffers buffers = new PlugBuffers();
  private final List<Plug> open = new ArrayList<>();

  /**
   * @param pool for frames from the guests
   * @param listener is told of machines that come and go
   * @param observer sees NC-SI
   */
  public Plugs(NettyLoop loop, PacketPool pool, PlugListener listener, FrameObserver observer) {
    this.loop = loop;
    this.share = new TurnShare(loop);
    this.pool = pool;
    this.listener = listener;
    this.observer = observer;
  }

  /**
   * Opens an attachment's socket or interface. A machine is not waited for: the port has no carrier
   * until it is there.
   *
   * @param port gets the cable, exclusively
   * @throws IOException naming the address and what is wrong: a path in use by a living process, no
   *     permission, a port that is taken, no such interface
   */
  public Plug open(Attachment attachment, PortDevice port) throws IOException {
    loop.enter();
    port.plug(null);
    Plug plug =
        switch (attachment.kind()) {
          case LISTEN -> new StreamPlug(this, attachment, port);
          case CONNECT -> new StreamPlug(this, attachment, port);
          case DGRAM -> new DgramPlug(this, attachment, port);
          case MCAST -> new DgramPlug(this, attachment, port);
          case TAP -> new TapPlug(this, attachment, port);
        };
    open.add(plug);
    return plug;
  }

  /**
   * Joins a TAP interface of the host that no attachment names.
   *
   * @param ifname 1 to 15 bytes
   * @param port gets it, exclusively
   * @throws IOException as {@link #open}
   */
  public Plug join(String ifname, PortDevice port) throws IOException {
    return open(Attachment.ofTap(ifname, port.name()), port);
  }

  void forget(Plug plug) {
    open.remove(plug);
  }

  /** The plugs that are open, in the order in which they were made. */
  public List<Plug> list() {
    return List.copyOf(open);
  }

  /** Closes all. */
  @Override
  public void close() {
    loop.enter();
    list().forEach(Plug::close);
    buffers.close();
  }

  /** What an address of the wrong kind is: the configuration lets none through. */
  static IllegalArgumentException wrongAddress(Attachment attachment, PlugAddress address) {
    return new IllegalArgumentException(
        attachment.kind().word() + " cannot have address " + address);
  }
}
