package dev.patchbay.sockets.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A handler that writes down what happens, in words. */
class Events extends ChannelDuplexHandler {
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

  /** What happens next; fails where nothing does within ten seconds. */
  String next() throws InterruptedException {
    String event = seen.poll(10, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("nothing happened");
    }
    return event;
  }

  /** Nothing happens for a while. */
  boolean isQuiet() throws InterruptedException {
    return seen.poll(100, TimeUnit.MILLISECONDS) == null;
  }

  void note(String event) {
    seen.add(event);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    note("active");
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    note("inactive");
    ctx.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf data = (ByteBuf) message;
    note("read " + data.toString(StandardCharsets.US_ASCII));
    data.release();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    note("event " + event.getClass().getSimpleName());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    note(ctx.channel().isWritable() ? "writable" : "not writable");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    note(cause.getClass().getSimpleName() + " " + cause.getMessage());
  }
}
