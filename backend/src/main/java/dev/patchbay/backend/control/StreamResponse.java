package dev.patchbay.backend.control;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * An answer whose bytes come over time. It takes from its stream only what the client reads, so
 * that a slow client costs the stream's own bounded memory and no more.
 */
final class StreamResponse {
  private final ChannelHandlerContext ctx;
  private final ByteStream stream;
  private boolean ended;

  StreamResponse(ChannelHandlerContext ctx, ByteStream stream) {
    this.ctx = ctx;
    this.stream = stream;
  }

  void start(String type) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    HttpUtil.setTransferEncodingChunked(head, true);
    ctx.writeAndFlush(head);
    stream.onReady(this::pump);
  }

  /** Sends what there is, as far as the client reads. */
  void pump() {
    while (!ended && ctx.channel().isWritable()) {
      byte[] bytes = stream.poll();
      if (bytes == null) {
        break;
      }
      if (bytes.length > 0) {
        ctx.write(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
      }
      if (stream.isEnded()) {
        ended = true;
        ctx.write(LastHttpContent.EMPTY_LAST_CONTENT).addListener(ChannelFutureListener.CLOSE);
      }
    }
    ctx.flush();
  }

  /** The client has gone. */
  void close() {
    ended = true;
    stream.close();
  }
}
