package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.VlanTag;
import org.jspecify.annotations.Nullable;

/** Puts a VLAN tag on, takes it off or changes it ({@code act_vlan.c}). */
public final class VlanAction extends Action {
  /** What it does. */
  public enum Operation {
    POP,
    PUSH,
    MODIFY
  }

  private static final int PRIORITY_SHIFT = 13;
  private static final int PRIORITY_MASK = 7 << PRIORITY_SHIFT;

  private final Operation operation;
  private final int protocol;
  private final int id;
  private final @Nullable Integer priority;
  private final int keptBits;
  private final int newBits;

  /**
   * @param control a {@link Verdict}
   * @param protocol EtherType of the tag
   * @param id VLAN id, 0 to 4095
   * @param priority 0 to 7; null where it stays, or is 0 in a new tag
   */
  public VlanAction(
      int control, Operation operation, int protocol, int id, @Nullable Integer priority) {
    super(control);
    this.operation = operation;
    this.protocol = protocol;
    this.id = id;
    this.priority = priority;
    keptBits = ~(VlanTag.ID_MASK | (priority == null ? 0 : PRIORITY_MASK));
    newBits = id | (priority == null ? 0 : priority << PRIORITY_SHIFT);
  }

  @Override
  public String kind() {
    return "vlan";
  }

  public Operation operation() {
    return operation;
  }

  /** EtherType of the tag. */
  public int protocol() {
    return protocol;
  }

  /** VLAN id. */
  public int id() {
    return id;
  }

  /** 0 to 7, or null where it stays. */
  public @Nullable Integer priority() {
    return priority;
  }

  @Override
  int run(Packet packet, FilterChain chain) {
    if (!chain.device().isEthernet()) {
      return failed();
    }
    switch (operation) {
      case POP -> pop(packet);
      case PUSH -> {
        // a tag that is there already becomes the inner one, in the bytes
        if (!VlanTag.putIn(packet)) {
          return failed();
        }
        VlanTag.findNetwork(packet);
        VlanTag.set(packet, protocol, newBits);
      }
      default -> {
        if (!VlanTag.takeOff(packet)) {
          return failed();
        }
        if (packet.vlanProtocol != 0) {
          VlanTag.set(packet, protocol, packet.vlanTci & keptBits | newBits);
        }
      }
    }
    return control();
  }

  /** Takes the outer tag off; the inner one is beside the bytes then. */
  private static void pop(Packet packet) {
    if (packet.vlanProtocol == 0) {
      VlanTag.takeOff(packet);
    }
    if (packet.vlanProtocol != 0) {
      VlanTag.clear(packet);
      VlanTag.takeOff(packet);
    }
  }

  private int failed() {
    drops++;
    return Verdict.SHOT;
  }
}
