package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.device.NetDevice;
import org.jspecify.annotations.Nullable;

/** A device has a name, or a name with that beginning, or has not. */
public final class DeviceCondition extends Condition {
  /** Which of the packet's devices is asked. */
  public enum Side {
    IN,
    OUT,
    PHYSICAL_IN,
    PHYSICAL_OUT
  }

  private final Side side;
  private final String name;
  private final boolean beginning;
  private final boolean inverted;

  /**
   * A condition.
   *
   * @param beginning what starts with {@code name} fits ({@code eth+})
   * @param inverted holds for other devices, and where there is none
   */
  public DeviceCondition(Side side, String name, boolean beginning, boolean inverted) {
    this.side = side;
    this.name = name;
    this.beginning = beginning;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    NetDevice device = device(p);
    boolean is =
        device == null
            ? beginning && name.isEmpty()
            : beginning ? device.name().startsWith(name) : device.name().equals(name);
    return is != inverted;
  }

  private @Nullable NetDevice device(PacketFields p) {
    return switch (side) {
      case IN -> p.in;
      case OUT -> p.out;
      case PHYSICAL_IN -> p.physicalIn;
      case PHYSICAL_OUT -> p.physicalOut;
    };
  }

  @Override
  public void constrain(IndexKey key) {
    if (inverted || beginning) {
      return;
    }
    if (side == Side.IN) {
      key.in = name;
    } else if (side == Side.OUT) {
      key.out = name;
    }
  }
}
