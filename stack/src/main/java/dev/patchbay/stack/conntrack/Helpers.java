package dev.patchbay.stack.conntrack;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@link Helper}s of a namespace by their names ({@code nf_conntrack_helper_register}). */
public final class Helpers {
  private final List<Helper> all = new ArrayList<>();

  Helpers() {}

  /** Adds one. */
  public void add(Helper helper) {
    all.add(helper);
  }

  /** The one of that name for a protocol above IP, or null. */
  public @Nullable Helper find(String name, int protocol) {
    for (Helper helper : all) {
      if (helper.name().equals(name) && helper.protocol() == protocol) {
        return helper;
      }
    }
    return null;
  }
}
