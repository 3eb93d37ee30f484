import com.google.protobuf.CodedInputStream;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import usher.access.v1.AccessOuterClass.CheckAccessRequest;
import usher.access.v1.AccessServiceGrpc;
import usher.vouchers.v1.VoucherServiceGrpc;
import usher.vouchers.v1.Vouchers.ExportVouchersRequest;
import usher.vouchers.v1.Vouchers.GetVoucherRequest;

/**
 * Makes the calls of clients/GRPC.md: a question, a refusal and a stream of responses. It reads the server's address
 * from USHER_ADDRESS, the key from USHER_KEY and, for TLS, the authority's file from USHER_CA.
 */
public final class Guide {
    public static void main(String[] arguments) throws Exception {
        String address = System.getenv("USHER_ADDRESS");
        String key = System.getenv("USHER_KEY");
        ChannelCredentials credentials = credentials(System.getenv("USHER_CA"));
        ManagedChannel channel = Grpc.newChannelBuilder(address, credentials).build();
        try {
            call(channel, key);
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static void call(ManagedChannel channel, String key) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key);
        var access = AccessServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .withDeadlineAfter(20, TimeUnit.SECONDS);
        var verdict = access.checkAccess(
            CheckAccessRequest.newBuilder().setViewerId("anna").setAssetId("opening-night").build());
        System.out.println("allowed " + verdict.getAllowed());

        var vouchers = VoucherServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .withDeadlineAfter(20, TimeUnit.SECONDS);
        try {
            vouchers.getVoucher(GetVoucherRequest.newBuilder().setVoucherId("vch_none").build());
        } catch (StatusRuntimeException refusal) {
            System.out.println("refused " + reason(refusal));
        }
        AtomicInteger count = new AtomicInteger();
        vouchers.exportVouchers(ExportVouchersRequest.getDefaultInstance())
            .forEachRemaining(voucher -> count.incrementAndGet());
        System.out.println("exported " + count);
    }

    private static ChannelCredentials credentials(String authority) throws IOException {
        if (authority == null || authority.isEmpty()) return InsecureChannelCredentials.create();
        return TlsChannelCredentials.newBuilder().trustManager(new File(authority)).build();
    }

    /** By hand, because Debian has no jar with google.rpc: Status.details, Any.value, ErrorInfo.reason. */
    private static String reason(StatusRuntimeException refusal) {
        var name = Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
        byte[] status = refusal.getTrailers().get(name);
        return new String(field(field(field(status, 3), 2), 1), StandardCharsets.UTF_8);
    }

    private static byte[] field(byte[] message, int number) {
        try {
            CodedInputStream input = CodedInputStream.newInstance(message);
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                if (tag == (number << 3 | 2)) return input.readByteArray();
                input.skipField(tag);
            }
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
        throw new IllegalStateException("no field " + number);
    }
}
