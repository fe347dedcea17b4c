package dev.patchbay.stack.netfilter.ipset;

import org.jspecify.annotations.Nullable;

/**
 * A member, or several, as words name them and as a set lists them. Addresses are those of {@code
 * Addresses}: IPv4 in its mapped form.
 */
public final class Element {
  /** A counter that was not given. */
  public static final long NO_COUNT = -1;

  public long hi;
  public long lo;

  /** The end of a range of addresses. */
  public boolean hasTo;

  public long toHi;
  public long toLo;

  /** Leading bits, -1 where nothing was said. */
  public int prefix = -1;

  public int port;

  /** The end of a range of ports, -1 for none. */
  public int portTo = -1;

  /** Above IP, 1 to 255. */
  public int protocol;

  /** The set that is a member of a list. */
  public String name = "";

  /** The member of the list before or behind which it stands; empty for neither. */
  public String reference = "";

  public boolean before;

  /** Of hash:net: what lies in it is no member. */
  public boolean noMatch;

  /** Seconds that it lives, 0 for ever; {@link SetOptions#NO_TIMEOUT} for what the set says. */
  public long timeout = SetOptions.NO_TIMEOUT;

  /** 64 bits without sign. */
  public long packets = NO_COUNT;

  public long bytes = NO_COUNT;
  public @Nullable String comment;

  /** Whether one of {@code skbmark}, {@code skbprio}, {@code skbqueue} was given. */
  public boolean hasSkbInfo;

  public int mark;
  public int markMask;

  /** {@code major << 16 | minor}. */
  public int priority;

  public int queue;

  /** Another one that says the same. */
  public Element copy() {
    Element e = new Element();
    e.hi = hi;
    e.lo = lo;
    e.hasTo = hasTo;
    e.toHi = toHi;
    e.toLo = toLo;
    e.prefix = prefix;
    e.port = port;
    e.portTo = portTo;
    e.protocol = protocol;
    e.name = name;
    e.reference = reference;
    e.before = before;
    e.noMatch = noMatch;
    e.timeout = timeout;
    e.packets = packets;
    e.bytes = bytes;
    e.comment = comment;
    e.hasSkbInfo = hasSkbInfo;
    e.mark = mark;
    e.markMask = markMask;
    e.priority = priority;
    e.queue = queue;
    return e;
  }
}
