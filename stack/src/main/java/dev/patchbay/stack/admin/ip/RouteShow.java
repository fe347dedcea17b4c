package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.RouteEntry;
import java.util.List;

/** {@code ip route show} and {@code ip route flush}. */
final class RouteShow {
  private final NetworkStack stack;
  private final IpOptions options;

  RouteShow(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String show(List<String> words) throws RefusedException {
    if (options.brief()) {
      throw RefusedException.unsupported("ip -brief route show");
    }
    if (options.statistics()) {
      throw RefusedException.unsupported("ip -statistics route show");
    }
    RouteFilter filter = RouteFilter.parse(stack, options, "show", words);
    return new RoutePrinter(stack, options, filter).print(filter.select());
  }

  /** Takes away what is meant; prints nothing. */
  String flush(List<String> words) throws RefusedException {
    if (words.isEmpty()) {
      throw new RefusedException(RefusedException.FAILED, "\"ip route flush\" requires arguments.");
    }
    if (options.statistics()) {
      throw RefusedException.unsupported("ip -statistics route flush");
    }
    RouteFilter filter = RouteFilter.parse(stack, options, "flush", words);
    for (RouteEntry entry : filter.select()) {
      Fib fib = entry.destination().isV4() ? stack.routes4() : stack.routes6();
      fib.remove(entry);
    }
    return "";
  }
}
