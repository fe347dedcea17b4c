package dev.patchbay.sockets.blocking;

import java.util.function.IntSupplier;

/** A call that never waits for anything but the loop. */
final class QuickCall extends Call {
  private final IntSupplier operation;

  /** What the operation returns is the call's result. */
  QuickCall(BlockingNetwork network, IntSupplier operation) {
    super(network);
    this.operation = operation;
  }

  @Override
  protected boolean attempt() {
    return finish(operation.getAsInt());
  }

  @Override
  protected boolean mayWait() {
    return false;
  }

  @Override
  protected void enqueue() {
    throw new IllegalStateException("it does not wait");
  }

  @Override
  protected long timeout() {
    return FOREVER;
  }

  @Override
  protected int timedOut() {
    throw new IllegalStateException("it does not wait");
  }

  @Override
  protected int interrupted() {
    throw new IllegalStateException("it does not wait");
  }

  @Override
  boolean isExclusive() {
    return false;
  }
}
