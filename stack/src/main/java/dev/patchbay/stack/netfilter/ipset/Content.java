package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import java.util.function.Consumer;

/**
 * Members of a set, and what they were created with ({@code ip_set_type_variant}). Those methods
 * that take a packet allocate nothing but room for members that are added.
 */
public abstract class Content {
  /** What is done at once at most where nothing else bounds it: members, given by a range. */
  static final long MOST_AT_ONCE = 1 << 16;

  private final SetType type;
  private final SetOptions options;

  Content(SetType type, SetOptions options) {
    this.type = type;
    this.options = options;
  }

  /** The members of a new set; its options are settled. */
  static Content of(SetType type, SetOptions options, IpSets sets) {
    return switch (type) {
      case HASH_IP -> new AddressContent(options, sets.hash());
      case HASH_NET -> new NetworkContent(options, sets.hash());
      case HASH_IP_PORT -> new AddressPortContent(options, sets.hash());
      case BITMAP_PORT -> new PortContent(options);
      case LIST_SET -> new ListContent(options, sets);
    };
  }

  public final SetType type() {
    return type;
  }

  public final SetOptions options() {
    return options;
  }

  /** Whether what words name is a member: OK, ABSENT or what is wrong with the words. */
  abstract Outcome test(Element e, long now);

  /**
   * Adds what words name.
   *
   * @param exist members that are there are set anew
   */
  abstract Outcome add(Element e, boolean exist, long now);

  /**
   * Takes away what words name.
   *
   * @param exist what is not there is no fault
   */
  abstract Outcome delete(Element e, boolean exist, long now);

  /** Whether a packet is a member. */
  abstract Outcome test(PacketQuery query, PacketFields p);

  abstract Outcome add(PacketQuery query, PacketFields p);

  abstract Outcome delete(PacketQuery query, PacketFields p);

  /** Takes all members away. */
  abstract void flush();

  /** Number of members whose time is not over; takes the others away. */
  public abstract int size(long now);

  /**
   * Tells of each member whose time is not over, in the order in which they are listed; by one
   * element, which is good during the call: {@link Element#copy} is for who keeps it.
   */
  public abstract void forEach(long now, Consumer<Element> to);

  /** Bytes that it takes, about. */
  public abstract long memory();
}
