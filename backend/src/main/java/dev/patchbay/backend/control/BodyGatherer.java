package dev.patchbay.backend.control;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;

/** Gathers a request; one that is too long is answered and its connection closed. */
final class BodyGatherer extends HttpObjectAggregator {
  BodyGatherer() {
    super(ControlServer.MAX_BODY);
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
    ControlHandler.refuse(
        ctx,
        new ControlException(
            413, "too-large", "a body has at most " + ControlServer.MAX_BODY + " bytes"));
  }
}
