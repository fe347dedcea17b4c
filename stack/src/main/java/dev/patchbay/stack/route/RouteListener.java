package dev.patchbay.stack.route;

/** Is told what happens to routes and rules ({@code RTM_NEWROUTE} …). On the loop; it may look. */
public interface RouteListener {
  /**
   * A route is there or has gone. As on Linux those of IPv4 that go with a device are not told of.
   */
  void route(RouteEntry entry, boolean gone);

  /** A rule is there or has gone. */
  void rule(boolean v4, Rule rule, boolean gone);
}
