package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** bitmap:port: ports of TCP and UDP in a range ({@code ip_set_bitmap_port.c}). */
final class PortContent extends Content {
  private final int first;
  private final int last;
  private final long[] bits;
  private final Extras extras;
  private int size;

  PortContent(SetOptions options) {
    super(SetType.BITMAP_PORT, options);
    first = options.firstPort;
    last = options.lastPort;
    int count = last - first + 1;
    bits = new long[(count + 63) / 64];
    extras = new Extras(options);
    extras.grow(count);
  }

  private boolean isSet(int place) {
    return (bits[place >>> 6] >>> place & 1) != 0;
  }

  private boolean isOutside(int port) {
    return port < first || port > last;
  }

  private @Nullable Outcome check(Element e) {
    return isOutside(e.port) ? Outcome.PORT_RANGE : extras.lacks(e);
  }

  @Override
  Outcome test(Element e, long now) {
    Outcome wrong = check(e);
    if (wrong != null) {
      return wrong;
    }
    int place = e.port - first;
    return isSet(place) && !extras.isOver(place, now) ? Outcome.OK : Outcome.ABSENT;
  }

  @Override
  Outcome add(Element e, boolean exist, long now) {
    return each(e, true, exist, now);
  }

  @Override
  Outcome delete(Element e, boolean exist, long now) {
    return each(e, false, exist, now);
  }

  private Outcome each(Element e, boolean adds, boolean exist, long now) {
    Outcome wrong = check(e);
    if (wrong != null) {
      return wrong;
    }
    int low = e.portTo < 0 ? e.port : Math.min(e.port, e.portTo);
    int high = e.portTo < 0 ? e.port : Math.max(e.port, e.portTo);
    if (isOutside(low) || isOutside(high)) {
      return Outcome.PORT_RANGE;
    }
    for (int port = low; port <= high; port++) {
      Outcome one = adds ? addOne(port - first, e, exist, now) : deleteOne(port - first, now);
      if (one != Outcome.OK && !(one == Outcome.EXISTS && exist)) {
        return one;
      }
    }
    return Outcome.OK;
  }

  private Outcome addOne(int place, Element e, boolean exist, long now) {
    boolean there = isSet(place);
    boolean over = there && extras.isOver(place, now);
    if (there && !over && !exist) {
      return Outcome.EXISTS;
    }
    // counters that nobody sets stay those of who was at that port before: so does Linux
    size += there ? 0 : 1;
    bits[place >>> 6] |= 1L << place;
    extras.set(place, e, now);
    return Outcome.OK;
  }

  private Outcome deleteOne(int place, long now) {
    if (!isSet(place)) {
      return Outcome.EXISTS;
    }
    remove(place);
    return extras.isOver(place, now) ? Outcome.EXISTS : Outcome.OK;
  }

  private void remove(int place) {
    bits[place >>> 6] &= ~(1L << place);
    extras.forget(place);
    size--;
  }

  /** The place of a packet's port, -1 where it has none in the range. */
  private int place(PacketQuery query, PacketFields p) {
    query.count(p);
    boolean has = p.protocol == IpProtocol.TCP || p.protocol == IpProtocol.UDP;
    return has && query.port(p, 0) && !isOutside(query.element.port)
        ? query.element.port - first
        : -1;
  }

  @Override
  Outcome test(PacketQuery query, PacketFields p) {
    int place = place(query, p);
    boolean is =
        place >= 0
            && isSet(place)
            && extras.meets(place, query, p.length, !query.skipsCounters, p.now);
    return is ? Outcome.OK : Outcome.ABSENT;
  }

  @Override
  Outcome add(PacketQuery query, PacketFields p) {
    int place = place(query, p);
    return place < 0 ? Outcome.INVALID : addOne(place, query.element, query.exist, p.now);
  }

  @Override
  Outcome delete(PacketQuery query, PacketFields p) {
    int place = place(query, p);
    return place < 0 ? Outcome.INVALID : deleteOne(place, p.now);
  }

  @Override
  void flush() {
    for (int place = 0; place <= last - first; place++) {
      if (isSet(place)) {
        remove(place);
      }
    }
  }

  @Override
  public int size(long now) {
    for (int place = 0; extras.hasTimeouts() && place <= last - first; place++) {
      if (isSet(place) && extras.isOver(place, now)) {
        remove(place);
      }
    }
    return size;
  }

  @Override
  public void forEach(long now, Consumer<Element> to) {
    Element e = new Element();
    for (int place = 0; place <= last - first; place++) {
      if (isSet(place) && !extras.isOver(place, now)) {
        e.port = first + place;
        extras.show(place, e, now);
        to.accept(e);
      }
    }
  }

  @Override
  public long memory() {
    return 8L * bits.length + (long) extras.bytesEach() * (last - first + 1);
  }
}
