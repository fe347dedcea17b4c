package dev.patchbay.stack.classifier;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Leads a packet, or a copy of it, to another device of the namespace: to be sent by it, or as if
 * it came in by it ({@code act_mirred.c}).
 */
public final class MirredAction extends Action {
  private final boolean ingress;
  private final boolean redirects;
  private @Nullable NetDevice target;

  /**
   * @param control a {@link Verdict}: what becomes of a packet that was copied
   * @param ingress whether it comes in by the target; otherwise it is sent by it
   * @param redirects whether the packet itself goes there, not a copy
   */
  public MirredAction(int control, boolean ingress, boolean redirects, NetDevice target) {
    super(control);
    this.ingress = ingress;
    this.redirects = redirects;
    this.target = target;
  }

  @Override
  public String kind() {
    return "mirred";
  }

  public boolean isIngress() {
    return ingress;
  }

  public boolean redirects() {
    return redirects;
  }

  /**
   * Where it leads; null where that device has left the namespace of {@code here}.
   *
   * @param here the device of the filter
   */
  public @Nullable NetDevice target(NetDevice here) {
    NetDevice to = target;
    if (to != null && (to.host() == null || !Objects.equals(to.host(), here.host()))) {
      to = null;
      target = null;
    }
    return to;
  }

  @Override
  int run(Packet packet, FilterChain chain) {
    ActionTable table = chain.table();
    if (table.nesting >= ActionTable.NEST_LIMIT) {
      return Verdict.SHOT;
    }
    NetDevice to = target(chain.device());
    boolean ready = to != null && to.isUp() && to.hasCarrier();
    if (to == null || !ready || to.isEthernet() && !chain.device().isEthernet()) {
      return failed();
    }
    Packet goes = redirects ? packet : packet.copy();
    if (goes == null) {
      return failed();
    }
    goes.enterNamespace();
    if (!to.isEthernet() && chain.device().isEthernet()) {
      goes.head = chain.network(packet);
      goes.l3 = goes.head;
    }
    goes.redirectedFrom = redirects ? chain.device() : null;
    goes.redirectedAtIngress = chain.isIngress();
    table.nesting++;
    try {
      if (ingress) {
        to.receiveAgain(goes);
      } else {
        to.transmit(goes);
      }
    } finally {
      table.nesting--;
    }
    return redirects ? Verdict.CONSUMED : control();
  }

  private int failed() {
    overlimits++;
    return redirects ? Verdict.SHOT : control();
  }
}
