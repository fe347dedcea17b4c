package dev.patchbay.sockets.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsQueryEncoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Netty's own servers and clients, unchanged, inside the virtual network. */
@Timeout(60)
class ProtocolsTest {
  private static final int LONG = 3_000_000;

  private final TwoNetworks nets = new TwoNetworks();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  @AfterEach
  void nothingLeaks() {
    nets.close();
  }

  /** Answers with the path and as many bytes as the query says. */
  @ChannelHandler.Sharable
  private static final class Web extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
      String body = request.uri() + " " + request.content().toString(StandardCharsets.UTF_8);
      if (request.uri().equals("/long")) {
        body = "l".repeat(LONG);
      }
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.OK,
              Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
      ctx.writeAndFlush(response);
    }
  }

  /** Keeps what was answered. */
  private final class Browser extends SimpleChannelInboundHandler<FullHttpResponse> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
      String body = response.content().toString(StandardCharsets.UTF_8);
      answers.add(response.status().code() + " " + body);
    }
  }

  private ChannelInitializer<SocketChannel> web(@Nullable SslContext tls) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        if (tls != null) {
          channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        channel
            .pipeline()
            .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 20), new Web());
      }
    };
  }

  private ChannelInitializer<SocketChannel> browser(@Nullable SslContext tls) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        if (tls != null) {
          channel.pipeline().addLast(tls.newHandler(channel.alloc(), "bmc.test", 443));
        }
        channel
            .pipeline()
            .addLast(new HttpClientCodec(), new HttpObjectAggregator(8 << 20), new Browser());
      }
    };
  }

  private static FullHttpRequest request(HttpMethod method, String path, String body) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            method,
            path,
            Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
    request.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, request.content().readableBytes());
    request.headers().set(HttpHeaderNames.HOST, "bmc.test");
    return request;
  }

  private String answer() throws InterruptedException {
    return answers.poll(20, TimeUnit.SECONDS);
  }

  @Test
  void anHttpServerAnswersAnHttpClient() throws Exception {
    Channel server = nets.server(web(null)).bind(80).sync().channel();
    Channel client =
        nets.client(browser(null))
            .connect(nets.client.address(TwoNetworks.SERVER, 80))
            .sync()
            .channel();
    // three at once on one connection
    client.write(request(HttpMethod.GET, "/redfish/v1", ""));
    client.write(request(HttpMethod.POST, "/reset", "{\"ResetType\":\"On\"}"));
    client.writeAndFlush(request(HttpMethod.GET, "/long", ""));
    assertThat(answer()).isEqualTo("200 /redfish/v1 ");
    assertThat(answer()).isEqualTo("200 /reset {\"ResetType\":\"On\"}");
    assertThat(answer()).isEqualTo("200 " + "l".repeat(LONG));
    client.close().sync();
    server.close().sync();
  }

  /** The key of {@code bmc.test}, signed by itself: keytool -genkeypair, valid for a century. */
  private static KeyStore keys() throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = ProtocolsTest.class.getResourceAsStream("/bmc.test.p12")) {
      keys.load(in, "password".toCharArray());
    }
    return keys;
  }

  private static SslContext serverTls() throws Exception {
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys(), "password".toCharArray());
    return SslContextBuilder.forServer(managers).sslProvider(SslProvider.JDK).build();
  }

  @Test
  void tlsWithTheServersKeyKnown() throws Exception {
    SslContext trusting =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager((X509Certificate) keys().getCertificate("bmc"))
            .endpointIdentificationAlgorithm("HTTPS")
            .build();
    Channel server = nets.server(web(serverTls())).bind(443).sync().channel();
    Channel client =
        nets.client(browser(trusting))
            .connect(nets.client.address(TwoNetworks.SERVER6, 443))
            .sync()
            .channel();
    SslHandler tls = client.pipeline().get(SslHandler.class);
    assertThat(tls.handshakeFuture().await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(tls.engine().getSession().getProtocol()).isEqualTo("TLSv1.3");
    client.writeAndFlush(request(HttpMethod.GET, "/secret", ""));
    assertThat(answer()).isEqualTo("200 /secret ");
    client.writeAndFlush(request(HttpMethod.GET, "/long", ""));
    assertThat(answer()).isEqualTo("200 " + "l".repeat(LONG));
    client.close().sync();
    server.close().sync();
  }

  @Test
  void tlsWithAKeyThatNobodyKnowsFails() throws Exception {
    SslContext distrusting = SslContextBuilder.forClient().sslProvider(SslProvider.JDK).build();
    Channel server = nets.server(web(serverTls())).bind(443).sync().channel();
    Channel client =
        nets.client(browser(distrusting))
            .connect(nets.client.address(TwoNetworks.SERVER, 443))
            .sync()
            .channel();
    assertThatThrownBy(() -> client.pipeline().get(SslHandler.class).handshakeFuture().sync())
        .isInstanceOf(SSLHandshakeException.class);
    client.closeFuture().sync();
    server.close().sync();
  }

  /** Knows {@code bmc0.test} alone. */
  private static final class Names extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
      DatagramDnsResponse response =
          new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      response.addRecord(
          DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
      if (question.name().equals("bmc0.test.")) {
        response.addRecord(
            DnsSection.ANSWER,
            new DefaultDnsRawRecord(
                question.name(),
                DnsRecordType.A,
                60,
                Unpooled.wrappedBuffer(new byte[] {10, 0, 0, 15})));
      }
      ctx.writeAndFlush(response);
    }
  }

  @Test
  void dnsOverDatagrams() throws Exception {
    Channel server =
        TwoNetworks.datagrams(
                nets.server,
                new ChannelInitializer<DatagramChannel>() {
                  @Override
                  protected void initChannel(DatagramChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new DatagramDnsQueryDecoder(),
                            new DatagramDnsResponseEncoder(),
                            new Names());
                  }
                })
            .bind(nets.server.address(TwoNetworks.SERVER, 53))
            .sync()
            .channel();
    CompletableFuture<String> resolved = new CompletableFuture<>();
    Channel client =
        TwoNetworks.datagrams(
                nets.client,
                new ChannelInitializer<DatagramChannel>() {
                  @Override
                  protected void initChannel(DatagramChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new DatagramDnsQueryEncoder(),
                            new DatagramDnsResponseDecoder(),
                            new Resolver(resolved));
                  }
                })
            .bind(0)
            .sync()
            .channel();
    InetSocketAddress to = nets.client.address(TwoNetworks.SERVER, 53);
    DatagramDnsQuery query = new DatagramDnsQuery(null, to, 4711);
    query.setRecord(DnsSection.QUESTION, new DefaultDnsQuestion("bmc0.test", DnsRecordType.A));
    client.writeAndFlush(query).sync();
    assertThat(resolved.get(10, TimeUnit.SECONDS))
        .isEqualTo("4711 from /10.0.0.2:53: bmc0.test. 10.0.0.15");
    client.close().sync();
    server.close().sync();
  }

  private static final class Resolver extends SimpleChannelInboundHandler<DatagramDnsResponse> {
    private final CompletableFuture<String> resolved;

    Resolver(CompletableFuture<String> resolved) {
      this.resolved = resolved;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsResponse response) {
      DnsRawRecord record = response.recordAt(DnsSection.ANSWER);
      byte[] a = new byte[4];
      record.content().readBytes(a);
      resolved.complete(
          response.id()
              + " from "
              + response.sender()
              + ": "
              + record.name()
              + String.format(" %d.%d.%d.%d", a[0], a[1], a[2], a[3]));
    }
  }
}
