using System.Runtime.Intrinsics.X86;
using PbsModule.Bench.Harness;
using PbsModule.Core.Formats;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures CRC-32 over a chunk in memory. The framework has no comparable call, so the target is a rate.
/// </summary>
internal sealed class CrcScenario : IScenario
{
    private const int Length = 4 << 20;

    public string Name => "crc";

    public string Summary => "CRC-32 of a 4 MiB chunk in memory";

    public IEnumerable<Result> Run(BenchContext context)
    {
        byte[] data = new byte[Length];
        new Random(1).NextBytes(data);
        uint fold = 0;
        Standing standing = context.Run(new Contender("crc", () => fold ^= Crc32.Compute(data)));
        GC.KeepAlive(fold);
        double rate = Length / standing.Seconds(0);
        bool hasMultiply = Pclmulqdq.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;
        yield return hasMultiply
            ? Result.Figure("crc: 4 MiB", Units.Rate(rate), rate / (1 << 30), Target.AtLeast(5, " GiB/s"))
            : Result.Note("crc: 4 MiB, no carry-less multiply", Units.Rate(rate));
    }
}
