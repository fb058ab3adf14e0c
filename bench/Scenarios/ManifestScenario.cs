using System.Text.Json;
using PbsModule.Bench.Harness;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures reading from a manifest what a listing needs; the manifest has two files, notes and a verification by its
/// own task. The framework's reader passes over the same tokens without reading values, for comparison.
/// </summary>
internal sealed class ManifestScenario : IScenario
{
    private const int Count = 2000;

    public string Name => "manifest";

    public string Summary => "summing up manifests of two files for a listing";

    public IEnumerable<Result> Run(BenchContext context)
    {
        byte[][] texts = [.. Enumerable.Range(0, Count).Select(Text)];
        var reader = new ManifestSummaryReader();
        Standing standing = context.Run(
            new Contender("tokens", () => { foreach (byte[] text in texts) PassTokens(text); }),
            new Contender("engine", () => { foreach (byte[] text in texts) Sum(reader, text); }),
            new Contender("full", () => { foreach (byte[] text in texts) Manifest.Parse(text); }));
        yield return Line("manifest: summary", standing, 1, Target.AtMost(2.5));
        yield return Line("manifest: full parse", standing, 2, null);

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte[] text in texts) Sum(reader, text);
        double allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Count;
        yield return Result.Figure("manifest: allocated a summary, with its task's name", Units.Bytes(allocated), allocated, Target.AtMost(220, " B"));
    }

    private static Result Line(string name, Standing standing, int contender, Target? target) =>
        new(name, Units.Seconds(standing.Seconds(contender) / Count), Units.Seconds(standing.Seconds(0) / Count), standing.TimeRatio(contender, 0), target);

    private static void Sum(ManifestSummaryReader reader, byte[] text)
    {
        reader.Read(text);
        if (reader.Files.Length != 2 || reader.VerifyUpid is null) throw new InvalidDataException("not the manifest that was written");
    }

    private static void PassTokens(byte[] text)
    {
        var json = new Utf8JsonReader(text);
        int tokens = 0;
        while (json.Read()) tokens++;
        if (tokens == 0) throw new InvalidDataException("no tokens");
    }

    private static byte[] Text(int number)
    {
        var upid = new Upid("pbs", 1440, 74565, (ulong)number, 1_700_000_000 + number, "verificationjob", "main:v-1f0cd2", "root@pam");
        return Manifest.Create(
                BackupType.Vm, $"{100 + number}", 1_700_000_000 + number,
                new ManifestFile("drive-scsi0.img.fidx", CryptMode.None, 32UL << 30, Digest.Of(BitConverter.GetBytes(number))),
                new ManifestFile("qemu-server.conf.blob", CryptMode.None, 431, Digest.Of(BitConverter.GetBytes(-number - 1))))
            .WithChunkUploadStats(new ChunkUploadStats(8192, 32UL << 30, 17UL << 30, 7000))
            .WithNotes($"web{number % 20}\nproduction")
            .WithVerifyState(new SnapshotVerifyState(upid, VerifyOutcome.Ok))
            .ToText();
    }
}
