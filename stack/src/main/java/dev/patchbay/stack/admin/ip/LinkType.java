package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.loop.EventLoop;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kind of device as {@code ip link} has it ({@code link_util} and {@code rtnl_link_ops}): its
 * words behind {@code type}, how it is made and changed, and what {@code -d} prints of it.
 */
interface LinkType {
  /** What the words behind {@code type KIND} asked for. */
  interface Wish {
    /**
     * Refuses what cannot be, before anybody looks whether the device is there ({@code
     * rtnl_link_ops.validate}).
     */
    void check(LinkRequest request) throws LinkRefusedException;

    /**
     * Makes and registers a device; its MTU, address and name are those of the request where that
     * has some.
     */
    NetDevice create(NetworkStack stack, LinkRequest request)
        throws LinkRefusedException, RefusedException;

    /** Changes one that is there ({@code rtnl_link_ops.changelink}). */
    void change(NetDevice device) throws LinkRefusedException, RefusedException;
  }

  /** Its name. */
  String kind();

  /** Whether a device is of this kind, so that its words can change it. */
  default boolean fits(NetDevice device) {
    return kind().equals(device.type());
  }

  /** Reads the words behind {@code type KIND}, all of them. */
  Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException;

  /** What {@code -d} prints behind the kind: words, each with a space behind it. */
  default String text(NetDevice device) {
    return "";
  }

  /** The same as JSON ({@code info_data}), empty for nothing. */
  default Map<String, Object> json(NetDevice device) {
    return Map.of();
  }

  /** The words behind the kind by which {@code save} makes such a device again. */
  default List<String> words(NetDevice device) {
    return List.of();
  }

  /**
   * One as those words make it, in no namespace, with which {@code save} compares what was set
   * since; null where all that can be set is to be said.
   */
  default @Nullable NetDevice fresh(NetDevice like, EventLoop loop) {
    return null;
  }
}
