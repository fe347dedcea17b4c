package dev.patchbay.stack.nat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Extras;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.device.LinkEvent;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The connections that have an address of a device of ours: they end when it goes, since who comes
 * back with another one would go on under the old one ({@code nf_nat_masquerade.c}). Of its loop's
 * thread.
 */
public final class Masquerades {
  private final NetworkStack stack;
  private final Conntrack conntrack;
  private final Tuple tuple = new Tuple();
  private boolean listens;

  public Masquerades(NetworkStack stack, Conntrack conntrack) {
    this.stack = stack;
    this.conntrack = conntrack;
  }

  /** A connection leaves under an address of that device. */
  public void begin(Connection c, NetDevice out) {
    c.needExtras().masqueraded = out.index();
    if (!listens) {
      listens = true;
      stack.addLinkListener(this::linkEvent);
      stack.addresses().addListener(this::addressEvent);
    }
  }

  /**
   * The address for what leaves by a device ({@code inet_select_addr} with the scope of the
   * universe).
   *
   * @param hop low half of the next hop's address
   * @return null where there is none
   */
  public @Nullable IpAddress address4(NetDevice out, long hop) {
    IpAddress first = null;
    for (int i = 0; i < out.addresses().size(); i++) {
      InterfaceAddress own = out.addresses().get(i);
      if (isGlobal4(own)) {
        if (own.covers(0, hop)) {
          return own.address();
        }
        first = first == null ? own.address() : first;
      }
    }
    for (int d = 0; first == null && d < stack.devices().size(); d++) {
      NetDevice other = stack.devices().get(d);
      for (int i = 0; first == null && i < other.addresses().size(); i++) {
        InterfaceAddress own = other.addresses().get(i);
        first = isGlobal4(own) ? own.address() : null;
      }
    }
    return first;
  }

  private static boolean isGlobal4(InterfaceAddress own) {
    return own.address().isV4() && !own.secondary() && own.scope() == InterfaceAddress.Scope.GLOBAL;
  }

  private void linkEvent(NetDevice device, LinkEvent event) {
    if (event == LinkEvent.DOWN) {
      end(device, null);
    }
  }

  private void addressEvent(NetDevice device, InterfaceAddress own, boolean gone) {
    if (gone) {
      end(device, own.address());
    }
  }

  /** Ends those of a device; of one address, or of all. */
  private void end(NetDevice device, @Nullable IpAddress only) {
    for (Connection c : conntrack.all()) {
      Extras extras = c.extras();
      if (extras != null && extras.masqueraded == device.index()) {
        c.tuple(Connection.REPLY, tuple);
        if (only == null || tuple.dstLo == only.lo() && tuple.dstHi == only.hi()) {
          conntrack.kill(c);
        }
      }
    }
  }
}
