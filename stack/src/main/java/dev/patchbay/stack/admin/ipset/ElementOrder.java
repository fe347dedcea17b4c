package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.netfilter.ipset.Element;
import dev.patchbay.stack.netfilter.ipset.SetType;
import java.util.Comparator;

/**
 * The order of {@code -sorted} ({@code bystrcmp}): by address, networks from the small to the large
 * ones, then by protocol's name, the shorter one first, and by port.
 */
final class ElementOrder implements Comparator<Element> {
  private final SetType type;
  private final boolean v4;

  ElementOrder(SetType type, boolean v4) {
    this.type = type;
    this.v4 = v4;
  }

  @Override
  public int compare(Element a, Element b) {
    int order = Long.compareUnsigned(a.hi, b.hi);
    order = order != 0 ? order : Long.compareUnsigned(a.lo, b.lo);
    order = order != 0 ? order : Integer.compare(a.prefix, b.prefix);
    if (order != 0 || type != SetType.HASH_IP_PORT) {
      return order;
    }
    String one = SetPrinter.element(type, v4, a);
    String other = SetPrinter.element(type, v4, b);
    int ends = one.indexOf(':', one.indexOf(','));
    int otherEnds = other.indexOf(':', other.indexOf(','));
    order = Integer.compare(ends, otherEnds);
    order = order != 0 ? order : one.substring(0, ends).compareTo(other.substring(0, ends));
    return order != 0 ? order : Integer.compare(a.port, b.port);
  }
}
