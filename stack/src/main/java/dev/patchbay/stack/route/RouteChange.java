package dev.patchbay.stack.route;

/** How a route is put into a table ({@code NLM_F_*} of RTM_NEWROUTE). */
public enum RouteChange {
  /** Where none of the same prefix and metric is there ({@code CREATE|EXCL}). */
  ADD,
  /** Behind those of the same prefix and metric ({@code CREATE|APPEND}). */
  APPEND,
  /** Before those of the same prefix and metric ({@code CREATE}). */
  PREPEND,
  /**
   * In place of one of the same prefix and metric, or where none is there ({@code CREATE|REPLACE}).
   */
  REPLACE,
  /** In place of one of the same prefix and metric ({@code REPLACE}). */
  CHANGE;

  boolean replaces() {
    return this == REPLACE || this == CHANGE;
  }
}
