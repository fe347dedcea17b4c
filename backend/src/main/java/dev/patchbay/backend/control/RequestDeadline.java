package dev.patchbay.backend.control;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Closes a client that does not complete its next request in time; answers may take any time. */
final class RequestDeadline extends ChannelInboundHandlerAdapter {
  static final int SECONDS = 30;

  private @Nullable ScheduledFuture<?> armed;

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    arm(ctx);
    ctx.fireChannelActive();
  }

  /** Waits for a request from now on. */
  void arm(ChannelHandlerContext ctx) {
    disarm();
    armed = ctx.executor().schedule(() -> ctx.close(), SECONDS, TimeUnit.SECONDS);
  }

  private void disarm() {
    ScheduledFuture<?> old = armed;
    if (old != null) {
      old.cancel(false);
    }
    armed = null;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof LastHttpContent) {
      disarm();
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    disarm();
    ctx.fireChannelInactive();
  }
}
