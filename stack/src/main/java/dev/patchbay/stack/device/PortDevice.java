package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/**
 * The appliance's end of a guest's cable. What the stack sends goes to the {@link Plug} that is
 * plugged in; what the plug reads from the guest goes to {@link #receive}.
 */
public final class PortDevice extends NetDevice {
  /** The kind of those that lead to a TAP interface of the host, as Linux names it. */
  public static final String TAP = "tun";

  /** What carries frames between the appliance and one guest. */
  public interface Plug {
    /**
     * Takes a frame for the guest. Partial checksums and segmentation are still to be done: {@link
     * Segmenter} writes finished frames into the plug's buffer.
     */
    void send(Packet packet);
  }

  /** Who tells the guest that its cable was pulled or plugged. On the loop. */
  @FunctionalInterface
  public interface CarrierControl {
    /** The cable was pulled, or (false) plugged in again; asked for once each time. */
    void pulled(boolean pulled);
  }

  private @Nullable Plug plug;
  private @Nullable CarrierControl control;
  private boolean pulled;

  /** The host's interface, or null for a guest's cable. */
  private @Nullable String tap;

  private @Nullable Runnable leave;

  public PortDevice(int index, String name, long mac, int mtu) {
    super(index, name, Kind.ETHER, mac, mtu);
    attributes().minMtu = 68;
    attributes().maxMtu = 65520;
    attributes().state = OperState.UP;
  }

  /**
   * A port for a TAP interface of the host, which words make and take away.
   *
   * @param interfaceName the host's name of it
   */
  public static PortDevice forTap(int index, String name, long mac, String interfaceName) {
    PortDevice made = new PortDevice(index, name, mac, 1500);
    made.tap = interfaceName;
    return made;
  }

  /** The host's interface to which it leads, or null for a guest's cable. */
  public @Nullable String tap() {
    return tap;
  }

  /** Sets what leaves the host's interface when the port goes for good. */
  public void onLeave(Runnable value) {
    leave = value;
  }

  @Override
  public @Nullable String type() {
    return tap == null ? null : TAP;
  }

  @Override
  public void removing() {
    super.removing();
    Runnable last = leave;
    leave = null;
    if (last != null) {
      last.run();
    }
  }

  /** Plugs a cable in, or (null) out. */
  public void plug(@Nullable Plug value) {
    plug = value;
    carrier(value != null && !pulled);
  }

  /** Lets an administrator pull the guest's cable ({@code ip link set … carrier off}). */
  public void control(CarrierControl by) {
    control = by;
  }

  /** Whether an administrator has pulled the guest's cable: no frame passes. */
  public boolean isPulled() {
    return pulled;
  }

  @Override
  public boolean setsCarrier() {
    return control != null;
  }

  /** Pulls the guest's cable, or plugs it in again. */
  @Override
  public void wantCarrier(boolean value) {
    CarrierControl by = control;
    if (pulled == !value || by == null) {
      return;
    }
    pulled = !value;
    carrier(plug != null && !pulled);
    by.pulled(pulled);
  }

  @Override
  protected boolean isCable() {
    return true;
  }

  @Override
  public int features() {
    return FEATURE_TSO | FEATURE_CSUM;
  }

  @Override
  protected void send(Packet packet) {
    Plug target = plug;
    if (target == null || pulled) {
      statistics.txDropped++;
      packet.device = this;
      packet.drop(DropReason.PORT_DETACHED);
      return;
    }
    target.send(packet);
  }
}
