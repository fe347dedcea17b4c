package dev.patchbay.stack;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The numbers by which one namespace knows others ({@code net.netns_ids}, {@code
 * peernet2id_alloc}). Another gets the least free one when it is first told of here: when a device
 * goes there, or one is shown whose other end is there. It has it until it goes.
 *
 * <p>Of the loop's thread.
 */
public final class NamespaceNumbers {
  /** By number; null where one has gone. At most {@link Namespaces#LIMIT} and the initial one. */
  private final List<@Nullable NetworkStack> known = new ArrayList<>();

  NamespaceNumbers() {}

  /** The number of another namespace, from 0 on; it has one from now on. */
  public int of(NetworkStack other) {
    int number = find(other);
    if (number >= 0) {
      return number;
    }
    number = known.indexOf(null);
    if (number >= 0) {
      known.set(number, other);
      return number;
    }
    known.add(other);
    return known.size() - 1;
  }

  /** The number that it has, or -1. */
  public int find(NetworkStack other) {
    return known.indexOf(other);
  }

  /** It has gone. */
  void forget(NetworkStack gone) {
    int number = known.indexOf(gone);
    if (number >= 0) {
      known.set(number, null);
    }
  }
}
