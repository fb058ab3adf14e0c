using System.Security.Cryptography;
using PbsModule.Bench.Harness;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures decryption of a chunk with verification of its tag. The framework's cipher accepts only a 12-byte IV, which
/// PBS does not use: it shows what the processor can do and is no alternative.
/// </summary>
internal sealed class GcmScenario : IScenario
{
    private const int Length = 4 << 20;

    public string Name => "gcm";

    public string Summary => "AES-256-GCM decryption of a 4 MiB chunk";

    public IEnumerable<Result> Run(BenchContext context)
    {
        byte[] key = Bytes(AesGcm16.KeySize, 1), iv = Bytes(AesGcm16.IvSize, 2), data = Bytes(Length, 3);
        byte[] ours = new byte[Length], framework = new byte[Length], plain = new byte[Length];
        byte[] ourTag = new byte[AesGcm16.TagSize], frameworkTag = new byte[AesGcm16.TagSize];
        byte[] shortIv = iv[..AesGcm.NonceByteSizes.MaxSize];
        using var gcm16 = new AesGcm16(key);
        using var gcm12 = new AesGcm(key, AesGcm16.TagSize);
        gcm16.Encrypt(iv, data, ours, ourTag);
        gcm12.Encrypt(shortIv, data, framework, frameworkTag);

        Standing standing = context.Run(
            new Contender("framework", () => gcm12.Decrypt(shortIv, framework, frameworkTag, plain)),
            new Contender("engine", () =>
            {
                if (!gcm16.TryDecrypt(iv, ours, ourTag, plain)) throw new InvalidDataException("the tag did not match");
            }));
        double rate = Length / standing.Seconds(1);
        string name = "gcm: decrypt 4 MiB";
        yield return System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported
            ? Result.Figure(name, Units.Rate(rate), rate / (1 << 30), Target.AtLeast(1, " GiB/s"))
            : Result.Note(name + ", no AES instructions", Units.Rate(rate));
        yield return Result.Note("gcm: beside the framework's, 12-byte IV", Units.Rate(rate), Units.Rate(Length / standing.Seconds(0)), standing.RateRatio(1, 0));
    }

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
